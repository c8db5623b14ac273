"""A partner's copy, built over HTTP from the feed of changes alone, is equal to the newsroom, whatever happened."""

import asyncio
import random
from contextlib import AsyncExitStack

from cms.accounts.actors import SYSTEM
from cms.clock import utc_now
from cms.content import editing, embargoing, publishing, recalling
from cms.content.body import from_text
from cms.content.models import Item, Kind, PubStatus
from cms.events import Change, ChangeType
from cms.operating.archive import open_archive
from cms.operating.backup import back_up
from cms.operating.restore import restore
from media.storage import open_storage
from search import open_engine
from tests.flows.editors import FAR_AWAY, Editor, expire_long_ago
from tests.flows.offices import Client, Office
from tests.flows.partners import (
    CHANGES,
    Copy,
    Wanderer,
    localizations,
    newsroom_texts,
    own_fields,
    told_localizations,
)
from tests.flows.writers import Promised, Writer
from tests.worlds import LOCALES, build_world

EDITS = 200
SECRET = "尚未公布的消息"
TAGS = tuple(locale["tag"] for locale in LOCALES)


async def test_a_copy_built_from_changes_equals_the_newsroom_after_200_edits(database, database_url, tmp_path):
    """Two editors and two writers edit by commands and over HTTP, while two partners page, fall back to cursors that
    they stored, or start from zero; a third comes when all is over.
    """
    async with Office.open(tmp_path, database_url, webs=2) as office, AsyncExitStack() as stack:
        world = await build_world()
        webs = [office.start_web(number) for number in range(2)]
        clients = [await stack.enter_async_context(office.client(number % 2)) for number in range(5)]
        editors, promised = [Editor(world, seed) for seed in (1, 2)], Promised()
        writers = [Writer(client, promised, seed) for seed, client in enumerate(clients[:2])]
        partners = [Wanderer(client, seed) for seed, client in enumerate(clients[2:4])]
        stop = asyncio.Event()

        async def edit(editor: Editor) -> None:
            while editor.edits < EDITS / 2:
                await editor.edit()

        async def follow(partner: Wanderer) -> None:
            while not stop.is_set():
                await partner.step()

        others = [asyncio.create_task(writer.write(stop)) for writer in writers]
        others += [asyncio.create_task(follow(partner)) for partner in partners]
        await asyncio.gather(*(edit(editor) for editor in editors))
        stop.set()
        await asyncio.gather(*others)
        assert promised.publications
        assert sum(partner.fell_back for partner in partners) > 0

        articles = world.items[Kind.ARTICLE]
        await recalling.withhold(SYSTEM, item_id=articles[0].id, now=utc_now())
        await recalling.kill(
            SYSTEM, item_id=articles[1].id, advisory={articles[1].source_locale: "撤稿"}, now=utc_now()
        )
        await expire_long_ago(articles[2])
        secret = await published_under_embargo()

        reader, dice = clients[4], random.Random(7)
        late = Copy()
        for copy in (late, *(partner.copy for partner in partners)):
            await copy.read_on(reader, dice)
            await assert_equal(copy, reader)
        assert partners[0].copy.tombstones() == partners[1].copy.tombstones() == late.tombstones()
        await assert_tombstones_arrived(late)
        assert secret.uri not in {uri for uri, _ in late.changes}
        await embargoing.lift_embargo(SYSTEM, item_id=secret.id, now=utc_now())
        await late.read_on(reader, dice)
        assert late.live(utc_now())[secret.uri, "zh"]["headline"] == SECRET

        # What hangs on other items is as it was when the text last changed: let every one change once more.
        await editors[0].publish_everything()
        await late.read_on(reader, dice)
        await assert_equal(late, reader, whole=True)
        await assert_restored_newsroom_is_copied_anew(office, database, webs, late, reader)


async def published_under_embargo() -> Item:
    """An article that is live but for its embargo."""
    now, text = utc_now(), {"headline": SECRET, "body": from_text("新闻。").document}
    item = (await editing.create_article(SYSTEM, source_locale="zh", text=text, now=now)).item
    await embargoing.set_embargo(SYSTEM, item_id=item.id, until=FAR_AWAY, now=now)
    await publishing.publish(SYSTEM, item_id=item.id, locales=["zh"], now=now)
    return item


async def assert_equal(copy: Copy, client: Client, *, whole: bool = False) -> None:
    """Field by field; `whole` compares what hangs on other items too."""
    ours, theirs = copy.live(utc_now()), await newsroom_texts(client, TAGS)
    assert own_fields(ours) == own_fields(theirs)
    assert localizations(ours) == told_localizations(theirs)
    if whole:
        assert {key: {**text, "localizations": None} for key, text in ours.items()} == {
            key: {**text, "localizations": None} for key, text in theirs.items()
        }
    assert len(ours) > 20


async def assert_tombstones_arrived(copy: Copy) -> None:
    """Also at a partner that came after it had happened; of an item under embargo nothing but that it is off."""
    items = {item.id: item for item in await Item.all()}
    told = copy.tombstones()
    for change in await Change.exclude(type=ChangeType.UPSERTED):
        item = items[change.item_id]
        if item.embargoed_until is None:
            assert told[item.uri, change.locale] == change.type
    recalled = {item.uri for item in items.values() if item.pub_status is not PubStatus.USABLE}
    assert {uri for (uri, _), change in copy.changes.items() if change["mustRecall"]} <= recalled
    assert {change["item"] for change in copy.changes.values() if change["mustRecall"]} == {None}
    hidden = {item.uri for item in items.values() if item.embargoed_until is not None}
    named = [change for (uri, _), change in copy.changes.items() if uri in hidden]
    assert {(change["type"], change["item"]) for change in named} <= {("UNPUBLISHED", None), ("EXPIRED", None)}
    assert {"UNPUBLISHED", "WITHHELD", "CANCELED", "EXPIRED"} <= set(told.values())


async def assert_restored_newsroom_is_copied_anew(office, database, webs, copy: Copy, client: Client) -> None:
    """A cursor of the history that was left is refused, so that nothing of it is gone on from."""
    storage, engine = open_storage(office.settings.storage), open_engine(office.settings.search)
    archive = office.settings.data_dir / "newsroom.zip"
    await back_up(database, storage, archive, now=utc_now())
    for web in webs:
        office.stop(web)
    with open_archive(archive) as (opened, manifest):
        await restore(opened, manifest, database, storage, engine, force=True)
    for number in range(2):
        office.start_web(number)

    assert await client.codes(CHANGES, after=copy.cursor, first=10) == ["INVALID_CURSOR"]
    anew = Copy()
    await anew.read_on(client, random.Random(8))
    await assert_equal(anew, client, whole=True)
    assert anew.live(utc_now()) == copy.live(utc_now())
