"""Changing tables on SQLite without losing what hangs on them.

SQLite cannot alter most of a table, so the table is built anew and its rows are copied. Tortoise's own
rebuild loses the indexes and unique constraints and, where foreign keys are enforced, deletes the children of
every row. Here every change rebuilds the table exactly as a fresh database would have it, from the model as
it is after the change.
"""

from typing import Any, cast

from tortoise.fields import Field
from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.schema_editor import SqliteSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.models import Model

from cms.database.filling import filler
from cms.database.sqlite import statements_of

Column = tuple[str, Any]


class SqliteTables(SqliteSchemaEditor):
    """Tortoise's schema editor with one way to change a table; `states` is (before, after) the operation."""

    states: tuple[State, State]

    async def _run_sql(self, sql: str) -> None:
        await self.client.execute_script(sql)

    async def add_field(self, model: type[Model], field_name: str) -> None:
        """Add a column; rows get its default."""
        if isinstance(model._meta.fields_map[field_name], ManyToManyFieldInstance):
            await super().add_field(model, field_name)
        else:
            await self._rebuild(model)

    async def alter_field(self, old_model: type[Model], new_model: type[Model], field_name: str) -> None:
        """Change a column; rows without a value get the default where one is needed now."""
        old, new = (one._meta.fields_map[field_name] for one in (old_model, new_model))
        if isinstance(old, ManyToManyFieldInstance):
            await super().alter_field(old_model, new_model, field_name)
        else:
            await self._rebuild(new_model, renamed={_column(new): _column(old)})

    async def remove_field(self, model: type[Model], field: Field[Any]) -> None:
        """Remove a column."""
        if isinstance(field, ManyToManyFieldInstance):
            await super().remove_field(model, field)
        else:
            await self._rebuild(model)

    async def add_constraint(self, model: type[Model], constraint: UniqueConstraint | CheckConstraint) -> None:
        """Add a constraint; rows that break it make the migration fail."""
        await self._rebuild(model)

    async def remove_constraint(self, model: type[Model], constraint: UniqueConstraint | CheckConstraint) -> None:
        """Remove a constraint."""
        await self._rebuild(model)

    async def rename_constraint(
        self,
        model: type[Model],
        old_constraint: UniqueConstraint | CheckConstraint,
        new_constraint: UniqueConstraint | CheckConstraint,
    ) -> None:
        """Name a constraint anew."""
        await self._rebuild(model)

    async def _rebuild(self, model: type[Model], renamed: dict[str, str] | None = None) -> None:
        """Replace the table of `model` by one that fits it as it is after the operation.

        `renamed` maps a new column to the one that had its values.
        """
        before, after = (state.apps.get_model(f"{model._meta.app}.{model.__name__}") for state in self.states)
        table = after._meta.db_table
        create, *indexes = statements_of(self._get_model_sql_data(after).table_sql)
        kept = await self._kept_statements(table, before)
        sequence = await self._rows("SELECT seq FROM sqlite_sequence WHERE name = ?", table)

        await self._run_sql(create.replace(f'CREATE TABLE "{table}"', f'CREATE TABLE "new__{table}"', 1))
        columns, values = await self._mapping(table, after, renamed or {})
        names = ", ".join(f'"{column}"' for column in columns)
        sources = ", ".join(source for source, _ in values)
        await self.client.execute_query(
            f'INSERT INTO "new__{table}" ({names}) SELECT {sources} FROM "{table}"',
            [value for _, bound in values for value in bound],
        )
        await self._run_sql(f'DROP TABLE "{table}"')
        # Otherwise renaming looks into every trigger and finds those that speak of the table broken.
        await self._run_sql("PRAGMA legacy_alter_table=ON")
        await self._run_sql(f'ALTER TABLE "new__{table}" RENAME TO "{table}"')
        await self._run_sql("PRAGMA legacy_alter_table=OFF")
        for statement in [*indexes, *kept]:
            await self._run_sql(statement)
        if sequence:
            # The highest number ever given may be above the highest row's: no number is given twice.
            await self.client.execute_query("DELETE FROM sqlite_sequence WHERE name = ?", [table])
            await self.client.execute_query("INSERT INTO sqlite_sequence VALUES (?, ?)", [table, sequence[0][0]])

    async def _kept_statements(self, table: str, before: type[Model]) -> list[str]:
        """Indexes and triggers that no model knows, which a migration made with SQL of its own."""
        modelled = {_index_name(sql) for sql in statements_of(self._get_model_sql_data(before).table_sql)[1:]}
        found = await self._rows(
            "SELECT name, sql FROM sqlite_master"
            " WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL",
            table,
        )
        return [sql + ";" for name, sql in found if name not in modelled]

    async def _mapping(
        self, table: str, after: type[Model], renamed: dict[str, str]
    ) -> tuple[list[str], list[tuple[str, list[Any]]]]:
        """Where each column of the new table has its values: an SQL expression with its parameters."""
        existing = dict(await self._rows('SELECT name, "notnull" FROM pragma_table_info(?)', table))
        columns: list[str] = []
        values: list[tuple[str, list[Any]]] = []
        for name, column in after._meta.fields_db_projection.items():
            field = after._meta.fields_map[name]
            source = renamed.get(column, column)
            if source in existing:
                fill = None if field.null or existing[source] else filler(field, after)
                values.append((f'"{source}"', []) if fill is None else (f'COALESCE("{source}", ?)', [fill]))
            elif field.has_db_default():
                continue
            else:
                values.append(("?", [filler(field, after)]))
            columns.append(column)
        return columns, values

    async def _rows(self, query: str, *values: Any) -> list[Any]:
        return [tuple(row) for row in cast(Any, (await self.client.execute_query(query, list(values)))[1])]


def _column(field: Field[Any]) -> str:
    if isinstance(field, ForeignKeyFieldInstance):
        return field.source_field or f"{field.model_field_name}_id"
    return field.source_field or field.model_field_name


def _index_name(create_index: str) -> str:
    return create_index.split('"')[1]
