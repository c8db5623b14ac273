from tortoise import migrations
from tortoise.migrations import operations as ops
from cms.content.links import AssociationRole, CreditRole, SeriesRole
from cms.content.models import DraftStatus, Kind, LocaleReason, PubStatus, RevisionKind
from cms.events import ChangeType
from cms.jobs.models import JobState, Lane
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="ApiToken",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=200)),
                ("sha256", fields.CharField(unique=True, max_length=64)),
                ("permissions", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "api_token",
                "app": "cms",
                "pk_attr": "id",
                "table_description": "A credential of a program; `permissions` are names of Permission.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Change",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("item_id", fields.BigIntField()),
                ("locale", fields.CharField(max_length=35)),
                ("uri", fields.CharField(max_length=512)),
                ("kind", fields.CharField(max_length=16)),
                ("position", fields.BigIntField()),
                (
                    "type",
                    fields.CharEnumField(
                        description="UPSERTED: UPSERTED\nWITHHELD: WITHHELD\nCANCELED: CANCELED\nEXPIRED: EXPIRED\nUNPUBLISHED: UNPUBLISHED\nDELETED: DELETED",
                        enum_type=ChangeType,
                        max_length=16,
                    ),
                ),
                ("version", fields.IntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "change",
                "app": "cms",
                "unique_together": (("item_id", "locale"), ("position", "item_id", "locale")),
                "pk_attr": "id",
                "table_description": "The latest event that concerned recipients of one item in one locale: what the feed of changes reads.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Concept",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("scheme", fields.CharField(max_length=50)),
                ("uri", fields.CharField(unique=True, max_length=500)),
                ("names", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                (
                    "broader",
                    fields.ForeignKeyField(
                        "cms.Concept",
                        source_field="broader_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="narrower",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
            ],
            options={
                "table": "concept",
                "app": "cms",
                "indexes": [
                    Index(fields=["scheme", "uri"], name="concept_scheme"),
                    Index(fields=["broader_id"], name="concept_broader"),
                ],
                "pk_attr": "id",
                "table_description": "A subject, place, person or event of a scheme, such as an IPTC Media Topic.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Contributor",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("key", fields.CharField(unique=True, max_length=100)),
                ("names", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "contributor",
                "app": "cms",
                "pk_attr": "id",
                "table_description": "A person who writes or films, with the name in each script it is written in.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Epoch",
            fields=[
                ("id", fields.IntField(primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=32)),
            ],
            options={
                "table": "epoch",
                "app": "cms",
                "pk_attr": "id",
                "table_description": "The one row that names this run of history. Positions compare only within an epoch.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Event",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("type", fields.CharField(max_length=64)),
                ("item_id", fields.BigIntField(null=True)),
                ("locale", fields.CharField(null=True, max_length=35)),
                ("actor", fields.CharField(null=True, max_length=255)),
                ("data", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "event",
                "app": "cms",
                "indexes": [Index(fields=["item_id", "id"], name="event_item")],
                "pk_attr": "id",
                "table_description": "One thing that happened. Its id is its position in history; positions ascend and never repeat.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="File",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("key", fields.CharField(unique=True, max_length=200)),
                ("sha256", fields.CharField(unique=True, max_length=64)),
                ("size", fields.BigIntField()),
                ("content_type", fields.CharField(max_length=100)),
                ("name", fields.CharField(max_length=300)),
                ("width", fields.IntField(null=True)),
                ("height", fields.IntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "file",
                "app": "cms",
                "pk_attr": "id",
                "table_description": "Bytes at `key` of the storage; `size` in bytes, `sha256` in hex.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Item",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="ARTICLE: ARTICLE\nVIDEO: VIDEO\nSERIES: SERIES",
                        enum_type=Kind,
                        max_length=10,
                    ),
                ),
                ("uri", fields.CharField(unique=True, max_length=500)),
                ("source_locale", fields.CharField(max_length=35)),
                (
                    "pub_status",
                    fields.CharEnumField(
                        default=PubStatus.USABLE,
                        description="USABLE: USABLE\nWITHHELD: WITHHELD\nCANCELED: CANCELED",
                        enum_type=PubStatus,
                        max_length=10,
                    ),
                ),
                ("ready", fields.BooleanField(default=True)),
                ("version", fields.IntField(default=0)),
                ("embargoed_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "item",
                "app": "cms",
                "indexes": [Index(fields=["expires_at"], name="item_expires_at")],
                "pk_attr": "id",
                "table_description": "Something that can be published, whatever its languages. Embargo, expiry and kill live here and act at once.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Association",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "item",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="associations",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "target",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="target_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="associated_by",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "role",
                    fields.CharEnumField(
                        description="LEAD_VIDEO: LEAD_VIDEO\nRELATED: RELATED",
                        enum_type=AssociationRole,
                        max_length=12,
                    ),
                ),
                ("position", fields.IntField()),
            ],
            options={
                "table": "association",
                "app": "cms",
                "unique_together": (("item", "role", "target"),),
                "indexes": [Index(fields=["target_id"], name="association_target")],
                "pk_attr": "id",
                "table_description": "A reference of the live item to another item.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Byline",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "item",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bylines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "contributor",
                    fields.ForeignKeyField(
                        "cms.Contributor",
                        source_field="contributor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bylines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField()),
            ],
            options={
                "table": "byline",
                "app": "cms",
                "unique_together": (("item", "contributor"),),
                "indexes": [Index(fields=["contributor_id", "item_id"], name="byline_contributor")],
                "pk_attr": "id",
                "table_description": "A contributor of the live item, in the order they are named.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Draft",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "item",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="drafts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("locale", fields.CharField(max_length=35)),
                (
                    "status",
                    fields.CharEnumField(
                        default=DraftStatus.DRAFT,
                        description="DRAFT: DRAFT\nIN_REVIEW: IN_REVIEW\nAPPROVED: APPROVED\nSCHEDULED: SCHEDULED",
                        enum_type=DraftStatus,
                        max_length=10,
                    ),
                ),
                ("revision", fields.IntField()),
                ("content", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("based_on_revision", fields.IntField(null=True)),
                ("source_hashes", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "draft",
                "app": "cms",
                "unique_together": (("item", "locale"),),
                "pk_attr": "id",
                "table_description": "The working copy of one part; `revision` is the optimistic lock and the number of its last Revision.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Edition",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "item",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="editions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("locale", fields.CharField(max_length=35)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="ARTICLE: ARTICLE\nVIDEO: VIDEO\nSERIES: SERIES",
                        enum_type=Kind,
                        max_length=10,
                    ),
                ),
                ("revision", fields.IntField()),
                ("version", fields.IntField()),
                ("first_published_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("published_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("slug", fields.CharField(max_length=120)),
                ("headline", fields.CharField(max_length=300)),
                ("summary", fields.TextField(null=True, unique=False)),
                ("dateline_place", fields.CharField(null=True, max_length=200)),
                ("dateline_date", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("located", fields.CharField(null=True, max_length=200)),
                ("word_count", fields.IntField()),
                ("body", fields.TextField(unique=False)),
                ("html", fields.TextField(unique=False)),
                ("text", fields.TextField(unique=False)),
            ],
            options={
                "table": "edition",
                "app": "cms",
                "unique_together": (("item", "locale"),),
                "indexes": [
                    Index(fields=["kind", "locale", "slug"], name="edition_slug"),
                    Index(fields=["locale", "published_at"], name="edition_latest"),
                ],
                "pk_attr": "id",
                "table_description": "The live text of an item in one locale. HTML and plain text are rendered once, when it is published.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FocusSeries",
            fields=[
                (
                    "item",
                    fields.OneToOneField(
                        "cms.Item",
                        source_field="item_id",
                        primary_key=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="series",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("occasion", fields.CharField(null=True, max_length=300)),
                ("starts_on", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ends_on", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sections", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "focus_series",
                "app": "cms",
                "pk_attr": "item_id",
                "table_description": "What only a series has. `sections` is a list of `{key, titles: {locale: title}}` in reading order.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Job",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=64)),
                ("args", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                (
                    "lane",
                    fields.CharEnumField(
                        description="URGENT: urgent\nDEFAULT: default\nMEDIA: media",
                        enum_type=Lane,
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        description="WAITING: waiting\nRUNNING: running\nDONE: done\nPARKED: parked",
                        enum_type=JobState,
                        max_length=16,
                    ),
                ),
                ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("serial_key", fields.CharField(null=True, max_length=255)),
                ("unique_key", fields.CharField(null=True, unique=True, max_length=255)),
                ("coalesce_key", fields.CharField(null=True, max_length=255)),
                ("waiting_key", fields.CharField(null=True, unique=True, max_length=255)),
                ("attempts", fields.IntField(default=0)),
                ("fence", fields.BigIntField(default=0)),
                ("last_error", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "job",
                "app": "cms",
                "indexes": [
                    Index(fields=["lane", "due_at"], name="job_due"),
                    Index(fields=["serial_key", "due_at"], name="job_serial"),
                    Index(fields=["state", "finished_at"], name="job_state"),
                ],
                "pk_attr": "id",
                "table_description": "One piece of work. `due_at` is when a worker may take it: its time while it waits, the end of the lease",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Locale",
            fields=[
                ("tag", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=35)),
                ("name", fields.CharField(max_length=100)),
                ("direction", fields.CharField(default="ltr", max_length=3)),
                ("fallbacks", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("position", fields.IntField(default=0)),
            ],
            options={
                "table": "locale",
                "app": "cms",
                "pk_attr": "tag",
                "table_description": "A language the newsroom publishes in, by its BCP 47 tag.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Organisation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("key", fields.CharField(unique=True, max_length=100)),
                ("names", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("country", fields.CharField(null=True, max_length=2)),
            ],
            options={
                "table": "organisation",
                "app": "cms",
                "pk_attr": "id",
                "table_description": "An agency, broadcaster or other body that produces, distributes or is a source.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Credit",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "item",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="credits",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "cms.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="credits",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "role",
                    fields.CharEnumField(
                        description="PRODUCER: PRODUCER\nCO_PRODUCER: CO_PRODUCER\nDISTRIBUTOR: DISTRIBUTOR\nSOURCE: SOURCE",
                        enum_type=CreditRole,
                        max_length=12,
                    ),
                ),
                ("position", fields.IntField()),
            ],
            options={
                "table": "credit",
                "app": "cms",
                "unique_together": (("item", "organisation", "role"),),
                "indexes": [Index(fields=["organisation_id", "item_id"], name="credit_organisation")],
                "pk_attr": "id",
                "table_description": "An organisation credited by the live item.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Progress",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("position", fields.BigIntField()),
            ],
            options={
                "table": "progress",
                "app": "cms",
                "pk_attr": "name",
                "table_description": "How far a reader of the events has come.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Revision",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "item",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="revisions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("locale", fields.CharField(max_length=35)),
                ("number", fields.IntField()),
                (
                    "kind",
                    fields.CharEnumField(
                        description="SAVE: SAVE\nPUBLICATION: PUBLICATION\nCORRECTION: CORRECTION\nRESTORE: RESTORE",
                        enum_type=RevisionKind,
                        max_length=12,
                    ),
                ),
                ("content", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("author", fields.CharField(max_length=200)),
                ("note", fields.CharField(null=True, max_length=2000)),
                ("version", fields.IntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "revision",
                "app": "cms",
                "unique_together": (("item", "locale", "number"),),
                "pk_attr": "id",
                "table_description": "One kept state of one part. Never changed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SeriesEntry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "series",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="series_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="entries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "target",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="target_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="series_entries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("section", fields.CharField(null=True, max_length=100)),
                (
                    "role",
                    fields.CharEnumField(
                        description="LEAD: LEAD\nRELATED: RELATED", enum_type=SeriesRole, max_length=10
                    ),
                ),
                ("position", fields.IntField()),
            ],
            options={
                "table": "series_entry",
                "app": "cms",
                "unique_together": (("series", "target"),),
                "indexes": [
                    Index(fields=["series_id", "position"], name="series_entry_order"),
                    Index(fields=["target_id", "series_id"], name="series_entry_target"),
                ],
                "pk_attr": "id",
                "table_description": "An item's place in a live series; `position` counts from 1 over the whole series.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Serving",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "item",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="servings",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "edition",
                    fields.ForeignKeyField(
                        "cms.Edition",
                        source_field="edition_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="servings",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("locale", fields.CharField(max_length=35)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="ARTICLE: ARTICLE\nVIDEO: VIDEO\nSERIES: SERIES",
                        enum_type=Kind,
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    fields.CharEnumField(
                        description="REQUESTED: REQUESTED\nFALLBACK: FALLBACK\nSOURCE: SOURCE",
                        enum_type=LocaleReason,
                        max_length=10,
                    ),
                ),
                ("published_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "serving",
                "app": "cms",
                "unique_together": (("item", "locale"),),
                "indexes": [
                    Index(fields=["locale", "kind", "published_at", "item_id"], name="serving_latest"),
                    Index(
                        fields=["locale", "kind", "reason", "published_at", "item_id"],
                        name="serving_latest_exact",
                    ),
                    Index(fields=["edition_id"], name="serving_edition"),
                ],
                "pk_attr": "id",
                "table_description": "Which edition of an item is read in a configured locale, and why; resolved when publishing, not when reading.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SharedEdition",
            fields=[
                (
                    "item",
                    fields.OneToOneField(
                        "cms.Item",
                        source_field="item_id",
                        primary_key=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="shared_edition",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("revision", fields.IntField()),
                ("version", fields.IntField()),
                ("published_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("urgency", fields.IntField()),
                ("copyright_holder", fields.CharField(null=True, max_length=300)),
                ("credit_line", fields.CharField(null=True, max_length=300)),
                ("usage_terms", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "shared_edition",
                "app": "cms",
                "indexes": [Index(fields=["urgency", "item_id"], name="shared_edition_urgency")],
                "pk_attr": "item_id",
                "table_description": "The live shared part of an item.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Slug",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "item",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="slugs",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="ARTICLE: ARTICLE\nVIDEO: VIDEO\nSERIES: SERIES",
                        enum_type=Kind,
                        max_length=10,
                    ),
                ),
                ("locale", fields.CharField(max_length=35)),
                ("slug", fields.CharField(max_length=120)),
                ("current", fields.BooleanField(default=True)),
            ],
            options={
                "table": "slug",
                "app": "cms",
                "unique_together": (("kind", "slug", "locale"),),
                "indexes": [Index(fields=["item_id", "locale"], name="slug_item")],
                "pk_attr": "id",
                "table_description": "Every address that was ever public. It belongs to its item for good, `current` or former.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Subject",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "item",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="subjects",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "concept",
                    fields.ForeignKeyField(
                        "cms.Concept",
                        source_field="concept_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="subjects",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField()),
            ],
            options={
                "table": "subject",
                "app": "cms",
                "unique_together": (("item", "concept"),),
                "indexes": [Index(fields=["concept_id", "item_id"], name="subject_concept")],
                "pk_attr": "id",
                "table_description": "A concept that the live item is about.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="VideoAsset",
            fields=[
                (
                    "item",
                    fields.OneToOneField(
                        "cms.Item",
                        source_field="item_id",
                        primary_key=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="video",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "master",
                    fields.ForeignKeyField(
                        "cms.File",
                        source_field="master_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="videos",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "poster",
                    fields.ForeignKeyField(
                        "cms.File",
                        source_field="poster_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="poster_of",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("duration", fields.FloatField()),
                ("width", fields.IntField()),
                ("height", fields.IntField()),
                ("aspect_ratio", fields.CharField(max_length=12)),
                ("frame_rate", fields.FloatField()),
            ],
            options={
                "table": "video_asset",
                "app": "cms",
                "pk_attr": "item_id",
                "table_description": "The measured facts of a video and its files; `duration` in seconds.",
            },
            bases=["Model"],
        ),
    ]
