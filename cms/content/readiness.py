"""What keeps an item from being published, told at once and in full: asked by publishing, scheduling and releases."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cms.content.models import SHARED, Item, Kind
from cms.content.parts import TextPart
from cms.errors import NotReadyError, Problem

ASSET_NOT_READY = "ASSET_NOT_READY"
_SAYS = frozenset({"figure", "video"})


def readiness(item: Item, parts: Mapping[str, Mapping[str, Any]], *, now: datetime) -> list[Problem]:
    """What is not ready of the item and of these parts, which are drafts' contents by locale; empty if all is.

    Pure, so that a release may ask it of hundreds of items that it has read.
    """
    problems = []
    if not item.ready:
        problems.append(Problem(ASSET_NOT_READY, ("item",), "Its files are still being processed."))
    if item.expires_at is not None and item.expires_at <= now:
        message = "It has expired, so nobody would see it: lift its expiry first, or move it."
        problems.append(Problem("EXPIRED", ("item",), message))
    for locale, content in parts.items():
        if locale == SHARED:
            continue
        part = TextPart.from_json(content)
        if not part.headline:
            problems.append(Problem("NO_HEADLINE", (locale, "headline"), f"The text in {locale} has no headline."))
        if item.kind is Kind.ARTICLE and not _says_something(part.body):
            problems.append(Problem("EMPTY_BODY", (locale, "body"), f"The text in {locale} has an empty body."))
    return problems


def require_ready(item: Item, parts: Mapping[str, Mapping[str, Any]], *, now: datetime, later: bool = False) -> None:
    """Refuse what is not ready; `later`, an asset may still be in the making, since it is asked again then.

    Raises:
        NotReadyError: with every problem.
    """
    problems = readiness(item, parts, now=now)
    if later:
        problems = [each for each in problems if each.code != ASSET_NOT_READY]
    if problems:
        raise NotReadyError(problems)


def _says_something(node: Mapping[str, Any]) -> bool:
    if node["type"] == "text":
        return bool(node["text"].strip())
    return node["type"] in _SAYS or any(_says_something(child) for child in node.get("content", ()))
