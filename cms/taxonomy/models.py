"""Vocabularies of the newsroom. Names are JSON objects `{locale: name}`, read along a locale's fallback chain."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Locale(Model):
    """A language the newsroom publishes in, by its BCP 47 tag."""

    tag = fields.CharField(max_length=35, primary_key=True)
    name = fields.CharField(max_length=100)
    direction = fields.CharField(max_length=3, default="ltr")
    fallbacks: list[str] = fields.JSONField(default=list)
    position = fields.IntField(default=0)

    class Meta:
        table = "locale"


class Concept(Model):
    """A subject, place, person or event of a scheme, such as an IPTC Media Topic."""

    id = fields.BigIntField(primary_key=True)
    scheme = fields.CharField(max_length=50)
    uri = fields.CharField(max_length=500, unique=True)
    names: dict[str, str] = fields.JSONField(default=dict)
    broader: fields.ForeignKeyNullableRelation["Concept"] = fields.ForeignKeyField(
        "cms.Concept", related_name="narrower", null=True, on_delete=fields.SET_NULL
    )
    broader_id: int | None

    class Meta:
        table = "concept"
        indexes = (
            Index(fields=("scheme", "uri"), name="concept_scheme"),
            Index(fields=("broader_id",), name="concept_broader"),
        )


class Organisation(Model):
    """An agency, broadcaster or other body that produces, distributes or is a source."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=100, unique=True)
    names: dict[str, str] = fields.JSONField(default=dict)
    country = fields.CharField(max_length=2, null=True)

    class Meta:
        table = "organisation"


class Contributor(Model):
    """A person who writes or films, with the name in each script it is written in."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=100, unique=True)
    names: dict[str, str] = fields.JSONField(default=dict)

    class Meta:
        table = "contributor"
