"""A small newsroom for the tests of the database layer."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Desk(Model):
    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=80, unique=True)


class Story(Model):
    id = fields.BigIntField(primary_key=True)
    desk: fields.ForeignKeyRelation[Desk] = fields.ForeignKeyField("cms.Desk", on_delete=fields.CASCADE)
    desk_id: int
    locale = fields.CharField(max_length=35)
    headline = fields.CharField(max_length=200)
    read_count = fields.IntField(default=0)
    published_at = fields.DatetimeField(null=True)

    class Meta:
        table = "story"
        unique_together = (("locale", "headline"),)
        indexes = (Index(fields=("locale", "published_at"), name="story_locale_published"),)
