"""Items and their texts: what is drafted, saved, published and withdrawn.

`models` the tables, `parts` the two values that are edited (shared and text), `body` the article body, `slugs`
addresses; `editing` and `publishing` hold the commands, `serving` keeps the table that the public reads.
"""
