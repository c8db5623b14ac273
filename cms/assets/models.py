"""VideoAsset is one-to-one with an Item of kind VIDEO; its text parts hold headline, summary and script."""

from tortoise import fields
from tortoise.models import Model

from cms.content.models import Item
from cms.files.models import File


class VideoAsset(Model):
    """The measured facts of a video and its files; `duration` in seconds."""

    item: fields.OneToOneRelation[Item] = fields.OneToOneField("cms.Item", related_name="video", primary_key=True)
    item_id: int
    master: fields.ForeignKeyRelation[File] = fields.ForeignKeyField("cms.File", related_name="videos")
    master_id: int
    poster: fields.ForeignKeyNullableRelation[File] = fields.ForeignKeyField(
        "cms.File", related_name="poster_of", null=True
    )
    poster_id: int | None
    duration = fields.FloatField()
    width = fields.IntField()
    height = fields.IntField()
    aspect_ratio = fields.CharField(max_length=12)
    frame_rate = fields.FloatField()

    class Meta:
        table = "video_asset"
