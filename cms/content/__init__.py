"""Items and their texts: what is drafted, saved, published and withdrawn.

`models` the tables and `links` what they refer to; `parts` the two values that are edited (shared and text), with the
`checks` of their fields and `references`; `slugs` makes addresses and `addresses` gives them out; `body`
is the article body over its `grammar`, `parsing`, `rendering` and `markdown`. `editing` and `publishing` hold the
commands, `linking` publishes references, `serving` keeps the table that the public reads.
"""
