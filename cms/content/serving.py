"""Keeping the Serving table: for each item and configured locale, the edition read there and why."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content.models import Edition, Item, LocaleReason, Serving
from cms.database import transaction
from cms.errors import InvalidInputError
from cms.events import EventType
from cms.plaintext import check_line
from cms.taxonomy.locales import Locales, canonical, hold_locales
from cms.taxonomy.models import Locale

TAG_MOST = 35
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def served_locale(locale: str, live: Collection[str], source: str, locales: Locales) -> tuple[str, LocaleReason] | None:
    """The live locale to read instead of `locale`, and why; None if there is no honest one.

    The chain comes first, then the locale the item was written in.
    """
    for tag in locales.chain(locale):
        if tag in live:
            return tag, LocaleReason.REQUESTED if tag == locale else LocaleReason.FALLBACK
    return (source, LocaleReason.SOURCE) if source in live else None


async def refresh_serving(item: Item, locales: Locales, *, without: Sequence[str] = ()) -> None:
    """Bring the item's rows in line with its editions, leaving out the locales about to go."""
    editions = {
        edition.locale: edition
        for edition in await Edition.filter(item_id=item.id).only("id", "locale", "published_at")
        if edition.locale not in without
    }
    rows = {row.locale: row for row in await Serving.filter(item_id=item.id)}
    for locale in locales.tags:
        row = rows.pop(locale, None)
        served = served_locale(locale, editions, item.source_locale, locales)
        if served is None:
            if row:
                await row.delete()
            continue
        edition, reason = editions[served[0]], served[1]
        wanted = {"edition_id": edition.id, "reason": reason, "published_at": edition.published_at}
        if row is None:
            await Serving.create(item_id=item.id, locale=locale, kind=item.kind, **wanted)
        elif any(getattr(row, name) != value for name, value in wanted.items()):
            await row.update_from_dict(wanted).save(update_fields=list(wanted))
    if rows:
        await Serving.filter(item_id=item.id, locale__in=list(rows)).delete()


async def configure_locales(actor: Actor, wanted: Sequence[Mapping[str, Any]]) -> Locales:
    """Set the newsroom's locales, each `{tag, name, direction, fallbacks}`, and serve every item along them.

    A locale with live editions cannot be left out: unpublish them first.

    Raises:
        InvalidInputError: a locale that is none, or is named twice; a live one left out.
    """
    require(actor, Permission.ADMINISTER)
    rows = [_row(each, position) for position, each in enumerate(wanted)]
    tags = [row.tag for row in rows]
    if len(set(tags)) != len(tags):
        raise InvalidInputError("A locale is named twice.", path=("locales",))
    async with transaction():
        old = await hold_locales(to_change=True)
        live = set(await Edition.all().distinct().values_list("locale", flat=True))
        if stray := sorted(str(tag) for tag in live.difference(tags)):
            raise InvalidInputError(f"Texts are live in {stray[0]}: it cannot be left out.", path=("locales",))
        await Locale.all().delete()
        await Locale.bulk_create(rows)
        locales = Locales.of(rows)
        if locales != old:
            async for item in Item.all():
                await refresh_serving(item, locales)
        events.record(EventType.LOCALES_CONFIGURED, actor=actor.name)
    return locales


def _row(given: Mapping[str, Any], position: int) -> Locale:
    here = ("locales", position)
    tag = _tag(given.get("tag"), *here, "tag")
    direction = given.get("direction") or "ltr"
    if direction not in {"ltr", "rtl"}:
        raise InvalidInputError("direction is ltr or rtl.", path=(*here, "direction"))
    fallbacks = given.get("fallbacks") or ()
    if isinstance(fallbacks, str):
        raise InvalidInputError("fallbacks must be a list of locales.", path=(*here, "fallbacks"))
    return Locale(
        tag=tag,
        name=check_line(given.get("name") or tag, name="name", most=100, path=(*here, "name")),
        direction=direction,
        fallbacks=[_tag(each, *here, "fallbacks", index) for index, each in enumerate(fallbacks)],
        position=position,
    )


def _tag(value: object, *path: str | int) -> str:
    tag = canonical(value) if isinstance(value, str) else ""
    if len(tag) > TAG_MOST or not _TAG.fullmatch(tag):
        raise InvalidInputError("A locale is named by a BCP 47 tag, such as it or zh-Hant.", path=path)
    return tag
