"""Arranging entries one by one: what each command does and refuses, and that those at the same time lose nothing."""

import asyncio
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.accounts.actors import ANONYMOUS, SYSTEM, Actor, Grant, Permission
from cms.content.links import HiddenEntry, SeriesEntry, SeriesRole
from cms.content.models import SHARED, Draft, DraftStatus, Kind, Revision
from cms.database import MODEL_MODULES
from cms.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
    UnknownLocaleError,
)
from cms.series import ordering
from tests.databases import running_on
from tests.desks import Desk
from tests.processes import heard, started
from tests.series import arrange, entries_of, write_series

KINDS = [Kind.SERIES, Kind.FRONT_PAGE]


@pytest.mark.parametrize("kind", KINDS)
async def test_entries_are_added_moved_changed_and_removed(desk, kind):
    series, (a, b, c) = await write_series(desk, 3, "zh", kind=kind)
    d = await desk.write("zh", kind=Kind.VIDEO)
    assert await arrange(desk, "add_entry", series, d, section="neve", role=SeriesRole.LEAD) == [a, b, c, d]
    assert await arrange(desk, "move_entry", series, d, before=b) == [a, d, b, c]
    assert await arrange(desk, "move_entry", series, a, after=c) == [d, b, c, a]
    assert await arrange(desk, "move_entry", series, b, section="冰") == [d, c, a, b]
    assert await arrange(desk, "move_entry", series, a) == [a, d, c, b]  # of no section: before all of them
    assert await arrange(desk, "change_entry", series, c, pinned=True) == [a, c, d, b]
    assert await arrange(desk, "change_entry", series, c, hidden_in=["zh", "IT", "zh"]) == [a, c, d, b]
    assert await arrange(desk, "change_entry", series, c, role=SeriesRole.LEAD) == [a, c, d, b]
    by_item = {each["item"]: each for each in await entries_of(series)}
    assert by_item[c] | {"key": ""} == {
        "item": c, "section": "neve", "role": "LEAD", "key": "", "pinned": True, "hidden": ["it", "zh"],
    }  # fmt: skip
    assert by_item[d]["role"] == "LEAD"
    assert await arrange(desk, "change_entry", series, c, pinned=False, hidden_in=[]) == [a, d, c, b]
    assert await arrange(desk, "remove_entry", series, d) == [a, c, b]
    draft = await Draft.get(item_id=series, locale=SHARED)
    assert (draft.revision, draft.status) == (11, DraftStatus.DRAFT)
    assert await Revision.filter(item_id=series, locale=SHARED).count() == 11


async def test_a_publication_makes_rows_of_them_in_reading_order(desk):
    series, (a, b, c) = await write_series(desk, 3, "it")
    await arrange(desk, "change_entry", series, c, pinned=True, hidden_in=["zh", "en"])
    await arrange(desk, "move_entry", series, a, section="冰")
    await desk.publish(series, "it")
    columns = ("target_id", "position", "section", "pinned")
    assert await SeriesEntry.filter(series_id=series).order_by("position").values_list(*columns) == [
        (c, 1, "neve", True), (b, 2, "neve", False), (a, 3, "冰", False),
    ]  # fmt: skip
    assert set(await HiddenEntry.all().values_list("target_id", "locale")) == {(c, "en"), (c, "zh")}
    await arrange(desk, "change_entry", series, c, hidden_in=["it"])
    await arrange(desk, "remove_entry", series, a)
    await desk.publish(series, shared=True)
    assert await HiddenEntry.all().values_list("target_id", "locale") == [(c, "it")]
    assert await SeriesEntry.filter(series_id=series).count() == 2


async def test_what_is_refused_changes_nothing(desk):
    series, (a, b) = await write_series(desk, 2, "it")
    article, other = await desk.write("it"), await desk.write("zh")
    before = await Revision.all().count()
    refusals: list[tuple[str, dict[str, Any], type[Exception], tuple[Any, ...]]] = [
        ("add_entry", {"entry_id": a}, InvalidInputError, ("entry",)),
        ("add_entry", {"entry_id": series}, InvalidInputError, ("entry",)),
        ("add_entry", {"entry_id": 10**9}, InvalidInputError, ("entry",)),
        ("add_entry", {"entry_id": article, "section": "acqua"}, InvalidInputError, ("section",)),
        ("add_entry", {"entry_id": article, "hidden_in": ["it", "fr"]}, UnknownLocaleError, ("hidden_in", 1)),
        ("add_entry", {"entry_id": article, "before": other}, NotFoundError, ("before",)),
        ("add_entry", {"entry_id": article, "expected_revision": 7}, ConflictError, ("expectedRevision",)),
        ("move_entry", {"entry_id": article}, NotFoundError, ("entry",)),
        ("move_entry", {"entry_id": a, "after": a}, NotFoundError, ("after",)),
        ("move_entry", {"entry_id": a, "section": "acqua"}, InvalidInputError, ("section",)),
        ("move_entry", {"entry_id": a, "section": "冰", "before": b}, InvalidInputError, ("before",)),
        ("remove_entry", {"entry_id": article}, NotFoundError, ("entry",)),
        ("change_entry", {"entry_id": article, "pinned": True}, NotFoundError, ("entry",)),
        ("change_entry", {"entry_id": a, "hidden_in": ["fr"]}, UnknownLocaleError, ("hidden_in", 0)),
        ("remove_entry", {"item_id": article, "entry_id": a}, InvalidInputError, ("item",)),
        ("remove_entry", {"item_id": 10**9, "entry_id": a}, NotFoundError, ("item",)),
    ]
    for command, given_, error, path in refusals:
        with pytest.raises(error) as caught:
            await getattr(ordering, command)(SYSTEM, **{"item_id": series, "now": desk.now, **given_})
        assert caught.value.path == path, command
    assert await Revision.all().count() == before
    assert [each["item"] for each in await entries_of(series)] == [a, b]


@pytest.mark.parametrize("command", ["add_entry", "move_entry", "remove_entry", "change_entry"])
async def test_whoever_may_not_edit_that_kind_s_shared_part_may_not_arrange(desk, command):
    series, (a,) = await write_series(desk, 1, "it")
    elsewhere = [
        Grant(Permission.EDIT, kinds=frozenset({"ARTICLE"})),
        Grant(Permission.EDIT, locales=frozenset({"it"})),
        Grant(Permission.PUBLISH),
    ]
    entry = await desk.write("it") if command == "add_entry" else a
    given_ = {"item_id": series, "entry_id": entry, "now": desk.now}
    for grant in elsewhere:
        with pytest.raises(ForbiddenError):
            await getattr(ordering, command)(Actor("altrove", (grant,)), **given_)
    with pytest.raises(UnauthenticatedError):
        await getattr(ordering, command)(ANONYMOUS, **given_)
    allowed = Actor("serie", (Grant(Permission.EDIT, kinds=frozenset({"SERIES"})),))
    await getattr(ordering, command)(allowed, **given_)


async def test_an_approval_ends_with_a_change_of_the_entries(desk):
    from tests.series import approve

    series, (a, _) = await write_series(desk, 2, "it")
    await approve(desk, series)
    await arrange(desk, "move_entry", series, a)
    assert await desk.status(series, SHARED) == "DRAFT"
    assert "draft.reopened" in await desk.happened(series)


async def test_a_section_with_entries_cannot_go(desk):
    series, (a, _) = await write_series(desk, 2, "it")
    with pytest.raises(InvalidInputError, match="There is no section 'neve'") as caught:
        await desk.save(series, SHARED, sections=[{"key": "冰", "titles": {}}])
    assert caught.value.path == ("sections",)
    await arrange(desk, "move_entry", series, a, section="冰")
    turned = await desk.save(series, SHARED, sections=[{"key": "冰", "titles": {}}, {"key": "neve", "titles": {}}])
    assert turned.content["entries"][0]["item"] == a


async def test_many_at_the_same_time_lose_and_double_nothing(desk):
    series, articles = await write_series(desk, 8, "it")
    more = [await desk.write("it") for _ in range(6)]
    moves = [arrange(desk, "move_entry", series, each, before=articles[n - 3]) for n, each in enumerate(articles[:6])]
    adds = [arrange(desk, "add_entry", series, each, before=articles[7]) for each in more]
    pins = [arrange(desk, "change_entry", series, each, pinned=True) for each in articles[6:]]
    gone = [arrange(desk, "remove_entry", series, articles[7])]
    done = await asyncio.gather(*moves, *adds, *pins, *gone, return_exceptions=True)
    refused = [each for each in done if isinstance(each, BaseException)]
    assert all(isinstance(each, NotFoundError) for each in refused), refused  # beside the one that went
    entries = await entries_of(series)
    kept = [each["item"] for each in entries]
    assert len(set(kept)) == len(kept)
    assert set(articles[:7]) <= set(kept) <= {*articles[:7], *more}
    assert len({(each["section"], each["key"]) for each in entries}) == len(entries)


def arranging(url: str, pipe: Any, series: int, items: list[int], mine: list[int], seed: int) -> None:
    """Move entries about at random, and add and remove some that are this process's own."""

    async def main() -> None:
        from cms.database import Database

        dice = random.Random(seed)
        async with await Database.open(url, models=MODEL_MODULES):
            pipe.send("ready")
            await asyncio.to_thread(pipe.recv)
            now = Desk().now
            there: set[int] = set()
            for _ in range(25):
                own = dice.choice(mine)
                if own in there and dice.random() < 0.5:
                    await ordering.remove_entry(SYSTEM, item_id=series, entry_id=own, now=now)
                    there.discard(own)
                elif own not in there:
                    beside = dice.choice(items)
                    await ordering.add_entry(SYSTEM, item_id=series, entry_id=own, after=beside, now=now)
                    there.add(own)
                moved, beside = dice.sample(items, 2)
                await ordering.move_entry(SYSTEM, item_id=series, entry_id=moved, before=beside, now=now)
            pipe.send(sorted(there))

    asyncio.run(main())


async def test_processes_that_arrange_at_the_same_time_lose_and_double_nothing(desk, database_url):
    series, items = await write_series(desk, 6, "it")
    own = [[await desk.write("it") for _ in range(3)] for _ in range(3)]
    first = await Draft.get(item_id=series, locale=SHARED)
    with (
        started(arranging, database_url, series, items, own[0], 1) as one,
        started(arranging, database_url, series, items, own[1], 2) as two,
        started(arranging, database_url, series, items, own[2], 3) as three,
    ):
        pipes = (one, two, three)
        assert [await heard(pipe) for pipe in pipes] == ["ready"] * 3
        for pipe in pipes:
            pipe.send("go")
        there = [await heard(pipe) for pipe in pipes]
    entries = await entries_of(series)
    assert sorted(each["item"] for each in entries) == sorted([*items, *(key for found in there for key in found)])
    assert len({each["key"] for each in entries}) == len(entries)
    last = await Draft.get(item_id=series, locale=SHARED)
    assert await Revision.filter(item_id=series, locale=SHARED).count() == last.revision > first.revision + 75


# Any arrangement

OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["add", "move", "before", "after", "remove", "pin", "unpin"]),
        st.integers(0, 9),
        st.integers(0, 9),
        st.sampled_from([None, "neve", "冰"]),
    ),
    max_size=14,
)


class Model:
    """The same as lists of a section, by hand."""

    def __init__(self, items: list[int]) -> None:
        self.sections: dict[str | None, list[int]] = {None: [], "neve": list(items), "冰": []}
        self.pinned: set[int] = set()

    def items(self) -> list[int]:
        return [
            each
            for section in (None, "neve", "冰")
            for pinned in (True, False)
            for each in self.sections[section]
            if (each in self.pinned) is pinned
        ]

    def section_of(self, item: int) -> str | None:
        return next(section for section, items in self.sections.items() if item in items)

    def take(self, item: int) -> None:
        self.sections[self.section_of(item)].remove(item)

    def put(self, item: int, beside: int, after: bool) -> None:
        section = self.sections[self.section_of(beside)]
        section.insert(section.index(beside) + after, item)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_any_arrangement_is_as_if_done_by_hand(dialect, tmp_path):
    with running_on(dialect, tmp_path, MODEL_MODULES) as runner:
        desk = Desk()

        async def begin() -> list[int]:
            await desk.open()
            return [await desk.write("it") for _ in range(10)]

        items = runner.run(begin())

        async def arranged(operations: Any) -> None:
            first = items[:4]
            entries = [{"item": each, "section": "neve", "role": "LEAD"} for each in first]
            sections = [{"key": "neve", "titles": {}}, {"key": "冰", "titles": {}}]
            series = await desk.write("it", kind=Kind.SERIES, sections=sections, entries=entries)
            model = Model(first)
            for what, one, other, section in operations:
                item, beside = items[one], items[other]
                there = model.items()
                if what == "add" and item not in there:
                    found = await arrange(desk, "add_entry", series, item, section=section)
                    model.sections[section].append(item)
                elif what in {"pin", "unpin"} and item in there:
                    found = await arrange(desk, "change_entry", series, item, pinned=what == "pin")
                    (model.pinned.add if what == "pin" else model.pinned.discard)(item)
                elif what == "remove" and item in there:
                    found = await arrange(desk, "remove_entry", series, item)
                    model.take(item)
                    model.pinned.discard(item)
                elif what == "move" and item in there:
                    found = await arrange(desk, "move_entry", series, item, section=section)
                    model.take(item)
                    model.sections[section].append(item)
                elif what in {"before", "after"} and item in there and beside in there and item != beside:
                    found = await arrange(desk, "move_entry", series, item, **{what: beside})
                    model.take(item)
                    model.put(item, beside, what == "after")
                else:
                    continue
                assert found == model.items(), what

        @settings(max_examples=25, derandomize=True, deadline=None, database=None)
        @given(OPERATIONS)
        def check(operations: Any) -> None:
            runner.run(arranged(operations))

        check()
