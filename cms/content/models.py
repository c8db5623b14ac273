"""One mechanism for everything that is published.

An Item is language-neutral. What is said about it has a *shared* part (one per item) and a *text* part (one
per locale). Both are worked on as Draft, kept as Revision, and live as Edition:

    Item ─┬─ Draft     (locale "" is the shared part)   the working copy
          ├─ Revision  (locale "" is the shared part)   immutable, numbered per part
          ├─ Edition   one per live locale              what is public, rendered once
          ├─ SharedEdition, and what it refers to in `links`
          ├─ Slug      every address ever public
          └─ Serving   one per configured locale: which edition is read there, and why
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from cms.accounts.models import User

SHARED = ""
"""The `locale` of a draft or revision of the shared part, which is in no language."""


class Kind(StrEnum):
    """What an item is; the name that GraphQL, the index and partners see."""

    ARTICLE = "ARTICLE"
    VIDEO = "VIDEO"
    SERIES = "SERIES"
    FRONT_PAGE = "FRONT_PAGE"


WITH_ENTRIES = frozenset({Kind.SERIES, Kind.FRONT_PAGE})
"""The kinds of item that order others in sections."""


class PubStatus(StrEnum):
    """IPTC publication status of an item, for all its locales and versions."""

    USABLE = "USABLE"
    WITHHELD = "WITHHELD"
    CANCELED = "CANCELED"


class DraftStatus(StrEnum):
    """Where a draft stands in the workflow."""

    DRAFT = "DRAFT"
    IN_REVIEW = "IN_REVIEW"
    APPROVED = "APPROVED"
    SCHEDULED = "SCHEDULED"


class RevisionKind(StrEnum):
    """Why a revision was kept."""

    SAVE = "SAVE"
    PUBLICATION = "PUBLICATION"
    CORRECTION = "CORRECTION"
    RESTORE = "RESTORE"


class LocaleReason(StrEnum):
    """Why an item is served in the locale it is served in."""

    REQUESTED = "REQUESTED"
    FALLBACK = "FALLBACK"
    SOURCE = "SOURCE"


class Item(Model):
    """Something that can be published, whatever its languages.

    Embargo, expiry and kill live here and act at once. `advisory` says by locale why the item was recalled, which
    was at `recalled_at`; both are null while it is usable. `trashed_at` is set while it lies in the trash.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharEnumField(Kind, max_length=10)
    uri = fields.CharField(max_length=500, unique=True)
    source_locale = fields.CharField(max_length=35)
    pub_status = fields.CharEnumField(PubStatus, max_length=10, default=PubStatus.USABLE)
    ready = fields.BooleanField(default=True)
    version = fields.IntField(default=0)
    embargoed_until: datetime | None = fields.DatetimeField(null=True)
    expires_at: datetime | None = fields.DatetimeField(null=True)
    recalled_at: datetime | None = fields.DatetimeField(null=True)
    advisory: dict[str, str] | None = fields.JSONField(null=True)
    trashed_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "item"
        indexes = (Index(fields=("expires_at",), name="item_expires_at"),)


class Draft(Model):
    """The working copy of one part; `revision` is the optimistic lock and the number of its last Revision.

    `segment_hashes` are those of its text (see `segments`). A translation was made from the text in `translated_from`
    and is based on a revision of it; `source_hashes` says so segment by segment (see `staleness`).
    `publish_at` is set while it is scheduled; `review_note` is why it was last returned, until it is submitted again;
    `source_corrected_at` is set when the source text was corrected, until this one is published.
    Somebody may be assigned to it, to be done at `due_at`; `desk_note` is what they leave for one another to read.
    """

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="drafts")
    item_id: int
    locale = fields.CharField(max_length=35)
    status = fields.CharEnumField(DraftStatus, max_length=10, default=DraftStatus.DRAFT)
    revision = fields.IntField()
    content: dict[str, Any] = fields.JSONField()
    segment_hashes: dict[str, str] = fields.JSONField(default=dict)
    translated_from = fields.CharField(max_length=35, null=True)
    based_on_revision: int | None = fields.IntField(null=True)
    source_hashes: dict[str, dict[str, Any]] = fields.JSONField(default=dict)
    publish_at: datetime | None = fields.DatetimeField(null=True)
    review_note = fields.CharField(max_length=2000, null=True)
    source_corrected_at: datetime | None = fields.DatetimeField(null=True)
    assignee: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "cms.User", related_name="drafts", null=True, on_delete=fields.SET_NULL
    )
    assignee_id: int | None
    due_at: datetime | None = fields.DatetimeField(null=True)
    desk_note = fields.CharField(max_length=2000, null=True)
    updated_at: datetime = fields.DatetimeField()

    undone: DraftStatus | None = None
    """The status that the save just made undid, for its answer; no column."""

    class Meta:
        table = "draft"
        unique_together = (("item", "locale"),)
        indexes = (Index(fields=("assignee_id", "due_at"), name="draft_assignee"),)


class Revision(Model):
    """One kept state of one part.

    Never changed, but for an autosave, which the next one of the same person may take up (see `autosaving`): its
    number rises then, so that numbers ascend with gaps. `autosaved_since` is when such a run began, None for what is
    kept for good. `source_hashes` are those of the draft then.
    """

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="revisions")
    item_id: int
    locale = fields.CharField(max_length=35)
    number = fields.IntField()
    kind = fields.CharEnumField(RevisionKind, max_length=12)
    content: dict[str, Any] = fields.JSONField()
    author = fields.CharField(max_length=200)
    note = fields.CharField(max_length=2000, null=True)
    version: int | None = fields.IntField(null=True)
    source_hashes: dict[str, dict[str, Any]] = fields.JSONField(default=dict)
    autosaved_since: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "revision"
        unique_together = (("item", "locale", "number"),)


class Edition(Model):
    """The live text of an item in one locale. HTML and plain text are rendered once, when it is published.

    `unpublish_at` is when it is taken off, if that is decided; newer versions keep it.
    """

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="editions")
    item_id: int
    locale = fields.CharField(max_length=35)
    kind = fields.CharEnumField(Kind, max_length=10)
    revision = fields.IntField()
    version = fields.IntField()
    first_published_at: datetime = fields.DatetimeField()
    published_at: datetime = fields.DatetimeField()
    unpublish_at: datetime | None = fields.DatetimeField(null=True)
    slug = fields.CharField(max_length=120)
    headline = fields.CharField(max_length=300)
    summary = fields.TextField(null=True)
    dateline_place = fields.CharField(max_length=200, null=True)
    dateline_date: datetime | None = fields.DatetimeField(null=True)
    located = fields.CharField(max_length=200, null=True)
    word_count = fields.IntField()
    body = fields.TextField()
    html = fields.TextField()
    text = fields.TextField()

    class Meta:
        table = "edition"
        unique_together = (("item", "locale"),)
        indexes = (
            Index(fields=("kind", "locale", "slug"), name="edition_slug"),
            Index(fields=("locale", "published_at"), name="edition_latest"),
        )


class SharedEdition(Model):
    """The live shared part of an item."""

    item: fields.OneToOneRelation[Item] = fields.OneToOneField(
        "cms.Item", related_name="shared_edition", primary_key=True
    )
    item_id: int
    revision = fields.IntField()
    version = fields.IntField()
    published_at: datetime = fields.DatetimeField()
    urgency = fields.IntField()
    copyright_holder = fields.CharField(max_length=300, null=True)
    credit_line = fields.CharField(max_length=300, null=True)
    usage_terms = fields.TextField(null=True)

    class Meta:
        table = "shared_edition"
        indexes = (Index(fields=("urgency", "item_id"), name="shared_edition_urgency"),)


class Slug(Model):
    """Every address that was ever public. It belongs to its item for good, `current` or former."""

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="slugs")
    item_id: int
    kind = fields.CharEnumField(Kind, max_length=10)
    locale = fields.CharField(max_length=35)
    slug = fields.CharField(max_length=120)
    current = fields.BooleanField(default=True)

    class Meta:
        table = "slug"
        unique_together = (("kind", "slug", "locale"),)
        indexes = (Index(fields=("item_id", "locale"), name="slug_item"),)


class Serving(Model):
    """Which edition of an item is read in a configured locale, and why; resolved when publishing.

    It makes honest fallback cost nothing at read time: a list in `zh` along zh → en → it is one index range.
    """

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField("cms.Item", related_name="servings")
    item_id: int
    edition: fields.ForeignKeyRelation[Edition] = fields.ForeignKeyField("cms.Edition", related_name="servings")
    edition_id: int
    locale = fields.CharField(max_length=35)
    kind = fields.CharEnumField(Kind, max_length=10)
    reason = fields.CharEnumField(LocaleReason, max_length=10)
    published_at: datetime = fields.DatetimeField()

    class Meta:
        table = "serving"
        unique_together = (("item", "locale"),)
        indexes = (
            Index(fields=("locale", "kind", "published_at", "item_id"), name="serving_latest"),
            Index(fields=("locale", "kind", "reason", "published_at", "item_id"), name="serving_latest_exact"),
            Index(fields=("edition_id",), name="serving_edition"),
        )
