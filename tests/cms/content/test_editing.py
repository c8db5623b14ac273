"""Working copies: what is saved, kept and refused."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from cms.accounts.actors import ANONYMOUS, SYSTEM, Actor, Permission
from cms.content import editing
from cms.content.models import SHARED, Draft, DraftStatus, Item, Kind, PubStatus, Revision, RevisionKind
from cms.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
    UnknownLocaleError,
)
from cms.events import Change, Event, EventType
from tests.cms.desk import NOON, everything, happened, save, save_shared, vocabularies, write

LATER = datetime(2026, 3, 1, 13, tzinfo=UTC)
PUBLISHER = Actor.holding("capo", {Permission.PUBLISH})

pytestmark = pytest.mark.usefixtures("newsroom")


async def saving(item: Item, locale: str, seen: int | None, **changes: Any) -> Draft:
    return await editing.save_draft(
        SYSTEM, item_id=item.id, locale=locale, changes=changes, expected_revision=seen, now=LATER
    )


async def numbers(item: Item, locale: str) -> list[int]:
    return await Revision.filter(item_id=item.id, locale=locale).order_by("number").values_list("number", flat=True)


async def test_an_article_begins_with_its_first_text_and_its_shared_part():
    saved = await editing.create_article(
        Actor.holding("anna", Permission),
        source_locale="ZH",
        text={"headline": " 国际新闻 ", "located": "米兰"},
        shared={"urgency": 2},
        uri="urn:ansa:1",
        now=NOON,
    )
    item = await Item.get()
    assert (item.kind, item.uri, item.source_locale, item.created_at) == (Kind.ARTICLE, "urn:ansa:1", "zh", NOON)
    assert (item.version, item.pub_status, item.ready) == (0, PubStatus.USABLE, True)
    assert set(saved.drafts) == {SHARED, "zh"}
    text, shared = await Draft.get(locale="zh"), await Draft.get(locale=SHARED)
    assert (text.content["headline"], text.content["located"], text.content["summary"]) == ("国际新闻", "米兰", None)
    assert (shared.content["urgency"], shared.content["subjects"]) == (2, [])
    assert {(each.revision, each.status, each.updated_at) for each in (text, shared)} == {(1, DraftStatus.DRAFT, NOON)}
    for kept in await Revision.all():
        assert (kept.number, kept.kind, kept.author, kept.version) == (1, RevisionKind.SAVE, "anna", None)
        assert kept.content == (text if kept.locale else shared).content
    event = await Event.filter(type=EventType.ARTICLE_CREATED).get()
    assert (event.item_id, event.locale, event.actor, event.at) == (item.id, None, "anna", NOON)
    assert not await Change.exists()


@pytest.mark.parametrize("kind", Kind)
async def test_each_kind_has_its_event(kind: Kind):
    item = await write(kind=kind)
    assert item.uri.startswith("urn:uuid:")
    assert (await happened())[-1] == (f"{kind.lower()}.created", None)


@pytest.mark.parametrize(
    ("given", "error", "path"),
    [
        ({"locale": "fr"}, UnknownLocaleError, ("locale",)),
        ({"locale": ""}, UnknownLocaleError, ("locale",)),
        ({"locale": "i\x00t"}, UnknownLocaleError, ("locale",)),
        ({"uri": ""}, InvalidInputError, ("uri",)),
        ({"uri": "urn:due\nrighe"}, InvalidInputError, ("uri",)),
        ({"uri": "u" * 501}, InvalidInputError, ("uri",)),
        ({"uri": "urn:taken"}, InvalidInputError, ("uri",)),
        ({"headline": None}, InvalidInputError, ("headline",)),
        ({"headline": ""}, InvalidInputError, ("headline",)),
        ({"slug": "Neve"}, InvalidInputError, ("slug",)),
        ({"shared": {"urgency": 0}}, InvalidInputError, ("urgency",)),
        ({"shared": {"subjects": [99]}}, InvalidInputError, ("subjects",)),
        ({"shared": {"sections": []}}, InvalidInputError, ("sections",)),
    ],
)
async def test_an_article_that_is_refused_leaves_nothing(given: dict[str, Any], error: type[Exception], path: Any):
    await write(uri="urn:taken")
    before = await everything()
    with pytest.raises(error) as caught:
        await write(**({"headline": "Neve"} | given))
    assert caught.value.path == path  # type: ignore[attr-defined]
    assert await everything() == before


async def test_two_that_take_one_uri_at_once_are_told_apart():
    answers = await asyncio.gather(*(write(uri="urn:uno") for _ in range(4)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, InvalidInputError)]
    assert len(refused) == 3
    assert {error.path for error in refused} == {("uri",)}
    assert await Item.all().count() == 1


async def test_a_save_changes_the_named_fields_and_keeps_a_revision():
    item = await write(summary="Sommario", located="Milano")
    draft = await saving(item, "it", 1, summary=None, slug="neve")
    assert draft.revision == 2
    stored = await Draft.get(item_id=item.id, locale="it")
    assert (stored.revision, stored.updated_at) == (2, LATER)
    assert stored.content == {**stored.content, "headline": "La neve è tornata", "summary": None, "slug": "neve"}
    assert stored.content["located"] == "Milano"
    first, second = await Revision.filter(item_id=item.id, locale="it").order_by("number")
    assert (first.content["summary"], second.content) == ("Sommario", stored.content)
    assert await happened() == [
        ("locales.configured", None),
        ("article.created", None),
        ("draft.saved", "it"),
    ]


async def test_parts_are_numbered_apart():
    item = await write()
    await saving(item, "zh", None, headline="雪回来了")
    await saving(item, "ZH", 1, summary="摘要")
    await saving(item, SHARED, 1, urgency=1)
    await saving(item, SHARED, 2, urgency=3)
    assert await numbers(item, "it") == [1]
    assert await numbers(item, "zh") == [1, 2]
    assert await numbers(item, SHARED) == [1, 2, 3]
    assert (await happened())[-1] == ("draft.saved", None)


@pytest.mark.parametrize(
    ("locale", "seen", "current"),
    [("it", None, 2), ("it", 1, 2), ("it", 3, 2), ("it", 0, 2), ("zh", 1, None), (SHARED, None, 1), (SHARED, 2, 1)],
)
async def test_who_saw_another_revision_saves_nothing(locale: str, seen: int | None, current: int | None):
    item = await write()
    await saving(item, "it", 1, summary="di un altro")
    before = await everything()
    with pytest.raises(ConflictError) as caught:
        await saving(item, locale, seen, headline="雪")
    assert (caught.value.current, caught.value.path) == (current, ("expectedRevision",))
    assert await everything() == before


async def test_of_two_that_saw_the_same_one_saves():
    item = await write()
    answers = await asyncio.gather(
        *(saving(item, "it", 1, summary=f"第{n}") for n in range(5)),
        *(saving(item, "zh", None, headline=f"雪{n}") for n in range(5)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["ConflictError"] * 8 + ["Draft"] * 2
    assert {answer.current for answer in answers if isinstance(answer, ConflictError)} == {1, 2}
    assert (await numbers(item, "it"), await numbers(item, "zh")) == ([1, 2], [1])


async def test_a_save_undoes_approval():
    item = await write()
    await Draft.filter(item_id=item.id, locale="it").update(status=DraftStatus.APPROVED)
    assert (await save(item, "it", summary="altro")).status is DraftStatus.DRAFT
    assert (await Draft.get(item_id=item.id, locale="it")).status is DraftStatus.DRAFT


async def test_an_item_that_is_not_there():
    for item_id in (99, 2**63 - 1):
        with pytest.raises(NotFoundError):
            await editing.save_draft(
                SYSTEM, item_id=item_id, locale="it", changes={"headline": "雪"}, expected_revision=None, now=NOON
            )


async def test_a_new_text_needs_a_headline_and_a_configured_locale():
    item = await write()
    for changes in ({}, {"summary": "摘要"}, {"headline": None}):
        with pytest.raises(InvalidInputError, match="headline"):
            await saving(item, "zh", None, **changes)
    with pytest.raises(UnknownLocaleError):
        await saving(item, "fr", None, headline="Neige")
    assert await Draft.filter(item_id=item.id).count() == 2


async def test_references_lead_somewhere():
    ids = await vocabularies()
    article, other = await write(), await write("雪", locale="zh")
    video = await write("Video", kind=Kind.VIDEO)
    draft = await save_shared(
        article,
        subjects=[ids["concept 滑雪"], ids["concept sci"]],
        contributors=[ids["contributor 滑雪"]],
        credits=[{"organisation": ids["organisation sci"], "role": "SOURCE"}],
        related=[other.id, video.id],
        lead_video=video.id,
    )
    assert draft.content["subjects"] == [ids["concept 滑雪"], ids["concept sci"]]
    assert draft.content["lead_video"] == video.id
    before = await everything()
    for field, value, message in (
        ("subjects", [ids["concept sci"], 98], "no concept 98"),
        ("contributors", [98], "no contributor 98"),
        ("credits", [{"organisation": 98, "role": "SOURCE"}], "no organisation 98"),
        ("related", [other.id, 98], "no item 98"),
        ("related", [article.id], "refer to itself"),
        ("related", [2**63 - 1], "no item"),
        ("lead_video", 98, "no video 98"),
        ("lead_video", other.id, f"no video {other.id}"),
        ("lead_video", article.id, "refer to itself"),
    ):
        with pytest.raises(InvalidInputError, match=message) as caught:
            await save_shared(article, **{field: value})
        assert caught.value.path == (field,)
    assert await everything() == before


async def test_only_a_series_has_entries():
    article, series = await write(), await write("冬奥会", locale="zh", kind=Kind.SERIES)
    fields: dict[str, Any] = {
        "occasion": "冬奥会",
        "starts_on": NOON,
        "ends_on": LATER,
        "sections": [{"key": "gare", "titles": {"it": "Gare"}}],
        "entries": [{"item": article.id, "role": "LEAD", "section": "gare"}],
    }
    assert (await save_shared(series, **fields)).content["entries"][0]["item"] == article.id
    for field, value in fields.items():
        with pytest.raises(InvalidInputError, match="Only a focus series") as caught:
            await save_shared(article, **{field: value})
        assert caught.value.path == (field,)
    with pytest.raises(InvalidInputError, match="refer to itself") as caught:
        await save_shared(series, entries=[{"item": series.id, "role": "LEAD"}])
    assert caught.value.path == ("entries",)


async def test_editing_needs_its_permission():
    item = await write()
    before = await everything()
    for actor, error in ((ANONYMOUS, UnauthenticatedError), (PUBLISHER, ForbiddenError)):
        with pytest.raises(error):
            await editing.create_article(actor, source_locale="it", text={"headline": "Neve"}, now=NOON)
        with pytest.raises(error):
            await editing.save_draft(actor, item_id=item.id, locale="it", changes={}, expected_revision=1, now=NOON)
    assert await everything() == before
