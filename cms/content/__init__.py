"""Items and their texts: what is drafted, saved, published and withdrawn.

`models` the tables, `parts` the two values that are edited (shared and text), `slugs` addresses, `plaintext`
fields; `body` the article body over its `grammar`, `parsing`, `rendering` and `markdown`; `editing` and
`publishing` hold the commands, `serving` keeps the table that the public reads.
"""
