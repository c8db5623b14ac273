"""What can go wrong between the newsroom and its database.

    DatabaseError
    ├── UnreachableError     it cannot be opened: no server, no permission, no file
    ├── TransactionError     no transaction, or one that cannot be committed any more
    ├── QueryTimeoutError    a reading took longer than it may
    └── MigrationError       the schema cannot be brought up to date

Broken constraints stay what Tortoise raises (`IntegrityError`): commands catch them by that name.
"""


class DatabaseError(Exception):
    """Any error of `cms.database` itself."""


class UnreachableError(DatabaseError):
    """The database does not let itself be opened or written; the message says why, without its password."""


class TransactionError(DatabaseError):
    """There is no transaction where one is needed, or a part of it failed and the whole was rolled back."""


class QueryTimeoutError(DatabaseError):
    """A snapshot ran past its deadline; the client may ask for less."""


class MigrationError(DatabaseError):
    """A migration was rolled back because rows would no longer fit together; nothing was changed."""
