"""Which segments of a translation say what their source says now.

A translation remembers, for each segment that somebody translated or accepted, the source's revision and the hash of
the source segment then. The segment is stale when that hash is another now. Nothing but text counts: a changed
subject or a replaced picture makes no translation stale.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from cms.content.models import Draft, Revision
from cms.content.parts import TextPart
from cms.content.segments import segment_hashes
from cms.errors import InvalidInputError

Sources = Mapping[str, Mapping[str, Any]]
"""By segment id, `{revision, hash}` of the source that it was translated from."""


class SegmentState(StrEnum):
    """How a segment of a translation stands to its source."""

    MISSING = "MISSING"
    UNTRANSLATED = "UNTRANSLATED"
    STALE = "STALE"
    TRANSLATED = "TRANSLATED"
    EXTRA = "EXTRA"


def segment_state(
    name: str, source: Mapping[str, str], target: Mapping[str, str], present: Collection[str], sources: Sources
) -> SegmentState | None:
    """The state of one segment, from the hashes of source and target; `present` are the ids that the target has.

    None where the source says nothing and neither does the target.
    """
    if name not in source:
        return SegmentState.EXTRA if name in target else None
    if name not in present:
        return SegmentState.MISSING
    if name not in target or name not in sources:
        return SegmentState.UNTRANSLATED
    return SegmentState.TRANSLATED if sources[name]["hash"] == source[name] else SegmentState.STALE


def is_stale(source: Mapping[str, str], target: Mapping[str, str], sources: Sources) -> bool:
    """Whether the source says anything that the translation does not say yet, or no longer says so."""
    return any(segment_state(name, source, target, target, sources) is not SegmentState.TRANSLATED for name in source)


async def source_at(item_id: int, locale: str, revision: int) -> Revision:
    """The source at one of its revisions.

    One that an autosave overwrote is gone: the one kept before it stands for it, so that what changed in between is
    stale rather than thought to be translated.

    Raises:
        InvalidInputError: it has no such revision.
    """
    kept = Revision.filter(item_id=item_id, locale=locale)
    found = await kept.filter(number__lte=revision).order_by("-number").first()
    if found is None or (found.number < revision and not await kept.filter(number__gt=revision).exists()):
        raise InvalidInputError(f"The source has no revision {revision}.", path=("sourceRevision",))
    return found


async def note_translated(draft: Draft, changed: Collection[str], revision: int | None) -> None:
    """Remember from which source those segments of a translation were made; the draft is not saved here.

    `revision` is the source's revision that the translator saw, None for the one that the translation is based on.
    A segment that was emptied is translated from nothing any more.

    Raises:
        InvalidInputError: the source has no such revision, or the draft is no translation.
    """
    if draft.translated_from is None:
        if revision is not None:
            raise InvalidInputError("This text is no translation of another.", path=("sourceRevision",))
        return
    if not changed and revision is None:
        return
    seen = draft.based_on_revision if revision is None else revision
    assert seen is not None
    kept = await source_at(draft.item_id, draft.translated_from, seen)
    draft.based_on_revision, source = kept.number, segment_hashes(TextPart.from_json(kept.content))
    sources = dict(draft.source_hashes)
    for name in changed:
        if name in source and name in draft.segment_hashes:
            sources[name] = {"revision": draft.based_on_revision, "hash": source[name]}
        else:
            sources.pop(name, None)
    draft.source_hashes = sources
