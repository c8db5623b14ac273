"""An editor who does anything, at random: by commands, and by rows where a state has no command yet."""

import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from cms.accounts.actors import SYSTEM
from cms.clock import utc_now
from cms.content import editing, publishing
from cms.content.body import from_text
from cms.content.models import SHARED, Draft, Edition, Item, Kind, PubStatus
from cms.database import transaction
from cms.errors import PolyfocalError
from cms.events import Change, Changed, ChangeType, EventType, record
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
            (3, self._unpublish), (1, self._withhold), (5, self._lift), (1, self._cancel), (1, self._expire),
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
                if await Edition.exists(item_id=each.id) and (await Item.get(id=each.id)).pub_status == "USABLE":
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
        await set_state(item.id, ChangeType.WITHHELD, pub_status=PubStatus.WITHHELD)

    async def _lift(self, item: Item) -> None:
        await set_state(item.id, None, pub_status=PubStatus.USABLE, expires_at=None)

    async def _cancel(self, item: Item) -> None:
        if item.id % 5 == 0:  # it is final: something has to stay
            await set_state(item.id, ChangeType.CANCELED, pub_status=PubStatus.CANCELED)

    async def _expire(self, item: Item) -> None:
        if self._dice.random() < 0.5:
            await set_state(item.id, ChangeType.EXPIRED, expires_at=LONG_AGO)
        else:
            await set_state(item.id, None, expires_at=FAR_AWAY)

    async def _embargo(self, item: Item) -> None:
        """Only of what was never public: the embargo of what recipients have is a withholding."""
        if not await Change.exists(item_id=item.id):
            await set_state(item.id, None, embargoed_until=FAR_AWAY)

    async def _lift_embargo(self, item: Item) -> None:
        await set_state(item.id, None, embargoed_until=None)


async def set_state(item_id: int, state: ChangeType | None, **values: Any) -> None:
    """Set columns of an item and tell every locale that was ever public; `state` None is what the rows then say."""
    async with transaction():
        item = await editing.lock_item(item_id)
        if item.pub_status is PubStatus.CANCELED:
            return  # that is final
        await item.update_from_dict({"version": item.version + 1, **values}).save()
        live = set(await Edition.filter(item_id=item_id).values_list("locale", flat=True))
        await Edition.filter(item_id=item_id).update(version=item.version)
        recalled = {PubStatus.WITHHELD: ChangeType.WITHHELD, PubStatus.CANCELED: ChangeType.CANCELED}
        stands = state or recalled.get(item.pub_status)
        record(
            EventType.TEXT_UNPUBLISHED,
            item_id=item_id,
            actor="system",
            changes=[
                Changed(
                    item_id=item_id,
                    locale=change.locale,
                    uri=item.uri,
                    kind=item.kind,
                    type=stands or (ChangeType.UPSERTED if change.locale in live else ChangeType.UNPUBLISHED),
                    version=item.version,
                )
                for change in await Change.filter(item_id=item_id)
            ],
        )
