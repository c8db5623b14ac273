"""Writing a migration from what changed in the models: `python -m cms.database.drafting [NAME]`.

It needs no database: it compares the models with the migrations that exist. A field that vanishes while
another of the same kind appears is taken for a rename, so read what was written before committing it.
"""

import asyncio
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.operations import AlterModelOptions
from tortoise.migrations.writer import MigrationWriter, format_migration_name

from cms.database import MODEL_MODULES
from cms.database.config import MIGRATIONS, tortoise_config


async def changes(models: Sequence[str], *, migrations: str = MIGRATIONS) -> list[MigrationWriter]:
    """What the next migration would hold; empty if the models are as the last one left them. Writes nothing."""
    importlib.import_module(migrations)
    config = tortoise_config("sqlite:unused.db", models, migrations)
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        assert context.apps is not None
        writers = await MigrationAutodetector(context.apps, config["apps"]).changes()
    for writer in writers:
        # Other operations carry what a database holds of a model's options; the rest is docstrings.
        writer.operations = [each for each in writer.operations if not isinstance(each, AlterModelOptions)]
    return [writer for writer in writers if writer.operations]


async def draft(models: Sequence[str], *, migrations: str = MIGRATIONS, name: str | None = None) -> list[Path]:
    """Write the next migration, if the models differ from the last one, and return its file.

    The package of migrations exists already, were it empty. `name` follows the number: `0002_name`.
    """
    writers = await changes(models, migrations=migrations)
    paths: list[Path] = []
    for writer in writers:
        if name is not None:
            writer.name = format_migration_name(int(writer.name.split("_", 1)[0]), name)
        paths.append(writer.write())
    return paths


if __name__ == "__main__":
    for path in asyncio.run(draft(MODEL_MODULES, name=sys.argv[1] if len(sys.argv) > 1 else None)):
        print(path)  # noqa: T201 - a program's answer
