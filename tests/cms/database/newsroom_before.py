"""The models of a newsroom before its migration."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Desk(Model):
    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=40, unique=True)
    phone = fields.CharField(max_length=20, null=True)


class Story(Model):
    id = fields.BigIntField(primary_key=True)
    desk: fields.ForeignKeyRelation[Desk] = fields.ForeignKeyField("cms.Desk", on_delete=fields.CASCADE)
    locale = fields.CharField(max_length=35)
    headline = fields.CharField(max_length=100)
    urgency = fields.IntField(null=True)
    slugline = fields.CharField(max_length=20, db_index=True)
    old_wire_code = fields.CharField(max_length=8, null=True)
    published_at = fields.DatetimeField(null=True)
    marks = fields.JSONField(default=dict)

    class Meta:
        table = "story"
        unique_together = (("locale", "headline"),)
        indexes = (Index(fields=("locale", "published_at"), name="story_locale_published"),)


class Credit(Model):
    id = fields.BigIntField(primary_key=True)
    story: fields.ForeignKeyRelation[Story] = fields.ForeignKeyField("cms.Story", on_delete=fields.CASCADE)
    name = fields.CharField(max_length=80)
    desk: fields.ForeignKeyNullableRelation[Desk] = fields.ForeignKeyField(
        "cms.Desk", on_delete=fields.CASCADE, null=True
    )
