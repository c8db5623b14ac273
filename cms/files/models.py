"""A File is bytes in the storage, named by their content, so that the same bytes are stored once."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model


class File(Model):
    """Bytes at `key` of the storage; `size` in bytes, `sha256` in hex."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=200, unique=True)
    sha256 = fields.CharField(max_length=64, unique=True)
    size = fields.BigIntField()
    content_type = fields.CharField(max_length=100)
    name = fields.CharField(max_length=300)
    width: int | None = fields.IntField(null=True)
    height: int | None = fields.IntField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "file"
