"""What an actor may see, as a value with three faces that must agree: SQL, a Tortoise filter and a pure function.

No predicate opens by the clock: an embargo ends by a command that clears it. Expiry closes by the clock as well as by
its command, whichever is first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from cms.content.models import Item, PubStatus


@dataclass(frozen=True, slots=True)
class Scope:
    """The released items, at an instant. Everybody sees at least and, for now, at most this."""

    at: datetime

    def sql(self, item: str, instant: Callable[[datetime], str]) -> tuple[str, ...]:
        """Conditions on the item table under that alias; `instant` binds a time and returns its placeholder."""
        return (
            f"{item}.pub_status = '{PubStatus.USABLE}'",
            f"{item}.ready",
            f"{item}.embargoed_until IS NULL",
            f"({item}.expires_at IS NULL OR {item}.expires_at > {instant(self.at)})",
        )

    def q(self, prefix: str = "") -> Q:
        """The same as a filter of Tortoise; `prefix` is the path to the item, such as `item__`."""
        released: dict[str, Any] = {
            f"{prefix}pub_status": PubStatus.USABLE,
            f"{prefix}ready": True,
            f"{prefix}embargoed_until": None,
        }
        unlimited: dict[str, Any] = {f"{prefix}expires_at": None}
        later: dict[str, Any] = {f"{prefix}expires_at__gt": self.at}
        return Q(Q(**unlimited) | Q(**later), **released)

    def admits(self, item: Item) -> bool:
        """The same of one item in hand."""
        return (
            item.pub_status is PubStatus.USABLE
            and item.ready
            and item.embargoed_until is None
            and (item.expires_at is None or item.expires_at > self.at)
        )
