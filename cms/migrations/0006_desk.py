from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("cms", "0005_series")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Comment",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "item",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="comments",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("locale", fields.CharField(max_length=35)),
                ("revision", fields.IntField()),
                ("block", fields.CharField(null=True, max_length=64)),
                ("text", fields.CharField(max_length=5000)),
                ("author", fields.CharField(max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("resolved_by", fields.CharField(null=True, max_length=200)),
                ("resolved_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "comment",
                "app": "cms",
                "indexes": [Index(fields=["item_id", "locale", "id"], name="comment_part")],
                "pk_attr": "id",
                "table_description": 'A remark on one part of an item (`locale` "" is the shared part), perhaps on one block of its body.',
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Presence",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "item",
                    fields.ForeignKeyField(
                        "cms.Item",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="presences",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("locale", fields.CharField(max_length=35)),
                ("name", fields.CharField(max_length=200)),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "presence",
                "app": "cms",
                "unique_together": (("item", "locale", "name"),),
                "indexes": [Index(fields=["expires_at"], name="presence_expiry")],
                "pk_attr": "id",
                "table_description": "That somebody is at work on one part, until `expires_at`. Nobody is kept out by it.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Draft",
            name="assignee",
            field=fields.ForeignKeyField(
                "cms.User",
                source_field="assignee_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="drafts",
                on_delete=OnDelete.SET_NULL,
            ),
        ),
        ops.AddField(
            model_name="Draft",
            name="desk_note",
            field=fields.CharField(null=True, max_length=2000),
        ),
        ops.AddField(
            model_name="Draft",
            name="due_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name="Draft",
            index=Index(fields=["assignee_id", "due_at"], name="draft_assignee"),
        ),
        ops.AddField(
            model_name="Item",
            name="trashed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Revision",
            name="autosaved_since",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Revision",
            name="source_hashes",
            field=fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads),
        ),
    ]
