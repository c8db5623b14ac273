"""A release is taken back whole: what is live is again what was, and drafts are as they were left."""

import pytest

from cms.accounts.actors import Actor, Grant, Permission
from cms.content import embargoing, recalling
from cms.content.links import FocusSeries, HiddenEntry, SeriesEntry, Subject
from cms.content.models import SHARED, Draft, Edition, Item, Kind, Serving, SharedEdition, Slug
from cms.errors import ForbiddenError, NotFoundError, NotReadyError, TransitionError
from cms.events import Change
from cms.series.models import Release
from cms.series.reversing import reverse_release
from cms.statements import rows
from tests.desks import CHIEF, Desk
from tests.series import approve, arrange, release, write_series

LIVE = (Edition, SharedEdition, Serving, FocusSeries, SeriesEntry, HiddenEntry, Subject)
_MOVED = {"id", "version", "edition_id"}


async def reverse(desk: Desk, done: Release) -> Release:
    return await reverse_release(CHIEF, release_id=done.id, now=desk.now)


async def live() -> dict[str, list[str]]:
    """Every row that the public reads, without ids and versions, which rise."""
    found = {}
    for model in LIVE:
        all_rows = await rows(f'SELECT * FROM "{model._meta.db_table}"')
        found[model.__name__] = sorted(str({k: v for k, v in row.items() if k not in _MOVED}) for row in all_rows)
    return found


@pytest.mark.parametrize("kind", [Kind.SERIES, Kind.FRONT_PAGE])
async def test_what_was_not_live_before_is_taken_off(desk, kind):
    series, articles = await write_series(desk, 3, "it", "zh", kind=kind)
    await arrange(desk, "change_entry", series, articles[0], hidden_in=["en"])
    await approve(desk, series, *articles)
    nothing = await live()
    drafts_before = await Draft.all().order_by("id").values()
    done = await release(desk, series, "it", "zh")
    drafts = await Draft.all().order_by("id").values()
    assert drafts != drafts_before
    desk.at(1)
    reversed_ = await reverse(desk, done)
    assert reversed_.reversed_at == desk.now
    assert await live() == nothing == {model.__name__: [] for model in LIVE}
    assert await Draft.all().order_by("id").values() == drafts
    for each in (series, *articles):
        assert await desk.told(each) == {"it": "UNPUBLISHED", "zh": "UNPUBLISHED"}
        assert (await Item.get(id=each)).version == 2
    with pytest.raises(TransitionError, match="reversed"):
        await reverse(desk, done)


async def test_what_was_replaced_is_live_as_before(desk):
    series, (a, b) = await write_series(desk, 2, "it", "zh")
    await desk.save(a, slug="neve")
    await desk.publish(series, "it")
    await desk.publish(a, "it", "zh")
    before = await live()
    desk.at(1)
    await desk.save(a, slug="neve-fresca", headline="Neve fresca", summary="Nuovo.")
    await desk.save(a, SHARED, urgency=1, related=[b])
    await arrange(desk, "remove_entry", series, a)
    await arrange(desk, "change_entry", series, b, pinned=True, hidden_in=["zh"])
    await arrange(desk, "add_entry", series, a, section="冰")
    await approve(desk, b, locales=("it", SHARED))
    await approve(desk, series, locales=(SHARED,))
    await approve(desk, a, locales=("it", SHARED))
    done = await release(desk, series, "it")
    assert await live() != before
    desk.at(2)
    await reverse(desk, done)
    assert await live() == before
    assert (await Edition.get(item_id=a, locale="it")).slug == "neve"
    current = await Slug.filter(item_id=a, locale="it", current=True).values_list("slug", flat=True)
    assert current == ["neve"]
    assert await Slug.filter(item_id=a, locale="it").count() == 2  # what was ever public stays its item's
    versions = {row.locale: (row.version, row.type.value) for row in await Change.filter(item_id=a)}
    assert versions == {"it": (3, "UPSERTED"), "zh": (3, "UPSERTED")}
    assert await desk.told(b) == {"it": "UNPUBLISHED"}
    assert (await Draft.get(item_id=a, locale="it")).content["headline"] == "Neve fresca"


async def test_it_can_be_released_again(desk):
    series, (a,) = await write_series(desk, 1, "it")
    await approve(desk, series, a)
    done = await release(desk, series, "it")
    await reverse(desk, done)
    with pytest.raises(NotReadyError):  # what was taken back is to be approved again
        await release(desk, series, "it")
    await approve(desk, series, a)
    again = await release(desk, series, "it")
    assert await desk.readers_see(a) == ["it"]
    await reverse(desk, again)
    assert await desk.readers_see(a) == []


async def test_another_locale_that_came_since_forbids_it(desk):
    series, (a, b, c, d) = await write_series(desk, 4, "it", "zh")
    await approve(desk, series, a, b, c, d)
    done = await release(desk, series, "it")
    await desk.publish(a, "zh")
    await desk.on_item(recalling.withhold, b)
    await desk.on_item(embargoing.set_expiry, c, expires_at=desk.at(0).replace(year=2030))
    before = await live()
    with pytest.raises(NotReadyError) as caught:
        await reverse(desk, done)
    assert {(each.item_id, each.code) for each in caught.value.problems} == {
        (each, "CHANGED_SINCE") for each in (a, b, c)
    }
    assert await live() == before
    assert (await Release.get(id=done.id)).reversed_at is None
    await desk.save(d, headline="Bozza")  # a draft is no obstacle
    with pytest.raises(NotReadyError) as caught:
        await reverse(desk, done)
    assert d not in {each.item_id for each in caught.value.problems}


async def test_who_may_not_publish_may_not_reverse(desk):
    series, (a,) = await write_series(desk, 1, "it")
    await approve(desk, series, a)
    done = await release(desk, series, "it")
    for grant in (Grant(Permission.EDIT), Grant(Permission.PUBLISH, kinds=frozenset({"SERIES"}))):
        with pytest.raises(ForbiddenError):
            await reverse_release(Actor("altrove", (grant,)), release_id=done.id, now=desk.now)
    with pytest.raises(NotFoundError) as caught:
        await reverse_release(CHIEF, release_id=10**9, now=desk.now)
    assert caught.value.path == ("release",)
    assert await desk.readers_see(a) == ["it"]
