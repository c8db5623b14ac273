"""Items and their texts: what is drafted, saved, published and withdrawn.

`models` the tables and `links` what they refer to; `parts` the two values that are edited (shared and text), with the
`checks` of their fields and `references`; `slugs` makes addresses and `addresses` gives them out; `body`
is the article body over its `grammar`, `parsing`, `rendering` and `markdown`. `editing` and `publishing` hold the
commands, `linking` publishes references, `serving` keeps the table that the public reads.

`transitions` says what may follow what, `standing` locks an item as a whole, `readiness` says what is missing, and
`announcing` what recipients are told. More commands: `workflow` of drafts, `scheduling` and `embargoing` for what
happens at a time, `correcting` and `recalling` for what is public, with their `notices`.

`revisions` reads, compares and restores what was kept, `comparing` and `words` say what became of a part, and
`autosaving` which saves keep no revision of their own. `deskwork` has what people leave for one another, with the
commands in `commenting`, `assigning` and `presence`; `duplicating`, `trashing` and `uses` are about an item as a whole.

`segments` cuts a text into what is translated piece by piece, `staleness` says which pieces lag behind their source;
`translating` holds the commands of translators, `exchanging` carries their work out and in as XLIFF.
"""
