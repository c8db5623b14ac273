"""Releases at a time: carried out once, late but never early, refused with every reason."""

from datetime import timedelta, timezone

import pytest

from cms.accounts.actors import Actor, Grant, Permission
from cms.content import recalling
from cms.content.models import SHARED
from cms.errors import ForbiddenError, InvalidInputError, NotFoundError, TransitionError
from cms.events import Event
from cms.series.models import Release, ReleaseStatus
from cms.series.scheduling import cancel_release, schedule_release
from tests.desks import CHIEF, Desk, minutes
from tests.series import approve, arrange, write_series


async def schedule(desk: Desk, series: int, number: float, *locales: str, **more: bool) -> Release:
    """In Beijing's offset."""
    at = minutes(number).astimezone(timezone(timedelta(hours=8)))
    return await schedule_release(CHIEF, item_id=series, locales=locales, release_at=at, now=desk.now, **more)


async def test_it_is_carried_out_when_its_time_comes_with_the_entries_of_then(desk):
    series, (a,) = await write_series(desk, 1, "it", "zh")
    planned = await schedule(desk, series, 60, "zh", "it")
    assert (planned.status, planned.locales, planned.release_at) == (
        ReleaseStatus.SCHEDULED, ["it", "zh"], minutes(60),
    )  # fmt: skip
    b = await desk.write("it", "zh")
    await arrange(desk, "add_entry", series, b)
    await approve(desk, series, a, b)
    await desk.work(59)
    assert await desk.readers_see(series) == []
    await desk.work(61)
    for each in (series, a, b):
        assert await desk.readers_see(each) == ["it", "zh"]
    done = await Release.get(id=planned.id)
    assert (done.status, done.released_at) == (ReleaseStatus.RELEASED, minutes(61))
    await desk.work(120)
    assert await Event.filter(type="series.released").count() == 1


async def test_what_is_not_ready_then_is_told_and_nothing_is_published(desk):
    series, (a,) = await write_series(desk, 1, "it")
    planned = await schedule(desk, series, 60, "it")
    await approve(desk, series)
    await desk.work(60)
    assert await desk.readers_see(series) == []
    refused = await Release.get(id=planned.id)
    assert refused.status is ReleaseStatus.REFUSED
    assert {(each["item"], each["locale"], each["code"]) for each in refused.problems} == {
        (a, "it", "NOT_APPROVED"), (a, SHARED, "NOT_APPROVED"),
    }  # fmt: skip
    assert (await Event.filter(type="release.refused").get()).data["code"] == "NOT_READY"
    assert await desk.status(series) == "APPROVED"


async def test_only_what_is_ready_goes_then_if_so_asked(desk):
    series, (a, b) = await write_series(desk, 2, "it")
    await approve(desk, series, a)
    planned = await schedule(desk, series, 60, "it", only_ready=True)
    await desk.work(60)
    assert [await desk.readers_see(each) for each in (series, a, b)] == [["it"], ["it"], []]
    assert {each["item"] for each in (await Release.get(id=planned.id)).problems} == {b}


async def test_a_release_with_nothing_to_do_is_refused_and_says_so(desk):
    series, (a,) = await write_series(desk, 1, "it")
    planned = await schedule(desk, series, 60, "it")
    await desk.publish(series, "it")
    await desk.publish(a, "it")
    await desk.work(60)
    refused = await Release.get(id=planned.id)
    assert [(each["item"], each["code"]) for each in refused.problems] == [(series, "INVALID_TRANSITION")]


async def test_a_canceled_one_leads_to_nothing_and_another_may_follow(desk):
    series, (a,) = await write_series(desk, 1, "it")
    await approve(desk, series, a)
    planned = await schedule(desk, series, 60, "it")
    canceled = await cancel_release(CHIEF, release_id=planned.id, now=desk.now)
    assert canceled.status is ReleaseStatus.CANCELED
    with pytest.raises(TransitionError, match="canceled"):
        await cancel_release(CHIEF, release_id=planned.id, now=desk.now)
    again = await schedule(desk, series, 60, "it")
    await desk.work(60)
    assert await desk.readers_see(a) == ["it"]
    assert (await Release.get(id=again.id)).status is ReleaseStatus.RELEASED


async def test_what_is_refused_is_not_scheduled(desk):
    series, (a,) = await write_series(desk, 1, "it")
    for error, path, item, number, locales in (
        (InvalidInputError, ("releaseAt",), series, 0, ["it"]),
        (InvalidInputError, ("locales",), series, 1, []),
        (InvalidInputError, ("item",), a, 1, ["it"]),
        (NotFoundError, ("item",), 10**9, 1, ["it"]),
    ):
        with pytest.raises(error) as caught:
            await schedule(desk, item, number, *locales)
        assert caught.value.path == path
    for grant in (  # any item may be among the entries when the time comes
        Grant(Permission.PUBLISH, locales=frozenset({"it"})),
        Grant(Permission.PUBLISH, kinds=frozenset({"SERIES"})),
        Grant(Permission.PUBLISH, kinds=frozenset({"SERIES", "ARTICLE"})),
    ):
        with pytest.raises(ForbiddenError):
            altrove = Actor("altrove", (grant,))
            await schedule_release(altrove, item_id=series, locales=["it"], release_at=minutes(1), now=desk.now)
    with pytest.raises(NotFoundError):
        await cancel_release(CHIEF, release_id=10**9, now=desk.now)
    await desk.publish(series, "it")
    await desk.on_item(recalling.withhold, series)
    with pytest.raises(TransitionError):
        await schedule(desk, series, 1, "it")
    assert not await Release.exists()
