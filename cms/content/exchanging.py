"""Translations that go out to a translator's own tools and come back, as XLIFF."""

from collections.abc import Sequence
from datetime import datetime

from cms.accounts.actors import Actor, Permission, require
from cms.content.grammar import Json
from cms.content.models import Draft, Item
from cms.content.staleness import SegmentState
from cms.content.translating import Translation, save_segments, side_by_side
from cms.errors import InvalidInputError
from cms.formats.xliff import Exchange, Unit, XliffError, read_xliff, write_xliff
from cms.taxonomy.locales import canonical

_STATES = {
    SegmentState.MISSING: None,
    SegmentState.UNTRANSLATED: "needs-translation",
    SegmentState.STALE: "needs-review-translation",
    SegmentState.TRANSLATED: "translated",
}
"""What XLIFF calls the state of a target; a segment that only the translation has does not go out."""

_UNFINISHED = frozenset({"new", "needs-translation"})
"""States whose target is no translation yet, such as a copy of the source that a tool put there."""


async def export_xliff(actor: Actor, *, item_id: int, locale: str) -> bytes:
    """A translation beside its source as an XLIFF file.

    Raises:
        NotFoundError: there is no such translation.
    """
    return write_xliff(_exchange(await side_by_side(actor, item_id=item_id, locale=locale)))


async def import_xliff(
    actor: Actor, *, item_id: int, locale: str, data: bytes, expected_revision: int, now: datetime
) -> Draft:
    """Save the translated units of a file; units without a translation leave the text as it is.

    The file says from which revision of the source it was translated, so what the source says otherwise by now is
    stale at once.

    Raises:
        InvalidInputError: it is no XLIFF, or that of another item or other locales, or holds a unit that the text
            does not have.
        ConflictError: somebody saved in between.
    """
    require(actor, Permission.EDIT)
    try:
        exchange = read_xliff(data)
    except XliffError as error:
        raise InvalidInputError(str(error), path=("xliff",)) from None
    known = await side_by_side(actor, item_id=item_id, locale=locale)
    _check(exchange, known.item, known.source.locale, known.target.locale)
    said: dict[str, Sequence[Json]] = {
        unit.id: [dict(node) for node in unit.target]
        for unit in exchange.units
        if unit.target is not None and unit.state not in _UNFINISHED
    }
    return await save_segments(
        actor,
        item_id=item_id,
        locale=locale,
        said=said,
        source_revision=exchange.revision,
        expected_revision=expected_revision,
        now=now,
    )


def _exchange(translation: Translation) -> Exchange:
    return Exchange(
        original=translation.item.uri,
        revision=translation.source.revision,
        source_locale=translation.source.locale,
        target_locale=translation.target.locale,
        units=[
            Unit(
                id=pair.source.id,
                kind=pair.source.kind,
                source=pair.source.content,
                target=pair.target.content if pair.target and pair.target.hash else None,
                state=_STATES[pair.state],
            )
            for pair in translation.pairs
            if pair.source is not None and pair.state is not SegmentState.EXTRA
        ],
    )


def _check(exchange: Exchange, item: Item, source: str, target: str) -> None:
    if exchange.original != item.uri:
        raise InvalidInputError("The file holds a translation of another item.", path=("xliff",))
    named = (canonical(exchange.source_locale), canonical(exchange.target_locale))
    if named != (source, target):
        raise InvalidInputError(
            f"The file translates {named[0][:35]} into {named[1][:35]}; this text translates {source} into {target}.",
            path=("xliff",),
        )
