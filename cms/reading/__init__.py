"""What may be seen, and keeping the search index in step with it.

`scope` decides for every surface; `indexing` feeds the index; `searching` asks it; `mending` has it
built again where it is damaged.
"""
