"""Changing tables on PostgreSQL where Tortoise forgets something."""

from typing import Any

from tortoise.fields import Field
from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.indexes import Index
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.models import Model

from cms.database.filling import filler


class PostgresTables(AsyncpgSchemaEditor):
    """Tortoise's schema editor that also indexes a new column and fills the rows that were there before."""

    ALTER_FIELD_TYPE_TEMPLATE = 'ALTER COLUMN "{column}" TYPE {sql_type} USING "{column}"::{sql_type}'
    states: tuple[State, State]

    async def add_field(self, model: type[Model], field_name: str) -> None:
        """Add a column with its index; rows get its default."""
        field = model._meta.fields_map[field_name]
        if isinstance(field, ManyToManyFieldInstance):
            await super().add_field(model, field_name)
            return
        column = _key_column(model, field)
        if column.null or column.has_db_default() or column.default is None:
            await super().add_field(model, field_name)
        else:
            column.null = True  # of the migration's own model, while the rows are being filled
            try:
                await super().add_field(model, field_name)
            finally:
                column.null = False
            await self._fill(model, column)
            await self._run_sql(
                f'ALTER TABLE "{model._meta.db_table}" ALTER COLUMN "{_name(column)}" SET NOT NULL'
            )
        if column.index and not column.pk:
            await self.add_index(model, Index(fields=(_name(column),)))

    async def _alter_field(self, model: type[Model], old_field: Field[Any], new_field: Field[Any]) -> None:
        if old_field.null and not new_field.null:
            await self._fill(model, new_field, into=_name(old_field))
        await super()._alter_field(model, old_field, new_field)

    async def _fill(self, model: type[Model], field: Field[Any], into: str | None = None) -> None:
        value = filler(field, model)
        if value is not None:
            column = into or _name(field)
            await self.client.execute_query(
                f'UPDATE "{model._meta.db_table}" SET "{column}" = $1 WHERE "{column}" IS NULL',  # noqa: S608
                [value],
            )


def _key_column(model: type[Model], field: Field[Any]) -> Field[Any]:
    """The field that is the column: a foreign key's is the one beside it."""
    if isinstance(field, ForeignKeyFieldInstance):
        return model._meta.fields_map[field.source_field or f"{field.model_field_name}_id"]
    return field


def _name(field: Field[Any]) -> str:
    return field.source_field or field.model_field_name
