"""API tokens. Only a SHA-256 of each is stored: it has 256 bits of randomness, so no slow hash is needed."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model


class ApiToken(Model):
    """A credential of a program; `permissions` are names of Permission."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=200)
    sha256 = fields.CharField(max_length=64, unique=True)
    permissions: list[str] = fields.JSONField(default=list)
    created_at: datetime = fields.DatetimeField()
    expires_at: datetime | None = fields.DatetimeField(null=True)
    revoked_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "api_token"
