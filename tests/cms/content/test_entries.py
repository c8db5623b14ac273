"""Entries as values: the order they are read in, and the places between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.content.entries import entry_of, in_reading_order, place_at
from cms.errors import InvalidInputError, NotFoundError

SECTIONS = [{"key": "neve", "titles": {}}, {"key": "冰", "titles": {}}]


def entry(item, section=None, **more):
    return {"item": item, "section": section, "role": "LEAD", **more}


def items(entries):
    return [each["item"] for each in entries]


def test_sections_are_read_in_their_order_pinned_entries_first():
    given_ = [entry(1, "冰"), entry(2, "neve"), entry(3, "neve", pinned=True), entry(4), entry(5, "neve")]
    ordered = in_reading_order(SECTIONS, given_)
    assert items(ordered) == [4, 3, 2, 5, 1]
    assert all(set(each) == {"item", "section", "role", "key", "pinned", "hidden"} for each in ordered)
    assert items(in_reading_order(SECTIONS[::-1], ordered)) == [4, 1, 3, 2, 5]


@given(
    st.lists(
        st.builds(
            entry,
            st.integers(1, 10**6),
            st.sampled_from([None, "neve", "冰"]),
            pinned=st.booleans(),
            hidden=st.lists(st.sampled_from(["it", "zh"]), unique=True),
        ),
        unique_by=lambda each: each["item"],
    )
)
def test_what_is_in_order_stays_so_and_nothing_is_lost(entries):
    once = in_reading_order(SECTIONS, entries)
    assert in_reading_order(SECTIONS, once) == once
    assert in_reading_order(SECTIONS, once[::-1]) == once
    assert sorted(items(once)) == sorted(items(entries))
    for section in (None, "neve", "冰"):
        for pinned in (True, False):
            group = [each["item"] for each in entries if (each["section"], each["pinned"]) == (section, pinned)]
            assert [each["item"] for each in once if (each["section"], each["pinned"]) == (section, pinned)] == group


def test_keys_that_are_not_all_there_are_made_anew():
    half = in_reading_order(SECTIONS, [entry(1), entry(2), entry(3)])
    del half[1]["key"]
    again = in_reading_order(SECTIONS, half[::-1])
    assert items(again) == [3, 2, 1]
    same = [entry(1, key="a"), entry(2, key="a")]
    assert items(in_reading_order(SECTIONS, same)) == [1, 2]
    assert items(in_reading_order(SECTIONS, [entry(1, "冰", key="a"), entry(2, "neve", key="a")])) == [2, 1]


def test_a_place_is_beside_another_entry_or_at_the_end():
    entries = in_reading_order(SECTIONS, [entry(1, "neve"), entry(2, "neve"), entry(3, "冰")])

    def placed(**where):
        section = where.pop("section", None)
        return items(in_reading_order(SECTIONS, [*entries, entry(9) | place_at(entries, section, **where)]))

    assert placed(section="neve") == [1, 2, 9, 3]
    assert placed(section="冰") == [1, 2, 3, 9]
    assert placed() == [9, 1, 2, 3]
    assert placed(before=1) == [9, 1, 2, 3]
    assert placed(before=2) == placed(after=1) == [1, 9, 2, 3]
    assert placed(after=2, section="neve") == [1, 2, 9, 3]
    assert placed(after=3) == [1, 2, 3, 9]
    assert place_at([], "neve") == {"section": "neve", "key": "V"}


@pytest.mark.parametrize(
    ("where", "error", "path"),
    [
        ({"before": 7}, NotFoundError, ("before",)),
        ({"after": 7}, NotFoundError, ("after",)),
        ({"before": 1, "after": 2}, InvalidInputError, ("after",)),
        ({"section": "冰", "before": 1}, InvalidInputError, ("before",)),
    ],
)
def test_a_place_that_is_none(where, error, path):
    entries = in_reading_order(SECTIONS, [entry(1, "neve"), entry(2, "neve")])
    section = where.pop("section", None)
    with pytest.raises(error) as caught:
        place_at(entries, section, **where)
    assert caught.value.path == path
    with pytest.raises(NotFoundError):
        entry_of(entries, 3)
