"""Commands on translations: texts that say in another locale what a source text says.

A translation has the blocks of its source under the same ids. It is worked on with `save_draft` like any text; what is
here begins one, brings in blocks that the source got since, and accepts what a changed source still says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content.editing import begin_part, lock_item, save_draft
from cms.content.grammar import Json
from cms.content.models import Draft, Item, Revision
from cms.content.parts import TextPart
from cms.content.segments import Segment, aligned, segments, skeleton, with_segments
from cms.content.staleness import SegmentState, segment_state
from cms.database import transaction
from cms.errors import ConflictError, InvalidInputError, NotFoundError, Seen, TransitionError
from cms.events import EventType
from cms.taxonomy.locales import load_locales


@dataclass(frozen=True, slots=True)
class Pair:
    """A segment of the source beside that of the translation; None where one of them has no such segment.

    `before` is what the source said when it was translated, where it is stale.
    """

    source: Segment | None
    target: Segment | None
    state: SegmentState
    before: Segment | None = None


@dataclass(frozen=True, slots=True)
class Translation:
    """A translation beside its source, as both are saved now."""

    item: Item
    source: Draft
    target: Draft
    pairs: Sequence[Pair]


async def start_translation(actor: Actor, *, item_id: int, from_locale: str, to_locale: str, now: datetime) -> Draft:
    """Begin a text with the structure of another: the same blocks under the same ids, saying nothing yet.

    The headline is the source's until it is translated, because no text is without one.

    Raises:
        NotFoundError: no such item, or it has no text in `from_locale`.
        TransitionError: there is a text in `to_locale` already.
    """
    require(actor, Permission.EDIT)
    async with transaction():
        item = await lock_item(item_id)
        locales = await load_locales()
        source_locale, locale = locales.check(from_locale, "from"), locales.check(to_locale, "to")
        require(actor, Permission.EDIT, item.kind, [locale])
        require(actor, Permission.READ, item.kind, [source_locale])
        if source_locale == locale:
            raise InvalidInputError("A text is not translated into its own locale.", path=("to",))
        source = await text_draft(item_id, source_locale, "from")
        if await Draft.exists(item_id=item_id, locale=locale):
            raise TransitionError(f"There is a text in {locale} already.", path=("to",))
        part = TextPart.from_json(source.content)
        changes = {"headline": part.headline, "body": skeleton(part.body)}
        draft = await begin_part(
            actor, item, locale, changes, now, translated_from=source_locale, based_on_revision=source.revision
        )
        events.record(EventType.TRANSLATION_STARTED, item_id=item_id, locale=locale, actor=actor.name, at=now)
    return draft


async def align_translation(actor: Actor, *, item_id: int, locale: str, expected_revision: int, now: datetime) -> Draft:
    """Bring in the blocks that the source got since, silent, where they stand in the source; nothing goes.

    Raises:
        NotFoundError: there is no such translation.
        ConflictError: somebody saved in between.
    """
    async with transaction():
        item, target, source = await _translation(await lock_item(item_id), locale)
        body = aligned(TextPart.from_json(source.content).body, TextPart.from_json(target.content).body)
        return await save_draft(
            actor,
            item_id=item.id,
            locale=locale,
            changes={"body": body},
            expected_revision=expected_revision,
            source_revision=source.revision,
            now=now,
        )


async def accept_source_block(
    actor: Actor,
    *,
    item_id: int,
    locale: str,
    segment_ids: Sequence[str],
    expected_revision: int,
    source_revision: int,
    now: datetime,
) -> Draft:
    """Say that the translation of those segments holds for the source as it is at that revision.

    Raises:
        NotFoundError: there is no such translation.
        ConflictError: the translation or its source was saved since; look at it again.
        InvalidInputError: a segment that has no source, or no translation that could hold.
    """
    require(actor, Permission.EDIT)
    async with transaction():
        item, target, source = await _translation(await lock_item(item_id), locale)
        require(actor, Permission.EDIT, item.kind, [locale])
        for draft, seen, name in (
            (target, expected_revision, "expectedRevision"),
            (source, source_revision, "sourceRevision"),
        ):
            if draft.revision != seen:
                raise ConflictError(
                    f"The text in {draft.locale} is at revision {draft.revision} now; you saw {seen}.",
                    path=(name,),
                    current=draft.revision,
                    seen=Seen(item_id, draft.locale, seen),
                )
        sources = dict(target.source_hashes)
        for index, name in enumerate(segment_ids):
            if name not in source.segment_hashes or name not in target.segment_hashes:
                raise InvalidInputError("There is no translation of such a block.", path=("blocks", index))
            sources[name] = {"revision": source.revision, "hash": source.segment_hashes[name]}
        target.source_hashes, target.based_on_revision = sources, source.revision
        await target.save(update_fields=["source_hashes", "based_on_revision"])
        events.record(EventType.TRANSLATION_ACCEPTED, item_id=item_id, locale=locale, actor=actor.name, at=now)
    return target


async def save_segments(
    actor: Actor,
    *,
    item_id: int,
    locale: str,
    said: Mapping[str, Sequence[Json]],
    source_revision: int,
    expected_revision: int,
    now: datetime,
) -> Draft:
    """Save a translator's work segment by segment, as an XLIFF file brings it; missing blocks come in first.

    Raises:
        NotFoundError: there is no such translation.
        ConflictError: somebody saved in between.
        InvalidInputError: a segment that neither text has, or content that does not fit.
    """
    async with transaction():
        _, target, source = await _translation(await lock_item(item_id), locale)
        part = TextPart.from_json(target.content)
        part = replace(part, body=aligned(TextPart.from_json(source.content).body, part.body))
        known = {segment.id for segment in segments(part)}
        if stray := sorted(set(said) - known):
            raise InvalidInputError(f"There is no block {stray[0]!r} in this text.", path=("xliff",))
        changes = with_segments(part, said)
        return await save_draft(
            actor,
            item_id=item_id,
            locale=locale,
            changes=changes,
            expected_revision=expected_revision,
            source_revision=source_revision,
            now=now,
        )


async def side_by_side(actor: Actor, *, item_id: int, locale: str) -> Translation:
    """A translation beside its source, segment by segment in the source's order; what only it has comes last.

    Raises:
        NotFoundError: there is no such translation.
    """
    require(actor, Permission.READ)
    item = await Item.get_or_none(id=item_id)
    if item is None:
        raise NotFoundError("There is no such item.", path=("item",))
    item, target, source = await _translation(item, locale)
    require(actor, Permission.READ, item.kind, [locale, source.locale])
    ours = {each.id: each for each in segments(TextPart.from_json(target.content))}
    theirs = {each.id: each for each in segments(TextPart.from_json(source.content))}
    former = await _former(source, target)
    pairs = []
    for name in [*theirs, *(each for each in ours if each not in theirs)]:
        state = segment_state(name, source.segment_hashes, target.segment_hashes, ours, target.source_hashes)
        if state is not None:
            before = former.get(name) if state is SegmentState.STALE else None
            pairs.append(Pair(theirs.get(name), ours.get(name), state, before))
    return Translation(item, source, target, pairs)


async def text_draft(item_id: int, locale: str, *path: str) -> Draft:
    """The working copy of an item's text.

    Raises:
        NotFoundError: there is none in that locale.
    """
    draft = await Draft.get_or_none(item_id=item_id, locale=locale)
    if draft is None:
        raise NotFoundError(f"There is no text in {locale}.", path=path or ("locale",))
    return draft


async def _translation(item: Item, locale: str) -> tuple[Item, Draft, Draft]:
    """The item with the translation and its source."""
    target = await text_draft(item.id, (await load_locales()).check(locale, "locale"))
    if target.translated_from is None:
        raise NotFoundError(f"The text in {target.locale} is no translation of another.", path=("locale",))
    return item, target, await text_draft(item.id, target.translated_from)


async def _former(source: Draft, target: Draft) -> dict[str, Segment]:
    """What the source said where it says something else now, by segment id."""
    stale = {
        name: made["revision"]
        for name, made in target.source_hashes.items()
        if name in source.segment_hashes and made["hash"] != source.segment_hashes[name]
    }
    if not stale:
        return {}
    revisions = await Revision.filter(item_id=source.item_id, locale=source.locale, number__in=set(stale.values()))
    by_number = {row.number: {s.id: s for s in segments(TextPart.from_json(row.content))} for row in revisions}
    return {
        name: by_number[number][name]
        for name, number in stale.items()
        if number in by_number and name in by_number[number]
    }
