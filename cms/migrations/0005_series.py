from tortoise import migrations
from tortoise.migrations import operations as ops
from cms.content.models import Kind
from cms.series.models import ReleaseStatus
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("cms", "0004_translation")]

    initial = False

    operations = [
        ops.CreateModel(
            name="HiddenEntry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "series",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="series_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="hidden_entries",
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
                        related_name="hidden_in",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("locale", fields.CharField(max_length=35)),
            ],
            options={
                "table": "hidden_entry",
                "app": "cms",
                "unique_together": (("series", "target", "locale"),),
                "indexes": [Index(fields=["target_id"], name="hidden_entry_target")],
                "pk_attr": "id",
                "table_description": "A locale whose readers do not get an entry of a live series or front page, whatever it is served in.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Release",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "series",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="series_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="releases",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        description="SCHEDULED: SCHEDULED\nCANCELED: CANCELED\nREFUSED: REFUSED\nRELEASED: RELEASED\nREVERSED: REVERSED",
                        enum_type=ReleaseStatus,
                        max_length=10,
                    ),
                ),
                ("locales", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("only_ready", fields.BooleanField()),
                ("actor", fields.CharField(max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("release_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("released_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reversed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("published", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("problems", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "release",
                "app": "cms",
                "indexes": [Index(fields=["series_id", "id"], name="release_series")],
                "pk_attr": "id",
                "table_description": "A series or front page published with its items at one moment, in those locales.",
            },
            bases=["Model"],
        ),
        ops.AlterField(
            model_name="Edition",
            name="kind",
            field=fields.CharEnumField(
                description="ARTICLE: ARTICLE\nVIDEO: VIDEO\nSERIES: SERIES\nFRONT_PAGE: FRONT_PAGE",
                enum_type=Kind,
                max_length=10,
            ),
        ),
        ops.AlterField(
            model_name="Item",
            name="kind",
            field=fields.CharEnumField(
                description="ARTICLE: ARTICLE\nVIDEO: VIDEO\nSERIES: SERIES\nFRONT_PAGE: FRONT_PAGE",
                enum_type=Kind,
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="SeriesEntry",
            name="pinned",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AlterField(
            model_name="Serving",
            name="kind",
            field=fields.CharEnumField(
                description="ARTICLE: ARTICLE\nVIDEO: VIDEO\nSERIES: SERIES\nFRONT_PAGE: FRONT_PAGE",
                enum_type=Kind,
                max_length=10,
            ),
        ),
        ops.AlterField(
            model_name="Slug",
            name="kind",
            field=fields.CharEnumField(
                description="ARTICLE: ARTICLE\nVIDEO: VIDEO\nSERIES: SERIES\nFRONT_PAGE: FRONT_PAGE",
                enum_type=Kind,
                max_length=10,
            ),
        ),
    ]
