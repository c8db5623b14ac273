"""A release publishes a series with its items at one instant, or nothing at all."""

import asyncio

import pytest

from cms.accounts.actors import ANONYMOUS, Actor, Grant, Permission
from cms.content.models import SHARED, Edition, Item, Kind, Revision, SharedEdition
from cms.errors import ForbiddenError, NotReadyError, SlugTakenError, TransitionError, UnauthenticatedError
from cms.events import Event
from cms.series.models import Release, ReleaseStatus
from cms.series.releasing import release_series
from tests.series import approve, arrange, release, write_series


@pytest.mark.parametrize("kind", [Kind.SERIES, Kind.FRONT_PAGE])
async def test_all_of_it_is_published_at_one_instant(desk, kind):
    series, articles = await write_series(desk, 3, "it", "zh", "en", kind=kind)
    await approve(desk, series, *articles)
    desk.at(5)
    done = await release(desk, series, "zh", "it")
    everything = [series, *articles]
    assert await Edition.all().count() == 8
    assert set(await Edition.all().values_list("published_at", flat=True)) == {desk.now}
    for each in everything:
        assert await desk.readers_see(each) == ["it", "zh"]
        assert await desk.told(each) == {"it": "UPSERTED", "zh": "UPSERTED"}
        assert await desk.status(each, "en") == "APPROVED"
        assert await desk.status(each, "it") == "DRAFT"
    kept = await Release.get(id=done.id)
    assert (kept.status, kept.locales, kept.released_at) == (ReleaseStatus.RELEASED, ["it", "zh"], desk.now)
    assert [each["item"] for each in kept.published] == everything
    for each in kept.published:
        assert each["version"] == 1
        assert {tag: part["former"] for tag, part in each["parts"].items()} == {"it": None, "zh": None, SHARED: None}
        revisions = {tag: part["revision"] for tag, part in each["parts"].items()}
        assert revisions == {"it": 2, "zh": 2, SHARED: 2}
    assert (await Event.filter(type="series.released").get()).data["items"] == 4


async def test_a_second_release_takes_what_changed_and_no_more(desk):
    series, (a, b) = await write_series(desk, 2, "it")
    await approve(desk, series, a, b)
    await release(desk, series, "it")
    with pytest.raises(TransitionError, match="nothing to release"):
        await release(desk, series, "it")
    desk.at(1)
    c = await desk.write("it")
    await arrange(desk, "add_entry", series, c, section="neve")
    await desk.save(a, headline="Neve fresca")
    await approve(desk, c)
    await approve(desk, series, locales=(SHARED,))
    await approve(desk, a, locales=("it",))
    done = await release(desk, series, "it")
    assert [(each["item"], list(each["parts"])) for each in done.published] == [
        (series, [SHARED]), (a, ["it"]), (c, ["it", SHARED]),
    ]  # fmt: skip
    former = done.published[1]["parts"]["it"]["former"]
    assert former | {"published_at": ""} == {"revision": 2, "slug": "la-neve-e-tornata", "published_at": ""}
    assert (await Item.get(id=b)).version == 1


async def test_one_thing_that_is_not_ready_keeps_all_of_it_back(desk):
    series, (a, b) = await write_series(desk, 2, "it", "zh")
    await approve(desk, series, a)
    await approve(desk, b, locales=("it", SHARED))
    events = await Event.all().count()
    with pytest.raises(NotReadyError) as caught:
        await release(desk, series, "it", "zh")
    (problem,) = caught.value.problems
    assert (problem.item_id, problem.locale, problem.code) == (b, "zh", "NOT_APPROVED")
    assert not await Edition.exists()
    assert not await Release.exists()
    assert await Event.all().count() == events


async def test_only_what_is_ready_goes_if_so_asked(desk):
    series, (a, b) = await write_series(desk, 2, "it", "zh")
    with pytest.raises(NotReadyError) as caught:
        await release(desk, series, "it", "zh", only_ready=True)
    assert len(caught.value.problems) == 9
    await approve(desk, series, a)
    await approve(desk, b, locales=("it",))
    done = await release(desk, series, "it", "zh", only_ready=True)
    assert await desk.readers_see(series) == await desk.readers_see(a) == ["it", "zh"]
    assert await desk.readers_see(b) == []  # its shared part is not approved
    assert {(each["item"], each["locale"], each["code"]) for each in done.problems} == {
        (b, "zh", "NOT_APPROVED"), (b, SHARED, "NOT_APPROVED"),
    }  # fmt: skip
    await approve(desk, b, locales=(SHARED,))
    assert [each["item"] for each in (await release(desk, series, "it", "zh", only_ready=True)).published] == [b]
    assert await desk.readers_see(b) == ["it"]


async def test_two_of_its_items_cannot_choose_one_slug(desk):
    series, (a, b) = await write_series(desk, 2, "it")
    for each in (a, b):
        await desk.save(each, slug="neve")
    await approve(desk, series, a, b)
    with pytest.raises(SlugTakenError):
        await release(desk, series, "it")
    assert not await SharedEdition.exists()


async def test_whoever_may_not_publish_any_of_it_may_not_release_it(desk):
    series, (a,) = await write_series(desk, 1, "it", "zh")
    await approve(desk, series, a)
    for grant in (
        Grant(Permission.EDIT),
        Grant(Permission.PUBLISH, kinds=frozenset({"SERIES"})),
        Grant(Permission.PUBLISH, kinds=frozenset({"ARTICLE"})),
        Grant(Permission.PUBLISH, locales=frozenset({"it", "zh"})),
        Grant(Permission.PUBLISH, locales=frozenset({"zh", SHARED})),
    ):
        with pytest.raises(ForbiddenError):
            await release_series(Actor("altrove", (grant,)), item_id=series, locales=["it"], now=desk.now)
    with pytest.raises(UnauthenticatedError):
        await release_series(ANONYMOUS, item_id=series, locales=["it"], now=desk.now)
    assert not await Edition.exists()
    chinese = Actor("中文", (Grant(Permission.PUBLISH, locales=frozenset({"zh", SHARED})),))
    await release_series(chinese, item_id=series, locales=["zh"], now=desk.now)
    assert await desk.readers_see(a) == ["zh"]
    await desk.save(series, SHARED, occasion="冬奥会")
    await approve(desk, series, locales=(SHARED,))
    series_only = Actor("serie", (Grant(Permission.PUBLISH, kinds=frozenset({"SERIES"})),))
    done = await release_series(series_only, item_id=series, locales=["zh"], now=desk.now)  # no article goes with it
    assert [each["item"] for each in done.published] == [series]


async def test_releases_that_share_items_do_not_wait_for_each_other_for_ever(desk):
    one, articles = await write_series(desk, 4, "it")
    two = await desk.write("it", kind=Kind.FRONT_PAGE)
    for each in [one, *articles[::-1]]:
        await arrange(desk, "add_entry", two, each)
    await arrange(desk, "add_entry", one, two, section="neve")
    await approve(desk, one, two, *articles)
    done = await asyncio.gather(*(release(desk, each, "it") for each in (one, two)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["Release", "TransitionError"]
    assert await Edition.all().count() == 6
    assert await Revision.filter(version__isnull=False).count() == 12


async def test_an_entry_added_meanwhile_is_part_of_it_or_not_but_never_half(desk):
    series, articles = await write_series(desk, 2, "it")
    more = [await desk.write("it") for _ in range(3)]
    await approve(desk, series, *articles, *more)
    adding = [arrange(desk, "add_entry", series, each) for each in more]
    released, *_ = await asyncio.gather(release(desk, series, "it"), *adding, return_exceptions=True)
    if isinstance(released, NotReadyError):  # an entry came first: the series is no longer approved
        assert not await Edition.exists()
    else:
        assert isinstance(released, Release)
        assert [each["item"] for each in released.published] == [series, *articles]
