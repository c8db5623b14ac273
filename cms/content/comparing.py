"""What became of a part between two of its revisions: field by field, block by block, word by word.

Pure functions over what drafts and revisions hold. Blocks are told apart by their ids, so a block that was moved and
rewritten is one block, not one removed and one added. A comparison says enough to make the new body from the old
one (`applied`).
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from cms.content.grammar import Json
from cms.content.models import SHARED
from cms.content.parts import SharedPart, TextPart
from cms.content.segments import NAMED_TEXT, is_textual
from cms.content.words import Run, Said, WordDiff


class BlockState(StrEnum):
    """What became of a block itself, wherever it stands."""

    SAME = "SAME"
    CHANGED = "CHANGED"
    ADDED = "ADDED"
    REMOVED = "REMOVED"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that is another now. `words` for a text; of a list, what came in and what went."""

    name: str
    before: Any
    after: Any
    words: Sequence[Run] = ()
    added: Sequence[Any] = ()
    removed: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class BlockChange:
    """What became of one block, without the blocks inside it.

    `parent` and `index` say where it stands now (None of them at the top), or where it stood if it is removed.
    `moved` is whether it stands elsewhere among what stayed. `before` and `after` are the block without those inside
    it; `words` what it says, empty where it says nothing; `restyled` whether anything but its words is another:
    marks, level, type.
    """

    id: str
    state: BlockState
    parent: str | None
    index: int
    moved: bool
    before: Json | None
    after: Json | None
    words: Sequence[Run]
    restyled: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The fields that are others now, and every block in the order of the new body, the removed where they stood."""

    fields: Sequence[FieldChange]
    blocks: Sequence[BlockChange]


def compare(locale: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """What became of a part, from what two revisions of it hold."""
    words = WordDiff()
    kind = SharedPart if locale == SHARED else TextPart
    old, new = kind.from_json(before), kind.from_json(after)
    changes = [
        _field(each.name, getattr(old, each.name), getattr(new, each.name), words)
        for each in fields(kind)
        if each.name != "body" and getattr(old, each.name) != getattr(new, each.name)
    ]
    if isinstance(old, TextPart) and isinstance(new, TextPart):
        return Comparison(changes, _blocks(old.body, new.body, words))
    return Comparison(changes, ())


def applied(document: Json, blocks: Sequence[BlockChange]) -> Json:
    """The new body, made from the old one and what became of its blocks."""
    known = {place.id: place.own for place in _places(document)}
    children: dict[str | None, list[Json]] = {None: []}
    for each in blocks:
        if each.state is BlockState.REMOVED:
            continue
        node = dict(known[each.id] if each.state is BlockState.SAME else each.after or {})
        children[each.parent].append(node)
        if not is_textual(node):
            children[each.id] = []
            if node["type"] not in _LEAVES:
                node["content"] = children[each.id]
    return {**document, "content": children[None]}


@dataclass(frozen=True, slots=True)
class _Place:
    id: str
    own: Json
    parent: str | None
    index: int


@dataclass(frozen=True, slots=True)
class _Chain:
    id: str
    before: "_Chain | None"


_LEAVES = frozenset({"figure", "video", "horizontalRule"})


def _field(name: str, before: Any, after: Any, words: WordDiff) -> FieldChange:
    if isinstance(before, list) and isinstance(after, list):
        return FieldChange(
            name,
            before,
            after,
            added=[each for each in after if each not in before],
            removed=[each for each in before if each not in after],
        )
    texts = [each or "" for each in (before, after)]
    runs = words.runs(*texts) if all(isinstance(each, str) for each in texts) else ()
    return FieldChange(name, before, after, words=runs)


def _blocks(old: Json, new: Json, words: WordDiff) -> list[BlockChange]:
    before = {place.id: place for place in _places(old)}
    after = {place.id: place for place in _places(new)}
    stayed = _stayed(before, after)
    present = [_block(before.get(place.id), place, place.id not in stayed, words) for place in after.values()]
    gone = {name: _gone(place, words) for name, place in before.items() if name not in after}
    return _in_order(before, present, gone)


def _block(before: _Place | None, after: _Place, moved: bool, words: WordDiff) -> BlockChange:
    if before is None:
        said = _said(after.own)
        runs = words.runs("", said)
        return BlockChange(
            after.id, BlockState.ADDED, after.parent, after.index, False, None, after.own, runs, restyled=False
        )
    if before.own == after.own:
        return BlockChange(
            after.id, BlockState.SAME, after.parent, after.index, moved, before.own, after.own, (), restyled=False
        )
    runs = words.runs(_said(before.own), _said(after.own))
    restyled = _style(before.own) != _style(after.own)
    if not restyled and all(run.said is Said.SAME for run in runs):
        restyled = True  # the same words, cut otherwise by their marks
    return BlockChange(
        after.id, BlockState.CHANGED, after.parent, after.index, moved, before.own, after.own, runs, restyled
    )


def _gone(place: _Place, words: WordDiff) -> BlockChange:
    runs = words.runs(_said(place.own), "")
    return BlockChange(
        place.id, BlockState.REMOVED, place.parent, place.index, False, place.own, None, runs, restyled=False
    )


def _in_order(
    before: Mapping[str, _Place], present: Sequence[BlockChange], gone: Mapping[str, BlockChange]
) -> list[BlockChange]:
    """The present in their order, each removed one behind the sibling that it stood behind, or first among them."""
    behind: dict[tuple[str | None, str | None], list[BlockChange]] = {}
    here = {each.id: each.parent for each in present}
    last: dict[str | None, str | None] = {}
    for place in before.values():
        if place.id in gone:
            behind.setdefault((place.parent, last.get(place.parent)), []).append(gone[place.id])
        elif here[place.id] == place.parent:
            last[place.parent] = place.id
    inside: dict[str | None, list[BlockChange]] = {}
    for each in present:
        inside.setdefault(each.parent, []).append(each)
    ordered: list[BlockChange] = []
    waiting = _row(None, inside, behind)[::-1]
    while waiting:
        each = waiting.pop()
        ordered.append(each)
        waiting += _row(each.id, inside, behind)[::-1]
    return ordered


def _row(
    parent: str | None,
    inside: Mapping[str | None, Sequence[BlockChange]],
    behind: Mapping[tuple[str | None, str | None], Sequence[BlockChange]],
) -> list[BlockChange]:
    """The blocks of one container with those that left it."""
    row = [*behind.get((parent, None), ())]
    for each in inside.get(parent, ()):
        row += [each, *behind.get((parent, each.id), ())]
    return row


def _stayed(before: Mapping[str, _Place], after: Mapping[str, _Place]) -> set[str]:
    """The ids of blocks in both that did not move: in each container the longest row in an unchanged order."""
    rows: dict[str | None, list[str]] = {}
    for place in after.values():
        known = before.get(place.id)
        if known is not None and known.parent == place.parent:
            rows.setdefault(place.parent, []).append(place.id)
    return {each for row in rows.values() for each in _longest(row, before)}


def _longest(row: Sequence[str], before: Mapping[str, _Place]) -> Iterator[str]:
    """The longest part of a row whose former places ascend."""
    ends: list[int] = []
    chains: list[_Chain] = []
    for each in row:
        place = before[each].index
        length = bisect_left(ends, place)
        longer = _Chain(each, chains[length - 1] if length else None)
        ends[length : length + 1], chains[length : length + 1] = [place], [longer]
    last = chains[-1] if chains else None
    while last is not None:
        yield last.id
        last = last.before


def _places(document: Json) -> Iterator[_Place]:
    """Every block in document order, outer before inner."""
    waiting: list[tuple[str | None, int, Json]] = []
    waiting.extend((None, i, node) for i, node in reversed(list(enumerate(document["content"]))))
    while waiting:
        parent, index, node = waiting.pop()
        name, inner = node["attrs"]["id"], () if is_textual(node) else node.get("content", ())
        own = node if is_textual(node) else {key: value for key, value in node.items() if key != "content"}
        yield _Place(name, own, parent, index)
        waiting.extend((name, i, inner[i]) for i in reversed(range(len(inner))))


def _said(own: Json) -> str:
    if name := NAMED_TEXT.get(own["type"]):
        return str(own["attrs"][name] or "")
    return "".join(child.get("text", "\n") for child in own.get("content", ()))


def _style(own: Json) -> tuple[Any, ...]:
    """All of a block but its words and where its marks stand."""
    silent = NAMED_TEXT.get(own["type"])
    attrs = {name: value for name, value in own["attrs"].items() if name != silent}
    marks = [mark for child in own.get("content", ()) for mark in child.get("marks", ())]
    return (own["type"], attrs, marks)
