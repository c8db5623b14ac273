"""What an actor may see, as a value with three faces that agree: SQL, a Tortoise filter, a pure function.

No predicate opens by the clock: an embargo ends by a command that clears it. Expiry closes by the clock as
well as by its command, whichever is first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from tortoise.expressions import Q

from cms.content.models import Item, PubStatus


@cache
def _released(item: str) -> tuple[str, ...]:
    return f"{item}.pub_status = '{PubStatus.USABLE}'", f"{item}.ready", f"{item}.embargoed_until IS NULL"


@dataclass(frozen=True, slots=True)
class Scope:
    """The released items, at an instant. Everybody sees at least and, for now, at most this."""

    at: datetime

    def sql(self, item: str, instant: Callable[[datetime], str]) -> tuple[str, ...]:
        """Conditions on the item table under that alias; `instant` binds a time, for its placeholder."""
        return (*_released(item), f"({item}.expires_at IS NULL OR {item}.expires_at > {instant(self.at)})")

    def q(self, prefix: str = "") -> Q:
        """The same as a filter of Tortoise; `prefix` is the path to the item, such as `item__`."""
        conditions: dict[str, Any] = {
            f"{prefix}pub_status": PubStatus.USABLE,
            f"{prefix}ready": True,
            f"{prefix}embargoed_until": None,
        }
        unexpired: tuple[dict[str, Any], ...] = (
            {f"{prefix}expires_at": None},
            {f"{prefix}expires_at__gt": self.at},
        )
        return Q(*(Q(**each) for each in unexpired), join_type="OR") & Q(**conditions)

    def admits(self, item: Item) -> bool:
        """The same of one item in hand."""
        return (
            item.pub_status is PubStatus.USABLE
            and item.ready
            and item.embargoed_until is None
            and (item.expires_at is None or item.expires_at > self.at)
        )
