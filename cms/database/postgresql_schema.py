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
            await self._run_sql(f'ALTER TABLE "{model._meta.db_table}" ALTER COLUMN "{_name(column)}" SET NOT NULL')
        if column.index and not column.pk:
            await self.add_index(model, Index(fields=(_name(column),)))

    async def alter_field(self, old_model: type[Model], new_model: type[Model], field_name: str) -> None:
        """Change a column, and what it refers to if that changed."""
        await super().alter_field(old_model, new_model, field_name)
        old, new = (one._meta.fields_map[field_name] for one in (old_model, new_model))
        if isinstance(old, ForeignKeyFieldInstance) and isinstance(new, ForeignKeyFieldInstance):
            reference = self._reference(new_model, new)
            if reference != self._reference(old_model, old):
                await self._refer(new_model._meta.db_table, _name(_key_column(new_model, new)), reference)

    def _reference(self, model: type[Model], field: ForeignKeyFieldInstance[Any]) -> str:
        """The REFERENCES clause of a foreign key."""
        return self._get_fk_field_definition(model, _key_column(model, field).model_field_name).partition(
            " REFERENCES "
        )[2]

    async def _refer(self, table: str, column: str, reference: str) -> None:
        _, named = await self.client.execute_query(
            """SELECT conname
               FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND conkey = ARRAY[attnum]
               WHERE contype = 'f' AND conrelid = to_regclass(quote_ident($1)) AND attname = $2""",
            [table, column],
        )
        for row in named:
            await self._run_sql(f'ALTER TABLE "{table}" DROP CONSTRAINT "{row["conname"]}"')
        await self._run_sql(f'ALTER TABLE "{table}" ADD FOREIGN KEY ("{column}") REFERENCES {reference}')

    async def _alter_field(self, model: type[Model], old_field: Field[Any], new_field: Field[Any]) -> None:
        if old_field.null and not new_field.null:
            await self._fill(model, new_field, into=_name(old_field))
        await super()._alter_field(model, old_field, new_field)

    async def _fill(self, model: type[Model], field: Field[Any], into: str | None = None) -> None:
        value = filler(field, model)
        if value is not None:
            column = into or _name(field)
            await self.client.execute_query(
                f'UPDATE "{model._meta.db_table}" SET "{column}" = $1 WHERE "{column}" IS NULL',
                [value],
            )


def _key_column(model: type[Model], field: Field[Any]) -> Field[Any]:
    """The field that is the column: a foreign key's is the one beside it."""
    if isinstance(field, ForeignKeyFieldInstance):
        return model._meta.fields_map[field.source_field or f"{field.model_field_name}_id"]
    return field


def _name(field: Field[Any]) -> str:
    return field.source_field or field.model_field_name
