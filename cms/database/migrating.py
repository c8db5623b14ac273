"""Bringing the schema up to date: Tortoise's migration files, applied so that nothing can be lost.

Tortoise writes the files and knows the operations; how they are applied is ours, because its own executor
on SQLite deletes the children of altered rows, and records a migration outside its transaction. Here each
migration is one transaction together with its record; references are checked before the commit; processes
that migrate at once take turns. There is no way back but a backup, made before.
"""

from collections.abc import Sequence

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.migration import Migration
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

from cms.database.config import APP, CONNECTION, MIGRATIONS, dialect_of, tortoise_config
from cms.database.errors import MigrationError
from cms.database.postgresql_schema import PostgresTables
from cms.database.sqlite_schema import SqliteTables

TURN = 0x706F6C79
"""PostgreSQL's advisory lock that a migrating process holds ("poly")."""


async def migrate(url: str, *, models: Sequence[str], migrations: str = MIGRATIONS) -> list[str]:
    """Apply what is missing and return the names of what this call applied, in order.

    Safe to call from every process at start: on an up-to-date database it writes nothing.

    Raises:
        MigrationError: rows would have pointed to nothing; that migration was rolled back, earlier ones stay.
        tortoise.exceptions.IntegrityError: rows break a new constraint; likewise.
    """
    async with TortoiseContext() as context:
        client = await _connect(context, url, models, migrations)
        if dialect_of(url) == "sqlite":
            # A rebuilt table is dropped for a moment, which would delete what refers to its rows. The switch
            # works only outside a transaction, and this connection ends with the migration.
            await client.execute_query("PRAGMA foreign_keys=OFF")
        applied: list[str] = []
        if not await _missing(client, migrations):
            return applied
        while (name := await _apply_next(client, migrations)) is not None:
            applied.append(name)
        return applied


async def pending(url: str, *, models: Sequence[str], migrations: str = MIGRATIONS) -> list[str]:
    """Return the names of the migrations that `migrate` would apply, in order."""
    async with TortoiseContext() as context:
        client = await _connect(context, url, models, migrations)
        return [migration.name for migration in await _missing(client, migrations)]


async def _connect(context: TortoiseContext, url: str, models: Sequence[str], migrations: str) -> BaseDBAsyncClient:
    await context.init(config=tortoise_config(url, models, migrations))
    client = get_connection(CONNECTION)
    await client.create_connection(with_db=True)
    return client


async def _plan(client: BaseDBAsyncClient, migrations: str) -> tuple[list[Migration], list[Migration]]:
    """What is applied and what is missing, each in the order of application."""
    recorder = MigrationRecorder(client)
    loader = MigrationLoader({APP: {"migrations": migrations}}, recorder)
    await loader.build_graph()
    done: list[Migration] = []
    missing: list[Migration] = []
    ordered: dict[MigrationKey, None] = {}
    for leaf in loader.graph.leaf_nodes():
        ordered |= dict.fromkeys(loader.graph.forwards_plan(leaf))
    for key in ordered:
        migration = loader.graph.nodes[key]
        if not isinstance(migration, Migration):
            raise MigrationError(f"another migration depends on {key.name}, which does not exist")
        (done if key in loader.applied_migrations else missing).append(migration)
    return done, missing


async def _missing(client: BaseDBAsyncClient, migrations: str) -> list[Migration]:
    return (await _plan(client, migrations))[1]


async def _apply_next(client: BaseDBAsyncClient, migrations: str) -> str | None:
    """Apply the first missing migration in a transaction of its own; None if there is none."""
    async with client._in_transaction() as transaction:
        editor: SqliteTables | PostgresTables
        if client.capabilities.dialect == "sqlite":
            editor = SqliteTables(transaction)
        else:
            editor = PostgresTables(transaction)
            await transaction.execute_query(f"SELECT pg_advisory_xact_lock({TURN})")
        recorder = MigrationRecorder(transaction)
        await recorder.ensure_schema(editor)
        # Only now that nobody else migrates is it certain what is missing.
        done, missing = await _plan(transaction, migrations)
        if not missing:
            return None
        migration = missing[0]
        state = State(models={}, apps=StateApps(default_connections={APP: CONNECTION}))
        for earlier in done:
            await earlier.apply(state, dry_run=True)
        for operation in migration.operations:
            before = state.clone()
            operation.state_forward(APP, state)
            editor.states = (before, state)
            await operation.database_forward(APP, before, state, editor)
        if client.capabilities.dialect == "sqlite":
            await _check_references(transaction, migration.name)
        await recorder.record_applied(APP, migration.name)
        return migration.name


async def _check_references(transaction: BaseDBAsyncClient, name: str) -> None:
    _, broken = await transaction.execute_query("PRAGMA foreign_key_check")
    if broken:
        tables = sorted({row["table"] for row in broken})
        raise MigrationError(
            f"{name} would leave {len(broken)} rows of {', '.join(tables)} pointing to nothing; rolled back"
        )
