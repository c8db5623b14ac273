"""What was, or is to be, released together."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from cms.content.models import Item


class ReleaseStatus(StrEnum):
    """What became of a release."""

    SCHEDULED = "SCHEDULED"
    CANCELED = "CANCELED"
    REFUSED = "REFUSED"
    RELEASED = "RELEASED"
    REVERSED = "REVERSED"


class Release(Model):
    """A series or front page published with its items at one moment, in those locales.

    `published` says of each item what was done: `{item, version, parts: {locale: {revision, former}}}`, where `former`
    is the `{revision, slug, published_at}` that was live before, or null; a shared part has no slug. `problems` say
    why it was refused, or, `only_ready`, what was left out: `{item, locale, code, path, message}`.
    """

    id = fields.BigIntField(primary_key=True)
    series: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="releases")
    series_id: int
    status = fields.CharEnumField(ReleaseStatus, max_length=10)
    locales: list[str] = fields.JSONField()
    only_ready = fields.BooleanField()
    actor = fields.CharField(max_length=200)
    created_at: datetime = fields.DatetimeField()
    release_at: datetime | None = fields.DatetimeField(null=True)
    released_at: datetime | None = fields.DatetimeField(null=True)
    reversed_at: datetime | None = fields.DatetimeField(null=True)
    published: list[dict[str, Any]] = fields.JSONField(default=list)
    problems: list[dict[str, Any]] = fields.JSONField(default=list)

    class Meta:
        table = "release"
        indexes = (Index(fields=("series_id", "id"), name="release_series"),)
