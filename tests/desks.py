"""An editor's desk at a clock that a test sets, and the worker that keeps its times."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cms.accounts.actors import SYSTEM, Actor, Permission
from cms.assets.removing import removal_handlers
from cms.content import editing, publishing, serving
from cms.content.body import from_text
from cms.content.models import Draft, Edition, Item, Kind
from cms.content.publishing import Published
from cms.database import Database
from cms.events import Change, Event
from cms.freshness import Freshness
from cms.jobs import Job, JobState, Retry
from cms.reactions import REACTIONS
from cms.reading.scope import Scope
from cms.timers import timer_handlers
from cms.worker import Worker
from media.storage import LocalStorage

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOCALES = ({"tag": "it", "fallbacks": ["en"]}, {"tag": "zh", "fallbacks": ["en"]}, {"tag": "en", "fallbacks": []})
HEADLINES = {"it": "La neve è tornata", "zh": "雪又回来了", "en": "The snow is back"}
CHIEF = Actor.holding("caporedattrice", Permission)


def minutes(number: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=number)


class Desk:
    """Commands with everything filled in that a test does not speak of, at `now`."""

    def __init__(self, freshness: Freshness | None = None, storage: Any = None) -> None:
        self.now = NOON
        self._freshness, self._storage = freshness, storage

    def __call__(self) -> datetime:
        """The clock."""
        return self.now

    def at(self, number: float) -> datetime:
        """Make it so many minutes after noon."""
        self.now = minutes(number)
        return self.now

    async def open(self) -> None:
        """Configure the locales."""
        await serving.configure_locales(SYSTEM, LOCALES)

    async def write(self, *locales: str, kind: Kind = Kind.ARTICLE, **shared: Any) -> int:
        """A new item drafted in those locales, Italian if none is said; the first is its source. Its id."""
        tags = locales or ("it",)
        saved = await editing.create_item(
            CHIEF, kind, source_locale=tags[0], text=text(tags[0]), shared=shared, now=self.now
        )
        for locale in tags[1:]:
            await self.save(saved.item.id, locale, **text(locale))
        return int(saved.item.id)

    async def publish(self, item_id: int, *locales: str, shared: bool = False) -> Published:
        """Publish now."""
        return await publishing.publish(CHIEF, item_id=item_id, locales=locales, shared=shared, now=self.now)

    async def live(self, *locales: str, **more: Any) -> int:
        """An item that is live in those locales; its id."""
        item_id = await self.write(*locales, **more)
        await self.publish(item_id, *(locales or ("it",)))
        return item_id

    async def save(self, item_id: int, locale: str = "it", **changes: Any) -> Draft:
        """Save as one who saw the latest revision."""
        draft = await Draft.get_or_none(item_id=item_id, locale=locale)
        return await editing.save_draft(
            CHIEF,
            item_id=item_id,
            locale=locale,
            changes=changes,
            expected_revision=draft.revision if draft else None,
            now=self.now,
        )

    async def on_draft(
        self, command: Any, item_id: int, locale: str = "it", *, actor: Actor = CHIEF, **more: Any
    ) -> Draft:
        """Run a command of the workflow, having seen the latest revision."""
        draft = await Draft.get(item_id=item_id, locale=locale)
        seen = {"expected_revision": draft.revision, **more}
        done: Draft = await command(actor, item_id=item_id, locale=locale, now=self.now, **seen)
        return done

    async def on_item(self, command: Any, item_id: int, **more: Any) -> Published:
        """Run a command on an item."""
        done: Published = await command(CHIEF, item_id=item_id, now=self.now, **more)
        return done

    # What came of it

    async def readers_see(self, item_id: int) -> list[str]:
        """The locales in which the item may be read now."""
        item = await Item.get(id=item_id)
        editions = await Edition.filter(item_id=item_id).order_by("locale")
        return [edition.locale for edition in editions] if Scope(self.now).admits(item) else []

    async def told(self, item_id: int) -> dict[str, str]:
        """What recipients know, by locale."""
        return {change.locale: change.type.value for change in await Change.filter(item_id=item_id)}

    async def happened(self, item_id: int) -> list[str]:
        """The types of the item's events, in order."""
        return [event.type for event in await Event.filter(item_id=item_id).order_by("id")]

    async def status(self, item_id: int, locale: str = "it") -> str:
        """Where a draft stands."""
        return (await Draft.get(item_id=item_id, locale=locale)).status.value

    def worker(self, **settings: Any) -> Worker:
        """A worker at this clock; it indexes nothing."""
        assert self._freshness is not None
        handlers: dict[str, Any] = {**timer_handlers(self), "index_changes": _nothing}
        if self._storage is not None:
            handlers |= removal_handlers(self._storage)
        return Worker(self._freshness, REACTIONS, handlers, clock=self, retry=Retry(attempts=2), **settings)

    async def work(self, number: float | None = None) -> None:
        """Let a worker do what is due, perhaps so many minutes after noon; every job ends well."""
        if number is not None:
            self.at(number)
        await self.worker().drain()
        assert not await Job.filter(state=JobState.PARKED).exists()
        assert not await Job.filter(last_error__isnull=False).exists()


@asynccontextmanager
async def editors_desk(database: Database, folder: Path) -> AsyncIterator[Desk]:
    """A desk at noon, in a newsroom of three locales on an open database."""
    async with Freshness(database) as freshness:
        desk = Desk(freshness, LocalStorage(folder / "stored"))
        await desk.open()
        yield desk


async def _nothing(_job: Job) -> None:
    pass


def text(locale: str) -> Mapping[str, Any]:
    """A text in that locale."""
    return {"headline": HEADLINES[locale], "body": from_text(f"{HEADLINES[locale]}. 米兰。").document}
