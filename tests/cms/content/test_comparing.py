"""What became of a part: the new is made from the old and the difference, whatever was done to it."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.content.body import parse
from cms.content.comparing import BlockState, applied, compare
from cms.content.models import SHARED
from cms.content.words import Run, Said, WordDiff, tokens

TEXTS = st.text(alphabet="abè' ’,北京雪カñ\u0301e\n ", max_size=30)


def old_of(runs: Any) -> str:
    return "".join(run.text for run in runs if run.said is not Said.ADDED)


def new_of(runs: Any) -> str:
    return "".join(run.text for run in runs if run.said is not Said.REMOVED)


@given(TEXTS, TEXTS, st.sampled_from([2_000_000, 40, 0]))
def test_runs_are_both_texts_whole_and_in_order(before: str, after: str, cells: int):
    runs = WordDiff(cells).runs(before, after)
    assert (old_of(runs), new_of(runs)) == (before, after)
    assert all(run.text for run in runs)
    assert all(one.said is not other.said for one, other in pairwise(runs))
    if before == after:
        assert {run.said for run in runs} <= {Said.SAME}


@given(st.text(max_size=60))
def test_tokens_are_the_text(text: str):
    assert "".join(tokens(text)) == text


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("L'acqua dell’Arno è alta.", "L'acqua dell’Arno era alta.", [("REMOVED", "è"), ("ADDED", "era")]),
        ("北京的冬天很冷。", "北京的冬天不冷。", [("REMOVED", "很"), ("ADDED", "不")]),
        ("perche\u0301 no", "perche\u0301 sì", [("REMOVED", "no"), ("ADDED", "sì")]),
        ("un'idea", "un'altra", [("REMOVED", "idea"), ("ADDED", "altra")]),
    ],
)
def test_a_changed_word_is_one_word_in_every_language(before: str, after: str, changed: Any):
    runs = WordDiff().runs(before, after)
    assert [(run.said.value, run.text) for run in runs if run.said is not Said.SAME] == changed


def test_beyond_its_budget_a_text_is_replaced_whole():
    budget = WordDiff(cells=10)
    assert budget.runs("uno due tre quattro", "1 2 3 4") == [
        Run(Said.REMOVED, "uno due tre quattro"),
        Run(Said.ADDED, "1 2 3 4"),
    ]


# Bodies

_MARKS = st.lists(st.sampled_from(["bold", "italic"]), unique=True, max_size=1)


@st.composite
def documents(draw: Any) -> Any:
    """A body whose blocks have a few ids, so that two of them share many."""
    free = draw(st.permutations([f"b{number}" for number in range(12)]))

    def inline() -> list[Any]:
        words = draw(st.lists(st.tuples(st.sampled_from(["neve", "雪", " ", "è"]), _MARKS), max_size=3))
        return [{"type": "text", "text": text, "marks": [{"type": m} for m in marks]} for text, marks in words]

    def block(depth: int) -> Any:
        attrs = {"id": free.pop()}
        kind = draw(st.sampled_from(["paragraph", "heading", "figure", "blockquote", "bulletList", "horizontalRule"]))
        if kind in {"blockquote", "bulletList"} and (depth > 1 or len(free) < 3):
            kind = "paragraph"
        match kind:
            case "figure":
                return {"type": kind, "attrs": {**attrs, "item": "SXRlbTox", "caption": draw(TEXTS).strip()}}
            case "horizontalRule":
                return {"type": kind, "attrs": attrs}
            case "blockquote":
                attrs["cite"] = draw(st.sampled_from(["Eco", None, "老舍"]))
                return {"type": kind, "attrs": attrs, "content": [block(depth + 1)]}
            case "bulletList":
                item = {"type": "listItem", "attrs": {"id": free.pop()}}
                item["content"] = [{"type": "paragraph", "attrs": {"id": free.pop()}, "content": inline()}]
                return {"type": kind, "attrs": attrs, "content": [item]}
        return {"type": kind, "attrs": attrs, "content": inline()}

    count = draw(st.integers(1, 5))
    blocks = []
    while len(blocks) < count and len(free) > 3:
        blocks.append(block(0))
    return parse({"type": "doc", "content": blocks}).document


def compared(before: Any, after: Any) -> Any:
    return compare("zh", {"headline": "雪", "body": before}, {"headline": "雪", "body": after}).blocks


@given(documents(), documents())
def test_the_difference_applied_to_the_old_gives_the_new(before: Any, after: Any):
    blocks = compared(before, after)
    assert applied(before, blocks) == after
    states = {each.id: each.state for each in blocks}
    assert len(states) == len(blocks)
    for each in blocks:
        if each.state is BlockState.CHANGED:
            assert each.before != each.after
            assert each.restyled or any(run.said is not Said.SAME for run in each.words)
        if each.state is BlockState.SAME:
            assert each.before == each.after


@given(documents())
def test_nothing_became_of_what_is_the_same(document: Any):
    assert {(each.state, each.moved) for each in compared(document, document)} == {(BlockState.SAME, False)}


def paragraph(name: str, text: str, *marks: str) -> Any:
    said = {"type": "text", "text": text, "marks": [{"type": mark} for mark in marks]}
    return {"type": "paragraph", "attrs": {"id": name}, "content": [said]}


def doc(*blocks: Any) -> Any:
    return parse({"type": "doc", "content": list(blocks)}).document


def test_one_block_moved_is_one_block_moved():
    a, b, c = paragraph("a", "Uno."), paragraph("b", "两"), paragraph("c", "Tre.")
    blocks = compared(doc(a, b, c), doc(c, a, b))
    assert [(each.id, each.state.value, each.moved) for each in blocks] == [
        ("c", "SAME", True), ("a", "SAME", False), ("b", "SAME", False),
    ]  # fmt: skip


def test_a_removed_block_stands_where_it_stood_and_marks_are_told():
    a, b, c = paragraph("a", "Uno."), paragraph("b", "两"), paragraph("c", "Tre.")
    blocks = compared(doc(a, b, c), doc(paragraph("a", "Uno.", "bold"), c, paragraph("d", "四")))
    assert [(each.id, each.state.value, each.restyled) for each in blocks] == [
        ("a", "CHANGED", True), ("b", "REMOVED", False), ("c", "SAME", False), ("d", "ADDED", False),
    ]  # fmt: skip
    assert list(blocks[0].words) == [Run(Said.SAME, "Uno.")]


def test_fields_of_a_text_and_of_a_shared_part():
    (change,) = compare("it", {"headline": "Neve a Roma"}, {"headline": "Neve a Torino"}).fields
    assert (change.name, change.before, change.after) == ("headline", "Neve a Roma", "Neve a Torino")
    changes = compare(SHARED, {"subjects": [1, 2], "urgency": 5}, {"subjects": [2, 3], "urgency": 1}).fields
    assert [(each.name, each.added, each.removed) for each in changes] == [("urgency", (), ()), ("subjects", [3], [1])]
