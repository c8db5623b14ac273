from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("cms", "0003_workflow")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Draft",
            name="segment_hashes",
            field=fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name="Draft",
            name="translated_from",
            field=fields.CharField(null=True, max_length=35),
        ),
    ]
