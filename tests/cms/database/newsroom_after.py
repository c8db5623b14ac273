"""The models of the same newsroom after it."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Desk(Model):
    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=80, unique=True)  # longer
    phone = fields.CharField(max_length=20, null=True)


class Story(Model):
    id = fields.BigIntField(primary_key=True)
    desk: fields.ForeignKeyRelation[Desk] = fields.ForeignKeyField("cms.Desk", on_delete=fields.CASCADE)
    locale = fields.CharField(max_length=35)
    headline = fields.TextField()  # another type
    urgency = fields.IntField(default=5)  # required now
    slugline = fields.CharField(max_length=20, null=True, db_index=True)  # no longer required
    # old_wire_code is gone
    published_at = fields.DatetimeField(null=True)
    marks = fields.JSONField(default=dict)  # required as it was
    seen_by = fields.JSONField(default=list)  # new, required
    edited_by = fields.CharField(max_length=40, default="l'agenzia", db_index=True)  # new, required, indexed
    wordcount = fields.IntField(db_default=0)  # new, with the database's own default
    editor: fields.ForeignKeyNullableRelation["Desk"] = fields.ForeignKeyField(
        "cms.Desk", on_delete=fields.SET_NULL, null=True, related_name="edited", db_index=True
    )

    class Meta:
        table = "story"
        unique_together = (("locale", "headline"), ("locale", "slugline"))  # the second is new
        indexes = (
            Index(fields=("locale", "published_at"), name="story_locale_published"),
            Index(fields=("urgency",), name="story_urgency"),
        )


class Credit(Model):
    id = fields.BigIntField(primary_key=True)
    story: fields.ForeignKeyRelation[Story] = fields.ForeignKeyField("cms.Story", on_delete=fields.CASCADE)
    name = fields.CharField(max_length=80)
    desk: fields.ForeignKeyNullableRelation[Desk] = fields.ForeignKeyField(
        "cms.Desk",
        on_delete=fields.SET_NULL,
        null=True,  # was CASCADE
    )
