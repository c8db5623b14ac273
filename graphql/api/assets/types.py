"""VideoAsset. Aliases: `v` video asset, `m` its master file, `t` its poster file (see `content.rows`)."""

import strawberry

from api.content.loading import video_of
from api.content.types import Body, NewsItem
from api.context import Info
from api.plans.fetching import Frame, Run
from api.plans.reading import Column, Derived, Embedded, planned
from cms.assets import models
from cms.files.models import File


def file_url(run: Run, _frame: Frame, key: str | None) -> str | None:
    """Where a stored file is served."""
    return None if key is None else f"{run.files_url}/{key}"


@strawberry.type(description="A still picture in one size.")
class Image:
    """A still picture."""

    file: strawberry.Private[File]

    @planned(Derived(file_url, ("t.key",)))
    def url(self, info: Info) -> str:
        """Where it is."""
        return f"{info.context.files_url}/{self.file.key}"

    @planned(Derived(lambda _run, _frame, width: width or 0, ("t.width",)))
    def width(self) -> int:
        """In pixels."""
        return self.file.width or 0

    @planned(Derived(lambda _run, _frame, height: height or 0, ("t.height",)))
    def height(self) -> int:
        """In pixels."""
        return self.file.height or 0


@strawberry.type(description="A video with its script and its files.")
class VideoAsset(NewsItem):
    """A video."""

    @planned(Column("v.duration"))
    async def duration(self, info: Info) -> float | None:
        """In seconds."""
        video = await self._video(info)
        return video.duration if video else None

    @planned(Column("v.aspect_ratio"))
    async def aspect_ratio(self, info: Info) -> str | None:
        """Width to height, such as `16:9`."""
        video = await self._video(info)
        return video.aspect_ratio if video else None

    @planned(Derived(file_url, ("m.key",)))
    async def download(self, info: Info) -> str | None:
        """Where the file as it was delivered is."""
        video = await self._video(info)
        return f"{info.context.files_url}/{video.master.key}" if video else None

    @planned(Embedded(present="t.key"))
    async def poster(self, info: Info) -> Image | None:
        """A still that stands for the video until it plays."""
        video = await self._video(info)
        return Image(file=video.poster) if video and video.poster else None

    @planned(Embedded())
    def script(self) -> Body:
        """What is said and shown."""
        return Body(edition=self.served.edition)

    async def _video(self, info: Info) -> models.VideoAsset | None:
        found: models.VideoAsset | None = await info.context.load(video_of, Frame(), self.served.item.id)
        return found
