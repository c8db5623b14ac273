"""What a migration writes into a column of rows that were there before it."""

from typing import Any

from tortoise.fields import Field
from tortoise.models import Model

from cms.database.errors import MigrationError


def filler(field: Field[Any], model: type[Model]) -> Any:
    """Return the driver's value for rows that have none: the field's default; None if it has none.

    Raises:
        MigrationError: a column that needs a value has a default that differs per row.
    """
    if callable(field.default):
        if field.null:
            return None
        if field.default in {dict, list}:
            return field.to_db_value(field.default(), model)
        raise MigrationError(
            f"{model.__name__}.{field.model_field_name}: all existing rows would get one computed default; "
            "add the column with null=True, fill it with RunPython, then make it required"
        )
    return None if field.default is None else field.to_db_value(field.default, model)
