"""What is ready for a release, and everything that is not, item by item."""

from typing import Any

import pytest

from cms.accounts.actors import Actor, Grant, Permission
from cms.content import embargoing, recalling, workflow
from cms.content.models import SHARED, Item, Kind
from cms.errors import ForbiddenError, InvalidInputError, NotFoundError, UnknownLocaleError
from cms.series.releasing import check_release
from tests.desks import CHIEF, Desk, minutes
from tests.series import approve, arrange, write_series


async def check(desk: Desk, series: int, *locales: str) -> tuple[dict[int, Any], set[tuple[int, str | None, str]]]:
    """The parts that would go by item, and the problems as (item, locale, code)."""
    lines = await check_release(CHIEF, item_id=series, locales=locales, now=desk.now)
    problems = [problem for line in lines for problem in line.problems]
    assert all(problem.message and problem.path for problem in problems)
    return (
        {line.item.id: line.parts for line in lines if line.parts},
        {(problem.item_id or 0, problem.locale, problem.code) for problem in problems},
    )


@pytest.mark.parametrize("kind", [Kind.SERIES, Kind.FRONT_PAGE])
async def test_what_is_approved_is_ready(desk, kind):
    series, (a, b) = await write_series(desk, 2, "it", "zh", kind=kind)
    everything = {(each, locale, "NOT_APPROVED") for each in (series, a, b) for locale in ("", "it", "zh")}
    assert await check(desk, series, "zh", "it") == ({}, everything)
    await approve(desk, series, a, b)
    assert await check(desk, series, "zh", "it") == (dict.fromkeys((series, a, b), ("it", "zh", SHARED)), set())
    assert await check(desk, series, "zh") == (dict.fromkeys((series, a, b), ("zh", SHARED)), set())


async def test_what_is_live_as_it_stands_needs_nothing(desk):
    series, (a, b) = await write_series(desk, 2, "it")
    await desk.publish(a, "it")
    await approve(desk, series, b)
    assert await check(desk, series, "it") == ({series: ("it", SHARED), b: ("it", SHARED)}, set())
    await desk.save(a, headline="Neve fresca")
    assert await check(desk, series, "it") == (
        {series: ("it", SHARED), b: ("it", SHARED)}, {(a, "it", "NOT_APPROVED")},
    )  # fmt: skip
    await approve(desk, a, locales=("it",))
    assert (await check(desk, series, "it"))[0][a] == ("it",)
    await desk.save(a, SHARED, urgency=1)
    going, problems = await check(desk, series, "it")
    assert (going[a], problems) == (("it",), {(a, "", "NOT_APPROVED")})  # a shared part is live already


async def test_a_text_needs_a_shared_part(desk):
    series, (a,) = await write_series(desk, 1, "it")
    await approve(desk, series, a, locales=("it",))
    assert await check(desk, series, "it") == ({}, {(series, "", "NOT_APPROVED"), (a, "", "NOT_APPROVED")})
    await approve(desk, a, locales=(SHARED,))
    await desk.save(a, headline="Neve fresca")
    assert (await check(desk, series, "it"))[0] == {}  # nor would a shared part be read without a text


async def test_a_text_is_not_wanted_where_its_entry_is_hidden(desk):
    series, (a, b) = await write_series(desk, 2, "it")
    await desk.save(series, "zh", headline="冬奥会")
    await approve(desk, series, a, b)
    assert (await check(desk, series, "it", "zh"))[1] == {(a, "zh", "MISSING"), (b, "zh", "MISSING")}
    await arrange(desk, "change_entry", series, a, hidden_in=["zh"])
    await approve(desk, series, locales=(SHARED,))
    going, problems = await check(desk, series, "it", "zh")
    assert problems == {(b, "zh", "MISSING")}
    assert going == {series: ("it", "zh", SHARED), a: ("it", SHARED), b: ("it", SHARED)}


async def test_everything_that_keeps_an_item_back_is_told(desk):
    series, items = await write_series(desk, 7, "it")
    embargoed, expired, killed, unready, empty, timed, taken = items
    owner = await desk.write("it")
    await desk.save(owner, slug="neve")
    await desk.publish(owner, "it")
    await desk.save(empty, body={"type": "doc", "content": [{"type": "paragraph"}]})
    await desk.save(taken, slug="neve")
    await approve(desk, series, *items)
    await desk.on_item(embargoing.set_embargo, embargoed, until=minutes(60))
    await desk.on_item(embargoing.set_expiry, expired, expires_at=minutes(1))
    await desk.on_item(recalling.kill, killed, advisory={"it": "No."})
    await Item.filter(id=unready).update(ready=False)
    await desk.on_draft(workflow.schedule_draft, timed, publish_at=minutes(90))
    desk.at(2)
    going, problems = await check(desk, series, "it")
    assert problems == {
        (embargoed, None, "EMBARGOED"), (expired, None, "EXPIRED"), (killed, None, "RECALLED"),
        (unready, None, "ASSET_NOT_READY"), (empty, "it", "EMPTY_BODY"), (timed, "it", "SCHEDULED"),
        (taken, "it", "SLUG_TAKEN"),
    }  # fmt: skip
    assert going == {series: ("it", SHARED)}


async def test_who_asks_amiss_is_refused(desk):
    series, (a,) = await write_series(desk, 1, "it")
    for error, path, item, locales in (
        (NotFoundError, ("item",), 10**9, ["it"]),
        (InvalidInputError, ("item",), a, ["it"]),
        (InvalidInputError, ("locales",), series, []),
        (UnknownLocaleError, ("locales", 1), series, ["it", "fr"]),
    ):
        with pytest.raises(error) as caught:
            await check_release(CHIEF, item_id=item, locales=locales, now=desk.now)
        assert caught.value.path == path
    articles_only = Actor("articoli", (Grant(Permission.READ, kinds=frozenset({"ARTICLE"})),))
    with pytest.raises(ForbiddenError):
        await check_release(articles_only, item_id=series, locales=["it"], now=desk.now)
