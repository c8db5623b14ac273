"""Looking after a newsroom: what is wrong with it, a copy of it, and getting it back from the copy.

    tables     what there is to copy, parents first, and how a row reads in JSON
    exporting  all rows as they are at one instant, from either database
    archive    the file: members with their hashes, and the manifest
    integrity  whether a stored file is what its row says
    schema     the migrations of this program
    backup     a newsroom → an archive
    restore    an archive → a newsroom, all or nothing
    doctor     findings in plain words

An archive holds rows, not a database: one that was made on SQLite restores on PostgreSQL, and the other way
round.
"""
