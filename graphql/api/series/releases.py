"""Releases of focus series and front pages: the checklist, what was released, and the mutations that do it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.content.drafts import Item, editing_items
from api.content.payloads import LocalesArgument, UserError, authenticated, item_key, refusable
from api.context import Info
from api.desk import desk_field
from api.enums import ReleaseStatus
from api.nodes import encode_id, key_of
from api.plans.fetching import Frame
from api.scalars import Locale
from api.series.ordering import SeriesArgument
from cms.content.models import SHARED
from cms.series import models, releasing, reversing, scheduling


@strawberry.type(description="A part of an item that a release publishes.")
class ReleasePart:
    """A part."""

    item_id: strawberry.Private[int]

    locale: Locale | None = strawberry.field(description="The locale of the text; null for the shared part.")
    replaces: bool = strawberry.field(description="Whether another version of it is live before.")

    @strawberry.field(description="The item.")
    async def item(self, info: Info) -> Item:
        """Loaded with its neighbours."""
        return await _item(info, self.item_id)


@strawberry.type(description="Something that is not ready to be released.")
class ReleaseProblem:
    """A problem."""

    item_id: strawberry.Private[int]

    locale: Locale | None = strawberry.field(description="The locale of the text; null for anything else.")
    code: str = strawberry.field(description="A stable code, such as NOT_APPROVED.")
    path: list[str] = strawberry.field(description="Where it is: a locale and a field, `shared` or `item`.")
    message: str = strawberry.field(description="What is missing, in plain words.")

    @strawberry.field(description="The item.")
    async def item(self, info: Info) -> Item:
        """Loaded with its neighbours."""
        return await _item(info, self.item_id)


@strawberry.type(description="What a release would do now: whatever is not live as its draft stands, if it is ready.")
class ReleaseReadiness:
    """The checklist."""

    ready: bool = strawberry.field(description="Whether nothing keeps it back.")
    parts: list[ReleasePart] = strawberry.field(description="What would be published, item by item.")
    problems: list[ReleaseProblem] = strawberry.field(description="Everything that is not ready.")


@strawberry.type(description="A focus series or front page released with its items, at one moment.")
class Release:
    """A release."""

    row: strawberry.Private[models.Release]

    @strawberry.field(description="Its global id.")
    def id(self) -> strawberry.ID:
        """Without a locale."""
        return strawberry.ID(encode_id("Release", self.row.id))

    @strawberry.field(description="The focus series or front page.")
    async def item(self, info: Info) -> Item:
        """Loaded with its neighbours."""
        return await _item(info, self.row.series_id)

    @strawberry.field(description="What became of it.")
    def status(self) -> ReleaseStatus:
        """The status."""
        return self.row.status

    @strawberry.field(description="The locales that it is of.")
    def locales(self) -> list[Locale]:
        """In the newsroom's order."""
        return [Locale(tag) for tag in self.row.locales]

    @strawberry.field(description="Whether what was not ready was to be left out, not to keep the rest back.")
    def only_ready(self) -> bool:
        """As it was asked for."""
        return self.row.only_ready

    @strawberry.field(description="Who asked for it.")
    def actor(self) -> str:
        """The name."""
        return self.row.actor

    @strawberry.field(description="When it is to be carried out; null if it was at once.")
    def release_at(self) -> datetime | None:
        """The moment."""
        return self.row.release_at

    @strawberry.field(description="When it was carried out.")
    def released_at(self) -> datetime | None:
        """The instant."""
        return self.row.released_at

    @strawberry.field(description="When it was taken back.")
    def reversed_at(self) -> datetime | None:
        """The instant."""
        return self.row.reversed_at

    @strawberry.field(description="What it published.")
    def parts(self) -> list[ReleasePart]:
        """Item by item."""
        return [
            _part(each["item"], locale, replaces=part["former"] is not None)
            for each in self.row.published
            for locale, part in each["parts"].items()
        ]

    @strawberry.field(description="Why it was refused, or what was left out since it was not ready.")
    def problems(self) -> list[ReleaseProblem]:
        """Item by item."""
        return [_problem(**each) for each in self.row.problems]


@strawberry.type(description="What came of a release.")
class ReleasePayload:
    """The release, or why not."""

    result: Release | None = strawberry.field(description="The release; null if refused.")
    user_errors: list[UserError] = strawberry.field(
        description="Everything that is not ready, each with its item, or why else it was refused."
    )


OnlyReadyArgument = Annotated[
    bool, strawberry.argument(description="Release what is ready and leave out the rest, instead of refusing.")
]
ReleaseArgument = Annotated[strawberry.ID, strawberry.argument(description="The id of the release.")]


@strawberry.type
class ReleaseQuery:
    """What those who release read."""

    @desk_field(
        "What a release in those locales would publish, and what is not ready. Needs the permission content.read."
    )
    async def release_readiness(self, info: Info, item: SeriesArgument, locales: LocalesArgument) -> ReleaseReadiness:
        """See `cms.series.releasing.check_release`."""
        context = info.context
        lines = await releasing.check_release(context.actor, item_id=item_key(item), locales=locales, now=context.now)
        problems = [problem for line in lines for problem in line.problems]
        return ReleaseReadiness(
            ready=not problems,
            parts=[
                _part(line.item.id, locale, replaces=locale in line.live) for line in lines for locale in line.parts
            ],
            problems=[_problem(**releasing.told(problem)) for problem in problems],
        )

    @desk_field("Releases of a focus series or front page, the latest first. Needs the permission content.read.")
    async def releases(
        self,
        info: Info,
        item: SeriesArgument,
        first: Annotated[int, strawberry.argument(description="At most this many, up to 100.")] = 20,
    ) -> list[Release]:
        """See `cms.series.releasing.releases_of`."""
        found = await releasing.releases_of(info.context.actor, item_id=item_key(item), first=first)
        return [Release(row=row) for row in found]


@strawberry.type
class ReleaseMutation:
    """Commands of releases."""

    @strawberry.mutation(
        description="Publish a focus series or front page with all its items in those locales, at one moment: whatever "
        "is approved and not live yet. Refused with all that is not ready. Needs the permission content.publish."
    )
    async def release_series(
        self, info: Info, item: SeriesArgument, locales: LocalesArgument, only_ready: OnlyReadyArgument = False
    ) -> ReleasePayload:
        """See `cms.series.releasing.release_series`."""
        return await _run(
            info,
            releasing.release_series,
            lambda: {"item_id": item_key(item), "locales": locales, "only_ready": only_ready},
        )

    @strawberry.mutation(
        description="Release at a time, with the entries and texts that there are then. Needs the permission "
        "content.publish."
    )
    async def schedule_release(
        self,
        info: Info,
        item: SeriesArgument,
        locales: LocalesArgument,
        release_at: Annotated[datetime, strawberry.argument(description="When, in any offset, after now.")],
        only_ready: OnlyReadyArgument = False,
    ) -> ReleasePayload:
        """See `cms.series.scheduling.schedule_release`."""
        return await _run(
            info,
            scheduling.schedule_release,
            lambda: {
                "item_id": item_key(item),
                "locales": locales,
                "release_at": release_at,
                "only_ready": only_ready,
            },
        )

    @strawberry.mutation(description="Take back when a release was to be. Needs the permission content.publish.")
    async def cancel_release(self, info: Info, release: ReleaseArgument) -> ReleasePayload:
        """See `cms.series.scheduling.cancel_release`."""
        return await _run(info, scheduling.cancel_release, lambda: {"release_id": _key(release)})

    @strawberry.mutation(
        description="Undo a release: what it brought is taken off, and what it replaced is live again. Refused if any "
        "of it was published, taken off or recalled since. Needs the permission content.publish."
    )
    async def reverse_release(self, info: Info, release: ReleaseArgument) -> ReleasePayload:
        """See `cms.series.reversing.reverse_release`."""
        return await _run(info, reversing.reverse_release, lambda: {"release_id": _key(release)})


async def _run(
    info: Info, command: Callable[..., Awaitable[models.Release]], values: Callable[[], dict[str, Any]]
) -> ReleasePayload:
    async def change() -> Release:
        return Release(row=await command(info.context.actor, now=info.context.now, **values()))

    authenticated(info)
    return await refusable(ReleasePayload, [], change)


def _key(text: str) -> int:
    return key_of(text, "Release", path=("release",))


async def _item(info: Info, key: int) -> Item:
    found: Item = await info.context.load(editing_items, Frame(), key)
    return found


def _part(item: int, locale: str, *, replaces: bool) -> ReleasePart:
    return ReleasePart(item_id=item, locale=Locale(locale) if locale != SHARED else None, replaces=replaces)


def _problem(item: int, locale: str | None, code: str, path: list[str], message: str) -> ReleaseProblem:
    return ReleaseProblem(
        item_id=item, locale=Locale(locale) if locale else None, code=code, path=path, message=message
    )
