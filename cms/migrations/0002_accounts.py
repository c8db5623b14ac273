from tortoise import migrations
from tortoise.migrations import operations as ops
from cms.accounts.models import Outcome
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("cms", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="User",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("email", fields.CharField(unique=True, max_length=254)),
                ("name", fields.CharField(unique=True, max_length=200)),
                ("password", fields.CharField(max_length=255)),
                ("roles", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("active", fields.BooleanField(default=True)),
                ("locale", fields.CharField(null=True, max_length=35)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "user_account",
                "app": "cms",
                "pk_attr": "id",
                "table_description": "A person with an account. `roles` holds `Assignment`s as JSON; revisions and events are signed with `name`.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "cms.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sessions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("sha256", fields.CharField(unique=True, max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("seen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("address", fields.CharField(max_length=45)),
                ("user_agent", fields.CharField(max_length=300)),
            ],
            options={
                "table": "session",
                "app": "cms",
                "indexes": [
                    Index(fields=["user_id"], name="session_user"),
                    Index(fields=["expires_at"], name="session_expiry"),
                ],
                "pk_attr": "id",
                "table_description": "A person signed in with one browser. `sha256` is of the cookie's secret.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SignIn",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account", fields.CharField(max_length=64)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "cms.User",
                        source_field="user_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="sign_ins",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("session_id", fields.BigIntField(null=True)),
                ("address", fields.CharField(max_length=45)),
                ("network", fields.CharField(max_length=49)),
                ("user_agent", fields.CharField(max_length=300)),
                (
                    "outcome",
                    fields.CharEnumField(
                        description="ATTEMPTED: ATTEMPTED\nSUCCEEDED: SUCCEEDED\nWRONG_PASSWORD: WRONG_PASSWORD\nUNKNOWN_USER: UNKNOWN_USER\nINACTIVE_USER: INACTIVE_USER",
                        enum_type=Outcome,
                        max_length=20,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "sign_in",
                "app": "cms",
                "indexes": [
                    Index(fields=["account", "at"], name="sign_in_account"),
                    Index(fields=["network", "at"], name="sign_in_network"),
                    Index(fields=["at", "id"], name="sign_in_at"),
                    Index(fields=["session_id"], name="sign_in_session"),
                    Index(fields=["user_id"], name="sign_in_user"),
                ],
                "pk_attr": "id",
                "table_description": "A line of the sign-in log, which throttling counts.",
            },
            bases=["Model"],
        ),
        ops.AlterModelOptions(
            name="ApiToken",
            options={
                "table": "api_token",
                "app": "cms",
                "pk_attr": "id",
                "table_description": "A credential of a program; `grants` holds `Grant`s as JSON.",
            },
        ),
        ops.RenameField(
            model_name="ApiToken",
            old_name="permissions",
            new_name="grants",
        ),
        ops.AddField(
            model_name="Event",
            name="address",
            field=fields.CharField(null=True, max_length=45),
        ),
        ops.AddIndex(
            model_name="Event",
            index=Index(fields=["at", "id"], name="event_at"),
        ),
        ops.AlterModelOptions(
            name="FocusSeries",
            options={
                "table": "focus_series",
                "app": "cms",
                "pk_attr": "item_id",
                "table_description": "What only a series has. `sections` is a list of `{key, titles: {locale: title}}` in reading order.",
            },
        ),
        ops.AlterModelOptions(
            name="Item",
            options={
                "table": "item",
                "app": "cms",
                "indexes": [Index(fields=["expires_at"], name="item_expires_at")],
                "pk_attr": "id",
                "table_description": "Something that can be published, whatever its languages.",
            },
        ),
        ops.AlterModelOptions(
            name="Serving",
            options={
                "table": "serving",
                "app": "cms",
                "unique_together": (("item", "locale"),),
                "indexes": [
                    Index(fields=["locale", "kind", "published_at", "item_id"], name="serving_latest"),
                    Index(fields=["locale", "kind", "reason", "published_at", "item_id"], name="serving_latest_exact"),
                    Index(fields=["edition_id"], name="serving_edition"),
                ],
                "pk_attr": "id",
                "table_description": "Which edition of an item is read in a configured locale, and why; resolved when publishing.",
            },
        ),
        ops.AlterModelOptions(
            name="SharedEdition",
            options={
                "table": "shared_edition",
                "app": "cms",
                "indexes": [Index(fields=["urgency", "item_id"], name="shared_edition_urgency")],
                "pk_attr": "item_id",
                "table_description": "The live shared part of an item.",
            },
        ),
        ops.AlterModelOptions(
            name="VideoAsset",
            options={
                "table": "video_asset",
                "app": "cms",
                "pk_attr": "item_id",
                "table_description": "The measured facts of a video and its files; `duration` in seconds.",
            },
        ),
    ]
