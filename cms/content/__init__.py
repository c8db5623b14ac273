"""Items and their texts: what is drafted, saved, published and withdrawn.

`models` and `links` the tables, `parts` the two values that are edited (shared and text), `body` the article
body, `rendering` and `markdown` how it is shown, `slugs` and `addresses` where it is found; `editing` and
`publishing` hold the commands, `serving` keeps the table that the public reads.
"""
