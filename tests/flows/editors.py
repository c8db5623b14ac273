"""An editor who does anything that there is a command for, at random."""

import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from cms.accounts.actors import SYSTEM
from cms.clock import utc_now
from cms.content import editing, embargoing, publishing, recalling
from cms.content.body import from_text
from cms.content.models import SHARED, Draft, Edition, Item, Kind, PubStatus
from cms.errors import NotReadyError, PolyfocalError, TransitionError
from tests.worlds import HEADLINES, SECTIONS, World

LONG_AGO, FAR_AWAY = datetime(2001, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


class Editor:
    """Edits the items of a world; `edits` counts what was done, not what was refused."""

    def __init__(self, world: World, seed: int) -> None:
        self._world, self._dice = world, random.Random(seed)
        self.edits = 0

    async def edit(self) -> None:
        """One random edit of a random item."""
        acts: Sequence[tuple[int, Callable[[Item], Awaitable[None]]]] = (
            (8, self._save_text), (3, self._new_slug), (4, self._save_shared), (12, self._publish),
            (3, self._unpublish), (1, self._withhold), (5, self._lift), (1, self._kill), (1, self._expire),
            (1, self._embargo), (2, self._lift_embargo),
        )  # fmt: skip
        item = await Item.get(id=self._dice.choice([each.id for kind in Kind for each in self._world.items[kind]]))
        weights, functions = zip(*acts, strict=True)
        (act,) = self._dice.choices(functions, weights)
        try:
            await act(item)
        except PolyfocalError:
            return  # refused, as it should be: withheld, a slug of another's, somebody was faster
        self.edits += 1

    async def publish_everything(self) -> None:
        """Publish each item's shared part again, where it may be."""
        for kind in Kind:
            for each in self._world.items[kind]:
                with suppress(NotReadyError, TransitionError):  # expired, withheld or killed
                    if await Edition.exists(item_id=each.id):
                        await publishing.publish(SYSTEM, item_id=each.id, shared=True, now=utc_now())

    async def _save(self, item: Item, locale: str, changes: dict[str, Any]) -> None:
        draft = await Draft.get_or_none(item_id=item.id, locale=locale)
        await editing.save_draft(
            SYSTEM,
            item_id=item.id,
            locale=locale,
            changes=changes,
            expected_revision=draft.revision if draft else None,
            now=utc_now(),
        )

    async def _save_text(self, item: Item) -> None:
        number, locale = self._dice.randrange(10**6), self._dice.choice(list(HEADLINES))
        await self._save(
            item,
            locale,
            {
                "headline": HEADLINES[locale].format(n=number),
                "summary": self._dice.choice([None, f"Sommario {number} <città>"]),
                "body": from_text(f"Capoverso {number}.\n第二段：{locale}。").document,
                "dateline_place": self._dice.choice([None, "Cortina"]),
                "located": self._dice.choice([None, "北京"]),
            },
        )

    async def _new_slug(self, item: Item) -> None:
        locale = self._dice.choice(list(HEADLINES))
        number = self._dice.randrange(40)
        text = {"headline": f"新闻 {number}", "slug": f"notizia-{number}", "body": from_text("新闻。").document}
        await self._save(item, locale, text)
        await publishing.publish(SYSTEM, item_id=item.id, locales=[locale], now=utc_now())

    async def _save_shared(self, item: Item) -> None:
        dice, world = self._dice, self._world

        def some(rows: Sequence[Any]) -> list[int]:
            return [row.id for row in dice.sample(rows, dice.randint(0, len(rows)))]

        others = [each for each in [*world.items[Kind.ARTICLE], *world.items[Kind.VIDEO]] if each.id != item.id]
        changes: dict[str, Any] = {
            "urgency": dice.randint(1, 9),
            "subjects": some(world.concepts),
            "contributors": some(world.contributors),
            "credits": [{"organisation": each, "role": "PRODUCER"} for each in some(world.organisations)],
            "related": some(others)[:5],
            "credit_line": dice.choice([None, "Polyfocal / 李娜"]),
        }
        if item.kind is Kind.SERIES:
            changes["occasion"] = dice.choice([None, "Milano Cortina 2026"])
            changes["sections"] = SECTIONS
            changes["entries"] = [
                {"item": each, "section": dice.choice([None, "gare"]), "role": dice.choice(["LEAD", "RELATED"])}
                for each in some(others)
            ]
        await self._save(item, SHARED, changes)

    async def _publish(self, item: Item) -> None:
        drafted = [str(locale) for locale in await Draft.filter(item_id=item.id).values_list("locale", flat=True)]
        locales = [locale for locale in drafted if locale != SHARED]
        chosen = self._dice.sample(locales, self._dice.randint(0, len(locales)))
        await publishing.publish(
            SYSTEM, item_id=item.id, locales=chosen, shared=not chosen or self._dice.random() < 0.4, now=utc_now()
        )

    async def _unpublish(self, item: Item) -> None:
        live = [str(locale) for locale in await Edition.filter(item_id=item.id).values_list("locale", flat=True)]
        await publishing.unpublish(SYSTEM, item_id=item.id, locales=live[:1], now=utc_now())

    async def _withhold(self, item: Item) -> None:
        await recalling.withhold(SYSTEM, item_id=item.id, now=utc_now())

    async def _lift(self, item: Item) -> None:
        if item.pub_status is PubStatus.WITHHELD:
            await recalling.lift_withhold(SYSTEM, item_id=item.id, now=utc_now())
        if item.expires_at is not None:
            await embargoing.set_expiry(SYSTEM, item_id=item.id, expires_at=None, now=utc_now())

    async def _kill(self, item: Item) -> None:
        if item.id % 5 == 0:  # it is final: something has to stay
            advisory = {item.source_locale: "Ritirata."}
            await recalling.kill(SYSTEM, item_id=item.id, advisory=advisory, now=utc_now())

    async def _expire(self, item: Item) -> None:
        if self._dice.random() < 0.5:
            await expire_long_ago(item)
        else:
            await embargoing.set_expiry(SYSTEM, item_id=item.id, expires_at=FAR_AWAY, now=utc_now())

    async def _embargo(self, item: Item) -> None:
        await embargoing.set_embargo(SYSTEM, item_id=item.id, until=FAR_AWAY, now=utc_now())

    async def _lift_embargo(self, item: Item) -> None:
        await embargoing.lift_embargo(SYSTEM, item_id=item.id, now=utc_now())


async def expire_long_ago(item: Item) -> None:
    """An expiry that was set in its time, and has come."""
    before = LONG_AGO - timedelta(days=1)
    await embargoing.set_expiry(SYSTEM, item_id=item.id, expires_at=LONG_AGO, now=before)
    await embargoing.expire(SYSTEM, item_id=item.id, moment=LONG_AGO, now=utc_now())
