"""Operations compiled to batched SQL.

`reading` is what a field declares beside its Strawberry type; `sql` builds statements for both databases; `compiling`
turns an operation into a tree of fetches; `fetching` runs them; `shaping` makes rows into answers; `connecting` pages
through them.

A plan is a generator that yields statements and receives rows: it does no I/O itself, so that the same plan runs in
the event loop, in a thread, or on PostgreSQL. One snapshot serves the whole operation.
"""
