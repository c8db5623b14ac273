"""Bringing an archive in: a file of records, each a text of an article, becomes articles of the newsroom.

records    one line → a Record, or a Complaint about the line
reading    a file → an Archive: its articles, each with its texts by locale
planning   an article and what the newsroom has of it → what to save and what to publish
standing   reading what the newsroom has
locales    configuring the locales of an archive
importing  carrying plans out through the commands that editors use, some records a transaction

The newsroom itself remembers how far an import came: an article is found again by its uri, and its texts are
compared with what the last import brought. So running an import again, after an interruption or with a newer
file, does only what is left to do.
"""
