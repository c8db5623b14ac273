"""A process that publishes one series again and again, each time with one number in everything that it says."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from cms.accounts.actors import SYSTEM
from cms.content import editing, publishing
from cms.database import MODEL_MODULES, Database
from tests.worlds import NOON


@dataclass(frozen=True)
class Numbered:
    """What the series says in its n-th publication; `items` are its entries, `concepts` its subjects in turn."""

    items: Sequence[int]
    concepts: Sequence[int]

    def text(self, n: int) -> dict[str, Any]:
        """Its text."""
        return {"headline": f"Numero {n}", "summary": str(n)}

    def shared(self, n: int) -> Mapping[str, Any]:
        """Its shared part: a section and entries of that number, the entries turned so many places."""
        turn = n % len(self.items)
        turned = [*self.items[turn:], *self.items[:turn]]
        return {
            "occasion": str(n),
            "subjects": [self.concepts[n % len(self.concepts)]],
            "sections": [{"key": str(n), "titles": {"it": f"Sezione {n}"}}],
            "entries": [{"item": each, "section": str(n), "role": "LEAD"} for each in turned],
        }


def republishing(url: str, pipe: Connection, item: int, numbered: Numbered, times: int) -> None:
    """Publish it so many times more, then say so."""

    async def main() -> None:
        async with await Database.open(url, models=MODEL_MODULES):
            revision = 2  # saved and published once
            for n in range(1, times + 1):
                for locale, changes in (("it", numbered.text(n)), ("", numbered.shared(n))):
                    await editing.save_draft(
                        SYSTEM, item_id=item, locale=locale, changes=changes, expected_revision=revision, now=NOON
                    )
                await publishing.publish(SYSTEM, item_id=item, locales=["it"], shared=True, now=NOON)
                revision += 2
        pipe.send(times)

    asyncio.run(main())
