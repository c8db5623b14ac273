"""What becomes live, what stops being live, and what recipients are told of it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from cms.accounts.actors import ANONYMOUS, SYSTEM, Actor, Permission
from cms.content import publishing
from cms.content.body import from_text
from cms.content.models import SHARED, Draft, Edition, Item, Kind, PubStatus, Revision, RevisionKind, SharedEdition
from cms.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TransitionError,
    UnauthenticatedError,
    UnknownLocaleError,
)
from cms.events import Change, ChangeType, Event, EventType, latest
from tests.cms.desk import NOON, everything, happened, publish, save, save_shared, unpublish, write

pytestmark = pytest.mark.usefixtures("newsroom")

LATER = NOON + timedelta(hours=1)
TEXT, SHARED_PUBLISHED, OFF = "text.published", "shared.published", "text.unpublished"


async def changes(item: Item) -> dict[str, tuple[ChangeType, int]]:
    return {each.locale: (each.type, each.version) for each in await Change.filter(item_id=item.id)}


async def live(item: Item) -> dict[str, int]:
    return dict(await Edition.filter(item_id=item.id).values_list("locale", "version"))


async def publications(item: Item) -> list[tuple[str, int, int | None]]:
    """(locale, number, version) of the revisions that were kept by publishing."""
    kept = Revision.filter(item_id=item.id, kind=RevisionKind.PUBLICATION)
    return await kept.order_by("id").values_list("locale", "number", "version")


async def test_the_first_publication_takes_the_shared_part():
    item = await write(
        summary="Sommario", located="Milano", dateline_place="Roma", dateline_date=LATER,
        body=from_text("Prima riga.\n第二行。").document, shared={"urgency": 2, "credit_line": "Ansa"},
    )  # fmt: skip
    since = await latest()
    done = await publish(item, "it")
    assert (done.live, done.item.version) == (("it",), 1)
    edition = await Edition.get()
    assert (edition.item_id, edition.locale, edition.kind) == (item.id, "it", Kind.ARTICLE)
    assert (edition.revision, edition.version) == (2, 1)
    assert (edition.first_published_at, edition.published_at) == (NOON, NOON)
    assert (edition.slug, edition.headline, edition.summary) == ("la-neve-e-tornata", "La neve è tornata", "Sommario")
    assert (edition.dateline_place, edition.dateline_date, edition.located) == ("Roma", LATER, "Milano")
    assert (edition.text, edition.word_count) == (
        "Prima riga.\n\n第二行。",
        from_text("Prima riga.\n第二行。").word_count,
    )
    assert edition.html.startswith("<p")
    shared = await SharedEdition.get()
    assert (shared.revision, shared.version, shared.published_at) == (2, 1, NOON)
    assert (shared.urgency, shared.credit_line, shared.usage_terms) == (2, "Ansa", None)
    assert await publications(item) == [(SHARED, 2, 1), ("it", 2, 1)]
    assert await happened(since) == [(SHARED_PUBLISHED, None), (TEXT, "it")]
    assert await changes(item) == {"it": (ChangeType.UPSERTED, 1)}


async def test_several_locales_are_one_publication():
    item = await write()
    await save(item, "zh", headline="雪回来了")
    await save(item, "en", headline="Snow is back")
    since = await latest()
    done = await publish(item, "en", "ZH", "it", "zh")
    assert (done.live, done.item.version) == (("it", "zh", "en"), 1)
    assert await live(item) == {"it": 1, "zh": 1, "en": 1}
    assert await happened(since) == [(SHARED_PUBLISHED, None), (TEXT, "it"), (TEXT, "zh"), (TEXT, "en")]
    assert set((await changes(item)).values()) == {(ChangeType.UPSERTED, 1)}
    positions = await Change.filter(item_id=item.id).values_list("position", flat=True)
    assert len(set(positions)) == 3


async def test_a_later_text_leaves_the_others_and_the_shared_part_alone():
    item = await write()
    await publish(item, "it")
    await save(item, "zh", headline="雪回来了")
    await save_shared(item, urgency=1)
    since = await latest()
    done = await publish(item, "zh", now=LATER)
    assert (done.live, done.item.version) == (("it", "zh"), 2)
    assert await live(item) == {"it": 1, "zh": 2}
    assert (await SharedEdition.get()).urgency == 5
    assert await happened(since) == [(TEXT, "zh")]
    assert await changes(item) == {"it": (ChangeType.UPSERTED, 1), "zh": (ChangeType.UPSERTED, 2)}


async def test_the_shared_part_alone_concerns_every_live_locale():
    item = await write()
    await save(item, "zh", headline="雪回来了")
    await save(item, "en", headline="Snow")
    await publish(item, "it", "zh")
    await save_shared(item, urgency=1)
    since = await latest()
    done = await publish(item, shared=True, now=LATER)
    assert (done.live, done.item.version) == (("it", "zh"), 2)
    assert await live(item) == {"it": 2, "zh": 2}
    assert set(await Edition.all().values_list("published_at", flat=True)) == {NOON}
    shared = await SharedEdition.get()
    assert (shared.urgency, shared.version, shared.published_at) == (1, 2, LATER)
    assert await happened(since) == [(SHARED_PUBLISHED, None)]
    assert await changes(item) == {"it": (ChangeType.UPSERTED, 2), "zh": (ChangeType.UPSERTED, 2)}
    assert set(await Change.all().values_list("position", flat=True)) == {await latest()}


async def test_text_and_shared_part_together_tell_each_locale_once():
    item = await write()
    await save(item, "zh", headline="雪回来了")
    await publish(item, "it", "zh")
    since = await latest()
    await publish(item, "zh", shared=True, now=LATER)
    shared, text = await Event.filter(id__gt=since).order_by("id")
    assert (shared.type, text.type, text.locale) == (SHARED_PUBLISHED, TEXT, "zh")
    assert await live(item) == {"it": 2, "zh": 2}
    places = dict(await Change.filter(item_id=item.id).values_list("locale", "position"))
    assert places == {"it": shared.id, "zh": text.id}


async def test_the_shared_part_may_come_before_any_text():
    item = await write()
    since = await latest()
    assert (await publish(item, shared=True)).live == ()
    assert await happened(since) == [(SHARED_PUBLISHED, None)]
    assert await changes(item) == {}
    assert (await publish(item, "it", now=LATER)).live == ("it",)
    assert (await happened(since))[1:] == [(TEXT, "it")]
    assert (await SharedEdition.get()).version == 1


async def test_publishing_the_same_again_is_a_new_version():
    item = await write()
    await publish(item, "it")
    await publish(item, "it", now=LATER)
    edition = await Edition.get()
    assert (edition.version, edition.revision) == (2, 3)
    assert (edition.first_published_at, edition.published_at) == (NOON, LATER)
    assert await publications(item) == [(SHARED, 2, 1), ("it", 2, 1), ("it", 3, 2)]
    assert (await Draft.get(locale="it")).revision == 3


async def test_unpublishing_leaves_drafts_and_tells_recipients():
    item = await write()
    await save(item, "zh", headline="雪回来了")
    await publish(item, "it", "zh")
    drafts = await Draft.all().order_by("id").values()
    since = await latest()
    done = await unpublish(item, "zh", now=LATER)
    assert (done.live, done.item.version) == (("it",), 2)
    assert await live(item) == {"it": 1}
    assert await Draft.all().order_by("id").values() == drafts
    assert await happened(since) == [(OFF, "zh")]
    assert await changes(item) == {"it": (ChangeType.UPSERTED, 1), "zh": (ChangeType.UNPUBLISHED, 2)}
    assert (await unpublish(item, "it", now=LATER)).live == ()
    assert await SharedEdition.exists()


async def test_what_was_unpublished_can_come_back():
    item = await write()
    await publish(item, "it")
    await unpublish(item, "it")
    done = await publish(item, "it", now=LATER)
    edition = await Edition.get()
    assert (done.item.version, edition.version, edition.revision) == (3, 3, 3)
    assert edition.slug == "la-neve-e-tornata"
    assert (edition.first_published_at, edition.published_at) == (NOON, LATER)
    assert await changes(item) == {"it": (ChangeType.UPSERTED, 3)}


@pytest.mark.parametrize(
    ("locales", "shared", "error", "path"),
    [
        ([], False, InvalidInputError, ("locales",)),
        (["it", "fr"], False, UnknownLocaleError, ("locales", 1)),
        ([SHARED], False, UnknownLocaleError, ("locales", 0)),
        (["it", "zh"], False, NotFoundError, ("locales",)),
        (["it", "zh"], True, NotFoundError, ("locales",)),
    ],
)
async def test_a_publication_that_is_refused_leaves_nothing(locales: list[str], shared: bool, error: Any, path: Any):
    item = await write()
    before = await everything()
    with pytest.raises(error) as caught:
        await publish(item, *locales, shared=shared)
    assert caught.value.path == path
    assert await everything() == before


@pytest.mark.parametrize(
    ("locales", "error"),
    [
        ([], InvalidInputError),
        (["it", "zh"], NotFoundError),
        (["en"], NotFoundError),
        (["it", "fr"], UnknownLocaleError),
    ],
)
async def test_only_what_is_live_can_be_unpublished(locales: list[str], error: Any):
    item = await write()
    await save(item, "zh", headline="雪回来了")
    await publish(item, "it")
    before = await everything()
    with pytest.raises(error):
        await unpublish(item, *locales)
    assert await everything() == before


@pytest.mark.parametrize("status", [PubStatus.WITHHELD, PubStatus.CANCELED])
async def test_what_is_withheld_or_canceled_stays_as_it_is(status: PubStatus):
    item = await write()
    await publish(item, "it")
    await Item.filter(id=item.id).update(pub_status=status)
    before = await everything()
    for refused in (publish(item, "it"), publish(item, shared=True), unpublish(item, "it")):
        with pytest.raises(TransitionError, match=status.lower()):
            await refused
    assert await everything() == before


async def test_publishing_needs_its_permission_and_an_item():
    item = await write()
    editor = Actor.holding("anna", {Permission.EDIT})
    for actor, error in ((ANONYMOUS, UnauthenticatedError), (editor, ForbiddenError)):
        with pytest.raises(error):
            await publishing.publish(actor, item_id=item.id, locales=["it"], now=NOON)
        with pytest.raises(error):
            await publishing.unpublish(actor, item_id=item.id, locales=["it"], now=NOON)
    for command in (publishing.publish, publishing.unpublish):
        with pytest.raises(NotFoundError):
            await command(SYSTEM, item_id=99, locales=["it"], now=NOON)
    assert not await Edition.exists()


async def test_revisions_and_events_are_signed():
    item = await write()
    await publishing.publish(Actor.holding("李娜", Permission), item_id=item.id, locales=["it"], now=NOON)
    assert set(await Revision.filter(kind=RevisionKind.PUBLICATION).values_list("author", flat=True)) == {"李娜"}
    assert set(await Event.filter(type=EventType.TEXT_PUBLISHED).values_list("actor", "at")) == {("李娜", NOON)}


async def test_events_of_commands_at_once_tell_of_whole_commands():
    """Each publication's events stand together, in the order of its versions, and Change has the last of them."""
    items = [await write(f"第{n}条", locale="zh") for n in range(3)]
    for item in items:
        await save(item, "it", headline="Neve")
    since = await latest()
    await asyncio.gather(*(publish(item, "zh", "it", shared=True) for _ in range(4) for item in items))
    events = await Event.filter(id__gt=since).order_by("id")
    assert [event.type for event in events] == [SHARED_PUBLISHED, TEXT, TEXT] * 12
    assert all(len({event.item_id for event in events[start : start + 3]}) == 1 for start in range(0, 36, 3))
    for item in items:
        last = [event.id for event in events if event.item_id == item.id][-2:]
        found = await Change.filter(item_id=item.id).order_by("position").values_list("position", "version")
        assert found == [(last[0], 4), (last[1], 4)]
