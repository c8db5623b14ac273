import asyncio
import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from cms.accounts.actors import SYSTEM
from cms.content.editing import save_draft
from cms.content.models import Draft, DraftStatus, Edition, Item, PubStatus, Revision, Serving, SharedEdition
from cms.content.publishing import publish, unpublish
from cms.database.config import dialect_of, sqlite_path
from cms.events import Change, Event
from cms.importing import importing
from cms.importing.importing import ACTOR, Tally, run_import
from cms.importing.locales import add_locales
from cms.importing.planning import Outcome
from cms.importing.reading import read_archive
from cms.taxonomy.locales import load_locales
from cms.taxonomy.models import Locale
from tests.archives import record, records, write_archive

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOCALES = ("it", "zh", "en")


@pytest.fixture
async def bring(database, tmp_path):
    """Import lines into a newsroom of three locales."""
    await add_locales(ACTOR, LOCALES)
    ticks = iter(NOON + timedelta(seconds=n) for n in range(1_000_000))

    async def bring_in(lines, *, publish=True, **options) -> Tally:
        archive = read_archive(write_archive(tmp_path / "news.jsonl", lines))
        assert not archive.complaints
        return await run_import(archive, publish=publish, clock=lambda: next(ticks), **options)

    return bring_in


def total(tally: Tally) -> dict[str, int]:
    found: dict[str, int] = {}
    for (_, outcome), number in tally.outcomes.items():
        found[outcome.value] = found.get(outcome.value, 0) + number
    return found


async def edit(item: Item, locale: str, **changes) -> None:
    draft = await Draft.get(item_id=item.id, locale=locale)
    await save_draft(
        SYSTEM, item_id=item.id, locale=locale, changes=changes, expected_revision=draft.revision, now=NOON
    )


async def headline(item: Item, locale: str) -> str | None:
    edition = await Edition.get_or_none(item_id=item.id, locale=locale)
    return edition.headline if edition else None


async def test_articles_arrive_published_in_every_locale(bring):
    assert total(await bring(records(5))) == {"created": 15}
    assert await Item.all().count() == 5
    for locale in LOCALES:
        assert await Edition.filter(locale=locale).count() == 5
    assert await Serving.all().count() == 15
    assert await Change.all().count() == 15
    item = await Item.get(uri="urn:polyfocal:import:prova:doc-3")
    edition = await Edition.get(item_id=item.id, locale="zh")
    assert (item.source_locale, edition.headline) == ("it", "城市重新开放第3号")
    assert edition.text == "大学重新开放了。\n\n一名记者在现场。"
    assert (await SharedEdition.get(item_id=item.id)).credit_line == "prova"
    assert set(await Revision.all().values_list("author", flat=True)) == {"import"}


async def test_a_second_import_writes_nothing(bring):
    await bring(records(5))
    before = await Event.all().count(), await Revision.all().count()
    tally = await bring(records(5))
    assert total(tally) == {"unchanged": 15}
    assert (await Event.all().count(), await Revision.all().count()) == before


async def test_only_what_is_new_or_changed_is_imported(bring):
    await bring(records(3))
    version = {item.uri: item.version for item in await Item.all()}
    lines = [*records(3), record(3, "zh")]
    lines[4] = record(1, "zh", title="新标题")
    assert total(await bring(lines)) == {"unchanged": 8, "updated": 1, "created": 1}
    changed = {item.uri for item in await Item.all() if item.version != version.get(item.uri)}
    assert changed == {f"urn:polyfocal:import:prova:doc-{n}" for n in (1, 3)}
    assert await headline(await Item.get(uri__endswith="doc-1"), "zh") == "新标题"


async def test_a_locale_that_comes_later_joins_its_article(bring):
    await bring([record(1, "it")])
    await bring([record(1, "zh")])
    item = await Item.get()
    assert (item.source_locale, await headline(item, "zh")) == ("it", "城市重新开放第1号")


async def test_drafts_are_not_published_until_an_import_says_so(bring):
    assert total(await bring(records(2), publish=False)) == {"created": 6}
    assert await Edition.all().count() == 0
    assert total(await bring(records(2), publish=False)) == {"unchanged": 6}
    assert total(await bring(records(2))) == {"updated": 6}
    assert await Edition.all().count() == 6


async def test_a_dry_run_says_what_would_be_done_and_does_nothing(bring):
    await bring(records(1))
    before = await Event.all().count()
    assert total(await bring(records(3), dry_run=True)) == {"unchanged": 3, "created": 6}
    assert await Event.all().count() == before
    assert await Item.all().count() == 1


async def test_what_an_editor_wrote_stays(bring):
    await bring(records(1))
    item = await Item.get()
    await edit(item, "it", headline="Scritto da noi")
    await publish(SYSTEM, item_id=item.id, locales=["it"], now=NOON)
    await edit(item, "zh", headline="我们的草稿")
    tally = await bring(records(1, title="Titolo nuovo"))
    assert total(tally) == {"kept": 2, "updated": 1}
    assert [notice.line for notice in tally.notices] == [1, 2]
    assert await headline(item, "it") == "Scritto da noi"
    assert await headline(item, "zh") == "城市重新开放第0号", "an unpublished edit went out"
    assert (await Draft.get(item_id=item.id, locale="zh")).content["headline"] == "我们的草稿"
    assert await headline(item, "en") == "Titolo nuovo"


async def test_what_an_editor_added_beside_the_imported_fields_stays_with_an_update(bring):
    await bring(records(1))
    item = await Item.get()
    await edit(item, "it", summary="Il nostro sommario", slug="nostro")
    await publish(SYSTEM, item_id=item.id, locales=["it"], now=NOON)
    assert total(await bring(records(1, title="Titolo nuovo"))) == {"updated": 3}
    edition = await Edition.get(item_id=item.id, locale="it")
    assert (edition.headline, edition.summary, edition.slug) == ("Titolo nuovo", "Il nostro sommario", "nostro")


async def test_a_text_that_was_taken_off_stays_off(bring):
    await bring(records(1))
    item = await Item.get()
    await unpublish(SYSTEM, item_id=item.id, locales=["zh"], now=NOON)
    assert total(await bring(records(1))) == {"unchanged": 3}
    await bring(records(1, title="Titolo nuovo"))
    assert await headline(item, "zh") is None
    assert (await Draft.get(item_id=item.id, locale="zh")).content["headline"] == "Titolo nuovo"


async def test_a_text_under_review_waits(bring):
    await bring(records(1))
    item = await Item.get()
    await Draft.filter(item_id=item.id, locale="it").update(status=DraftStatus.IN_REVIEW)
    assert total(await bring(records(1, title="Titolo nuovo"))) == {"kept": 1, "updated": 2}
    assert (await Draft.get(item_id=item.id, locale="it")).status is DraftStatus.IN_REVIEW


async def test_a_withheld_article_is_left_alone(bring):
    await bring(records(1))
    await Item.all().update(pub_status=PubStatus.WITHHELD)
    before = await Event.all().count()
    assert total(await bring(records(1, title="Titolo nuovo"))) == {"kept": 3}
    assert await Event.all().count() == before


async def test_a_text_that_makes_no_body_is_told_and_its_article_imported_without_it(bring):
    lines = records(2)
    lines[1]["text"] = "\n".join(["行"] * 6_000)
    tally = await bring(lines)
    assert total(tally) == {"created": 5}
    assert [(each.line, each.message) for each in tally.complaints] == [(2, "text: A body has at most 5,000 blocks.")]
    assert tally.done == 6


async def test_an_article_that_breaks_its_batch_is_lost_alone(bring, monkeypatch):
    """The uri of one is a video's already, so its commands refuse; the rest of its transaction is done again."""
    await bring([record(2)])
    monkeypatch.setattr(importing, "load_standings", standings_without("doc-2"))
    tally = await bring(records(4))
    assert total(tally) == {"created": 9}
    assert [each.line for each in tally.complaints] == [7, 8, 9]
    assert await Item.all().count() == 4


def standings_without(end):
    real = importing.load_standings

    async def load(articles, texts, *, publish):
        found = await real(articles, texts, publish=publish)
        return {uri: standing for uri, standing in found.items() if not uri.endswith(end)}

    return load


async def test_it_stops_between_transactions_and_goes_on_where_it_stopped(bring):
    moved: list[int] = []
    tally = await bring(records(10), batch=6, advance=moved.append, goes_on=lambda: len(moved) < 2)
    assert (tally.done, moved) == (12, [6, 6])
    assert await Edition.all().count() == 12
    assert total(await bring(records(10), batch=6)) == {"unchanged": 12, "created": 18}
    assert await Item.all().count() == 10


async def test_an_error_in_a_batch_leaves_none_of_it(bring, monkeypatch):
    real, calls = importing._carry_out, iter(range(100))

    async def fail_at_the_fifth(*arguments):
        if next(calls) == 4:
            raise OSError("the disk is gone")
        await real(*arguments)

    monkeypatch.setattr(importing, "_carry_out", fail_at_the_fifth)
    with pytest.raises(OSError, match="disk"):
        await bring(records(6), batch=9)
    assert await Item.all().count() == 3
    monkeypatch.undo()
    assert total(await bring(records(6))) == {"unchanged": 9, "created": 9}


async def test_a_new_locale_is_read_after_its_kin(database):
    await add_locales(ACTOR, ["it", "zh"])
    await add_locales(ACTOR, ["zh-Hant", "ar", "it"])
    locales = await load_locales()
    assert locales.tags == ("it", "zh", "zh-Hant", "ar")
    assert locales.chain("zh-Hant") == ("zh-Hant", "zh")
    assert locales.chain("zh") == ("zh",)
    assert (await Locale.get(tag="ar")).direction == "rtl"


async def test_editors_and_imports_at_random_never_lose_an_edit(bring):
    """A model of who owns each text: an editor's unpublished or differing words are theirs for good."""
    dice = random.Random(20260301)
    theirs: dict[str, str] = {}
    await bring(records(1))
    item = await Item.get()
    for step in range(60):
        locale = dice.choice(LOCALES)
        match dice.choice(("edit", "publish", "import", "import")):
            case "edit":
                theirs[locale] = f"Redazione {step} 城市"
                await edit(item, locale, headline=theirs[locale])
            case "publish":
                await publish(SYSTEM, item_id=item.id, locales=[locale], now=NOON)
            case _:
                live = {each: await headline(item, each) for each in theirs}
                brought = f"Agenzia {step}"
                await bring(records(1, title=brought))
                for each in LOCALES:
                    draft = await Draft.get(item_id=item.id, locale=each)
                    assert draft.content["headline"] == theirs.get(each, brought)
                assert {each: await headline(item, each) for each in theirs} == live
    assert set(theirs) == set(LOCALES), "some locale was never edited: the test shows little"


async def test_two_imports_at_once_make_each_article_once(bring, tmp_path, database):
    archive = read_archive(write_archive(tmp_path / "both.jsonl", records(12)))
    tallies = await asyncio.gather(*(run_import(archive, publish=True, clock=lambda: NOON, batch=6) for _ in range(3)))
    assert await Item.all().count() == 12
    assert sum(tally.outcomes[locale, Outcome.CREATED] for tally in tallies for locale in LOCALES) == 36
    assert not any(tally.complaints for tally in tallies)


async def test_nobody_saves_between_an_imports_look_and_its_publication(bring, database_url, monkeypatch):
    """Else what an editor saved meanwhile would go out with it."""
    await bring(records(1), publish=False)
    real, refused = importing.load_standings, []

    async def look_then_see_who_may_write(articles, texts, *, publish):
        found = await real(articles, texts, publish=publish)
        refused.append(await cannot_be_locked(database_url, "item"))
        return found

    monkeypatch.setattr(importing, "load_standings", look_then_see_who_may_write)
    await bring(records(1))
    assert refused == [True]


async def cannot_be_locked(url: str, table: str) -> bool:
    if dialect_of(url) == "sqlite":
        with closing(sqlite3.connect(sqlite_path(url), timeout=0, isolation_level=None)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                return error.sqlite_errorcode == sqlite3.SQLITE_BUSY
            return False
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"SELECT 1 FROM {table} FOR NO KEY UPDATE NOWAIT")
    except asyncpg.LockNotAvailableError:
        return True
    finally:
        await connection.close()
    return False
