"""A series or front page on an editor's desk: written with its items, arranged, approved, released."""

from typing import Any

from cms.content import workflow
from cms.content.models import SHARED, Draft, Kind
from cms.series import ordering, releasing
from cms.series.models import Release
from tests.desks import CHIEF, Desk

SECTIONS = [
    {"key": "neve", "titles": {"it": "La neve", "zh": "雪", "en": "Snow"}},
    {"key": "冰", "titles": {"zh": "冰"}},
]


async def write_series(
    desk: Desk, count: int, *locales: str, kind: Kind = Kind.SERIES, section: str | None = "neve"
) -> tuple[int, list[int]]:
    """A series of so many new articles, all in drafts in those locales: its id, and theirs in order."""
    articles = [await desk.write(*locales) for _ in range(count)]
    entries = [{"item": each, "section": section, "role": "RELATED"} for each in articles]
    return await desk.write(*locales, kind=kind, sections=SECTIONS, entries=entries), articles


async def approve(desk: Desk, *items: int, locales: tuple[str, ...] | None = None) -> None:
    """Submit and approve what is in drafts of these items, all of it or those locales."""
    for draft in await Draft.filter(item_id__in=list(items)).order_by("id"):
        if locales is None or draft.locale in locales:
            await desk.on_draft(workflow.submit_draft, draft.item_id, draft.locale)
            await desk.on_draft(workflow.approve_draft, draft.item_id, draft.locale)


async def release(desk: Desk, item_id: int, *locales: str, **more: Any) -> Release:
    """Release now."""
    return await releasing.release_series(CHIEF, item_id=item_id, locales=locales, now=desk.now, **more)


async def arrange(desk: Desk, command: str, item_id: int, entry_id: int, **more: Any) -> list[int]:
    """Run a command on an entry; the items as they are read then."""
    done = await getattr(ordering, command)(CHIEF, item_id=item_id, entry_id=entry_id, now=desk.now, **more)
    return [each["item"] for each in done.content["entries"]]


async def entries_of(item_id: int) -> list[dict[str, Any]]:
    """The entries of its working copy."""
    draft = await Draft.get(item_id=item_id, locale=SHARED)
    entries: list[dict[str, Any]] = draft.content["entries"]
    return entries
