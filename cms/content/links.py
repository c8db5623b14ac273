"""What a live shared part refers to, as rows that joins can read; `linking` writes them at publication."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from cms.content.models import Item
from cms.taxonomy.models import Concept, Contributor, Organisation


class CreditRole(StrEnum):
    """What an organisation did for an item."""

    PRODUCER = "PRODUCER"
    CO_PRODUCER = "CO_PRODUCER"
    DISTRIBUTOR = "DISTRIBUTOR"
    SOURCE = "SOURCE"


class AssociationRole(StrEnum):
    """How an item refers to another."""

    LEAD_VIDEO = "LEAD_VIDEO"
    RELATED = "RELATED"


class SeriesRole(StrEnum):
    """How much an entry weighs in its series."""

    LEAD = "LEAD"
    RELATED = "RELATED"


class Subject(Model):
    """A concept that the live item is about."""

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="subjects")
    item_id: int
    concept: fields.ForeignKeyRelation[Concept] = fields.ForeignKeyField("cms.Concept", related_name="subjects")
    concept_id: int
    position = fields.IntField()

    class Meta:
        table = "subject"
        unique_together = (("item", "concept"),)
        indexes = (Index(fields=("concept_id", "item_id"), name="subject_concept"),)


class Byline(Model):
    """A contributor of the live item, in the order they are named."""

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="bylines")
    item_id: int
    contributor: fields.ForeignKeyRelation[Contributor] = fields.ForeignKeyField(
        "cms.Contributor", related_name="bylines"
    )
    contributor_id: int
    position = fields.IntField()

    class Meta:
        table = "byline"
        unique_together = (("item", "contributor"),)
        indexes = (Index(fields=("contributor_id", "item_id"), name="byline_contributor"),)


class Credit(Model):
    """An organisation credited by the live item."""

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="credits")
    item_id: int
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "cms.Organisation", related_name="credits"
    )
    organisation_id: int
    role = fields.CharEnumField(CreditRole, max_length=12)
    position = fields.IntField()

    class Meta:
        table = "credit"
        unique_together = (("item", "organisation", "role"),)
        indexes = (Index(fields=("organisation_id", "item_id"), name="credit_organisation"),)


class Association(Model):
    """A reference of the live item to another item."""

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="associations")
    item_id: int
    target: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="associated_by")
    target_id: int
    role = fields.CharEnumField(AssociationRole, max_length=12)
    position = fields.IntField()

    class Meta:
        table = "association"
        unique_together = (("item", "role", "target"),)
        indexes = (Index(fields=("target_id",), name="association_target"),)


class FocusSeries(Model):
    """What a series has, and a front page of it only `sections`: `{key, titles: {locale: title}}` in reading order."""

    item: fields.OneToOneRelation[Item] = fields.OneToOneField("cms.Item", related_name="series", primary_key=True)
    item_id: int
    occasion = fields.CharField(max_length=300, null=True)
    starts_on: datetime | None = fields.DatetimeField(null=True)
    ends_on: datetime | None = fields.DatetimeField(null=True)
    sections: list[dict[str, Any]] = fields.JSONField(default=list)

    class Meta:
        table = "focus_series"


class SeriesEntry(Model):
    """An item's place in a live series or front page; `position` counts from 1 over the whole of it."""

    id = fields.BigIntField(primary_key=True)
    series: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="entries")
    series_id: int
    target: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="series_entries")
    target_id: int
    section = fields.CharField(max_length=100, null=True)
    role = fields.CharEnumField(SeriesRole, max_length=10)
    pinned = fields.BooleanField(default=False, db_default=False)
    position = fields.IntField()

    class Meta:
        table = "series_entry"
        unique_together = (("series", "target"),)
        indexes = (
            Index(fields=("series_id", "position"), name="series_entry_order"),
            Index(fields=("target_id", "series_id"), name="series_entry_target"),
        )


class HiddenEntry(Model):
    """A locale whose readers do not get an entry of a live series or front page, whatever it is served in."""

    id = fields.BigIntField(primary_key=True)
    series: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="hidden_entries")
    series_id: int
    target: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="hidden_in")
    target_id: int
    locale = fields.CharField(max_length=35)

    class Meta:
        table = "hidden_entry"
        unique_together = (("series", "target", "locale"),)
        indexes = (Index(fields=("target_id",), name="hidden_entry_target"),)
