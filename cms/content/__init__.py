"""Items and their texts: what is drafted, saved, published and withdrawn.

`models` the tables, `parts` the two values that are edited (shared and text), `slugs` addresses, `plaintext`
fields; `body` the article body over its `grammar`, `parsing`, `rendering` and `markdown`; `editing` and
`publishing` hold the commands, `serving` keeps the table that the public reads.

`transitions` says what may follow what, `standing` locks an item as a whole, `readiness` says what is missing, and
`announcing` what recipients are told. More commands: `workflow` of drafts, `scheduling` and `embargoing` for what
happens at a time, `correcting` and `recalling` for what is public, with their `notices`.
"""
