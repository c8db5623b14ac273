"""What people leave on a draft for one another: comments, and that they are at work on it."""

from datetime import datetime

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from cms.content.models import Item


class Comment(Model):
    """A remark on one part of an item (`locale` "" is the shared part), perhaps on one block of its body.

    `revision` is the one that it was made on. Never changed but for being resolved.
    """

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="comments")
    item_id: int
    locale = fields.CharField(max_length=35)
    revision = fields.IntField()
    block = fields.CharField(max_length=64, null=True)
    text = fields.CharField(max_length=5000)
    author = fields.CharField(max_length=200)
    created_at: datetime = fields.DatetimeField()
    resolved_by = fields.CharField(max_length=200, null=True)
    resolved_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "comment"
        indexes = (Index(fields=("item_id", "locale", "id"), name="comment_part"),)


class Presence(Model):
    """That somebody is at work on one part, until `expires_at`. Nobody is kept out by it."""

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="presences")
    item_id: int
    locale = fields.CharField(max_length=35)
    name = fields.CharField(max_length=200)
    since: datetime = fields.DatetimeField()
    expires_at: datetime = fields.DatetimeField()

    class Meta:
        table = "presence"
        unique_together = (("item", "locale", "name"),)
        indexes = (Index(fields=("expires_at",), name="presence_expiry"),)
