"""The trash, duplicates, and where an item is used."""

import pytest

from api.nodes import encode_id
from cms.accounts.actors import SYSTEM, Actor, Grant, Permission
from cms.content import commenting, editing, embargoing, presence, translating, uses, workflow
from cms.content.duplicating import duplicate_item
from cms.content.models import SHARED, Draft, Item, Kind
from cms.content.transitions import draft_actions, item_actions
from cms.content.trashing import trash_item, undelete_item
from cms.errors import ForbiddenError, InvalidInputError, NotFoundError, TransitionError
from tests.desks import CHIEF, minutes


async def test_what_is_in_the_trash_refuses_every_edit_until_it_is_out_again(desk):
    item_id = await desk.write("it", "zh")
    await desk.on_draft(workflow.schedule_draft, item_id, publish_at=minutes(60))
    await desk.on_item(trash_item, item_id)
    assert await desk.status(item_id) == "APPROVED"
    where = {"item_id": item_id, "now": desk.now}
    for refused in (
        desk.save(item_id, headline="Sole"),
        desk.publish(item_id, "it"),
        desk.on_draft(workflow.approve_draft, item_id),
        desk.on_item(trash_item, item_id),
        translating.start_translation(CHIEF, from_locale="it", to_locale="en", **where),
        commenting.add_comment(CHIEF, locale="it", text="好", **where),
        presence.be_editing(CHIEF, locale="it", **where),
        desk.on_item(embargoing.set_embargo, item_id, until=minutes(9)),
    ):
        with pytest.raises(TransitionError, match="trash"):
            await refused
    item = await Item.get(id=item_id)
    assert item_actions(CHIEF, item, ()) == draft_actions(CHIEF, item, await Draft.get(item=item, locale="it")) == []
    await desk.work(61)
    assert await desk.readers_see(item_id) == []
    await desk.on_item(undelete_item, item_id)
    with pytest.raises(TransitionError, match="not in the trash"):
        await desk.on_item(undelete_item, item_id)
    await desk.publish(item_id, "it")
    assert await desk.readers_see(item_id) == ["it"]
    assert [each for each in await desk.happened(item_id) if each.startswith("item.")] == [
        "item.trashed",
        "item.undeleted",
    ]


async def test_an_embargo_ends_in_the_trash_as_well(desk):
    item_id = await desk.write("it")
    await desk.on_item(embargoing.set_embargo, item_id, until=minutes(5))
    await desk.on_item(trash_item, item_id)
    await desk.work(6)
    assert (await Item.get(id=item_id)).embargoed_until is None


async def test_what_is_live_is_not_trashed_nor_by_whom_may_not_write_all_of_it(desk):
    live, draft = await desk.live("it"), await desk.write("zh")
    with pytest.raises(TransitionError, match="live"):
        await desk.on_item(trash_item, live)
    with pytest.raises(ForbiddenError):
        translator = Actor("译者", (Grant(Permission.EDIT, locales=frozenset({"zh"})),))
        await trash_item(translator, item_id=draft, now=desk.now)
    with pytest.raises(NotFoundError):
        await trash_item(CHIEF, item_id=999_999, now=desk.now)


async def test_nothing_refers_to_what_is_in_the_trash(desk):
    gone, item_id = await desk.write("zh"), await desk.write("it")
    await desk.on_item(trash_item, gone)
    with pytest.raises(InvalidInputError):
        await desk.save(item_id, SHARED, related=[gone])


async def test_a_duplicate_has_all_drafts_and_an_address_of_its_own(desk):
    other = await desk.write("zh")
    item_id = await desk.write("it", related=[other], urgency=2)
    await desk.save(item_id, slug="neve")
    await translating.start_translation(CHIEF, item_id=item_id, from_locale="it", to_locale="zh", now=desk.now)
    await desk.save(item_id, "zh", headline="雪", slug="xue")
    copy = (await duplicate_item(CHIEF, item_id=item_id, now=desk.now)).item
    assert copy.uri != (await Item.get(id=item_id)).uri
    drafts = {draft.locale: draft for draft in await Draft.filter(item_id=copy.id)}
    assert set(drafts) == {SHARED, "it", "zh"}
    assert {draft.revision for draft in drafts.values()} == {1}
    assert (drafts[SHARED].content["related"], drafts[SHARED].content["urgency"]) == ([other], 2)
    assert (drafts["zh"].content["headline"], drafts["zh"].content["slug"]) == ("雪", None)
    pairs = (await translating.side_by_side(CHIEF, item_id=copy.id, locale="zh")).pairs
    assert pairs[0].state == "TRANSLATED"
    await desk.save(copy.id, "it", headline="Sole")
    pairs = (await translating.side_by_side(CHIEF, item_id=copy.id, locale="zh")).pairs
    assert (pairs[0].state, pairs[0].before.text) == ("STALE", "La neve è tornata")


async def test_a_stale_translation_is_stale_in_the_duplicate_too(desk):
    item_id = await desk.write("it")
    await translating.start_translation(CHIEF, item_id=item_id, from_locale="it", to_locale="zh", now=desk.now)
    await desk.save(item_id, "zh", headline="雪")
    await desk.save(item_id, "it", headline="Sole")
    copy = (await duplicate_item(CHIEF, item_id=item_id, now=desk.now)).item
    pairs = (await translating.side_by_side(CHIEF, item_id=copy.id, locale="zh")).pairs
    assert (pairs[0].state, pairs[0].before) == ("STALE", None)


async def test_a_part_that_the_actor_may_not_read_is_not_copied(desk):
    item_id = await desk.write("it", "zh")
    writer = Actor("redattrice", (Grant(Permission.EDIT), Grant(Permission.READ, locales=frozenset({"", "it"}))))
    with pytest.raises(ForbiddenError):
        await duplicate_item(writer, item_id=item_id, now=desk.now)
    assert await Item.all().count() == 1


def named(item_id, kind="VideoAsset", locale="zh"):
    return encode_id(kind, item_id, locale)


async def used(item_id, actor=CHIEF):
    ids = [named(item_id), named(item_id, "Item", "")]
    found = await uses.uses_of(actor, item_id=item_id, ids=ids)
    return [(use.item_id, use.locale, use.role.value, use.draft, use.live) for use in found]


async def test_where_an_item_is_used_live_and_in_working_copies(desk):
    video = await desk.live("zh", kind=Kind.VIDEO)
    shown = {"type": "video", "attrs": {"id": "v", "item": named(video), "caption": "雪"}}
    body = {"type": "doc", "content": [shown]}
    article = await desk.live("it", lead_video=video)
    await desk.save(article, "it", body=body)
    await desk.save(article, SHARED, lead_video=None, related=[video])
    series = await desk.live("zh", kind=Kind.SERIES, entries=[{"item": video, "role": "LEAD"}])
    quoting = await desk.write("it")
    assert await used(video) == [
        (article, "", "LEAD_VIDEO", False, True),
        (article, "", "RELATED", True, False),
        (article, "it", "BODY", True, False),
        (series, "", "SERIES_ENTRY", True, True),
    ]
    await desk.publish(article, "it", shared=True)
    assert (article, "it", "BODY", True, True) in await used(video)
    reader = Actor("lettore", (Grant(Permission.READ, kinds=frozenset({"SERIES"})),))
    assert [each[0] for each in await used(video, reader)] == [series]
    assert await used(quoting) == []
    with pytest.raises(NotFoundError):
        await used(999_999)


async def test_a_text_that_quotes_an_id_does_not_use_it(desk):
    video, article = await desk.write("zh", kind=Kind.VIDEO), await desk.write("it")
    await editing.save_draft(
        SYSTEM, item_id=article, locale="it", changes={"summary": f'Vedi "{named(video)}".'}, expected_revision=1,
        now=desk.now,
    )  # fmt: skip
    assert await used(video) == []
