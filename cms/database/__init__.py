"""The database: the lowest layer of the newsroom.

    opening        Database: opened by URL, closed at the end
    transactions   transaction(): how commands write
    snapshots      how plans read; sqlite_snapshots and postgresql_snapshots do it
    migrating      bringing the schema up to date; drafting writes a migration from the models
    sqlite_schema  how tables change on SQLite; postgresql_schema on PostgreSQL, filling for both
    config         the URL, and Tortoise's configuration from it
    engine         what happens around BEGIN and COMMIT on both databases
    sqlite         Tortoise's engine for SQLite: a writer and a reader
    postgresql     Tortoise's engine for PostgreSQL
    settling       awaiting what must not be left half done
    errors         what can go wrong

Nothing here knows a model: the modules that define them are named to `Database.open`.
"""

from cms.database.config import APP, Dialect
from cms.database.errors import DatabaseError, MigrationError, QueryTimeoutError, TransactionError
from cms.database.migrating import migrate, pending
from cms.database.opening import Database
from cms.database.snapshots import Blocking, Program, Request, Snapshots, Statement
from cms.database.transactions import Transaction, current_transaction, transaction

MODEL_MODULES: tuple[str, ...] = (
    "cms.events",
    "cms.jobs.models",
    "cms.reactions",
    "cms.accounts.models",
    "cms.taxonomy.models",
    "cms.files.models",
    "cms.content.models",
    "cms.content.links",
    "cms.series.models",
    "cms.content.deskwork",
    "cms.assets.models",
)
"""Every module with Tortoise models; a module with models is added here in the commit that creates it."""

__all__ = [
    "APP",
    "MODEL_MODULES",
    "Blocking",
    "Database",
    "DatabaseError",
    "Dialect",
    "MigrationError",
    "Program",
    "QueryTimeoutError",
    "Request",
    "Snapshots",
    "Statement",
    "Transaction",
    "TransactionError",
    "current_transaction",
    "migrate",
    "pending",
    "transaction",
]
