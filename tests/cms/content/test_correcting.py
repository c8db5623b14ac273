"""Corrections in public, and what a correction of the source text means for the translations."""

import pytest

from cms.accounts.actors import Actor, Grant, Permission
from cms.content import correcting, recalling
from cms.content.correcting import OtherLocales
from cms.content.models import SHARED, Draft, Edition, Item, Revision, RevisionKind, SharedEdition
from cms.errors import ForbiddenError, InvalidInputError, NotFoundError, NotReadyError, TransitionError
from cms.events import Event
from tests.desks import CHIEF, NOON, minutes

NOTE = "Il vincitore era Li Na, non Anna Rossi."


async def correct(desk, item_id, others=OtherLocales.LEAVE, notes=None, **more):
    return await desk.on_item(correcting.correct, item_id, notes=notes or {"it": NOTE}, others=others, **more)


async def test_a_correction_publishes_a_new_version_with_its_note(desk):
    item_id = await desk.live("it", "zh", urgency=4)
    await desk.save(item_id, headline="Vince Li Na")
    await desk.save(item_id, SHARED, urgency=1)
    desk.at(10)
    done = await correct(desk, item_id)
    assert (done.item.version, done.live) == (2, ("it", "zh"))
    edition = await Edition.get(locale="it")
    assert (edition.headline, edition.version, edition.published_at) == ("Vince Li Na", 2, minutes(10))
    assert (await Edition.get(locale="zh")).version == 1
    assert (await SharedEdition.get()).urgency == 4
    revision = await Revision.get(kind=RevisionKind.CORRECTION)
    assert (revision.note, revision.version, revision.locale, revision.author) == (NOTE, 2, "it", CHIEF.name)
    event = await Event.get(type="text.corrected")
    assert (event.locale, event.data) == ("it", {"note": NOTE})
    assert await desk.told(item_id) == {"it": "UPSERTED", "zh": "UPSERTED"}
    assert await Draft.filter(source_corrected_at__isnull=False).count() == 0


async def test_several_locales_and_the_shared_part_are_corrected_at_once(desk):
    item_id = await desk.live("it", "zh", urgency=4)
    await desk.save(item_id, SHARED, urgency=1)
    await correct(desk, item_id, notes={"ZH": "冠军是李娜。", "it": NOTE}, shared=True)
    notes = dict(await Revision.filter(kind=RevisionKind.CORRECTION).values_list("locale", "note"))
    assert notes == {"it": NOTE, "zh": "冠军是李娜。"}
    assert (await SharedEdition.get()).urgency == 1
    assert (await Item.get()).version == 2


async def test_flag_marks_the_other_drafts_until_they_are_published(desk):
    item_id = await desk.live("it", "zh")
    await desk.save(item_id, "en", headline="Being translated")
    desk.at(10)
    await correct(desk, item_id, OtherLocales.FLAG)
    flags = dict(await Draft.all().values_list("locale", "source_corrected_at"))
    assert flags == {SHARED: None, "it": None, "zh": minutes(10), "en": minutes(10)}
    assert await desk.readers_see(item_id) == ["it", "zh"]
    flagged = await Event.filter(type="draft.flagged").order_by("locale")
    assert [(each.locale, each.data) for each in flagged] == [("en", {"version": 2}), ("zh", {"version": 2})]
    await desk.save(item_id, "zh", headline="李娜夺冠")
    assert (await Draft.get(locale="zh")).source_corrected_at == minutes(10)
    await desk.publish(item_id, "zh")
    assert (await Draft.get(locale="zh")).source_corrected_at is None
    assert (await Draft.get(locale="en")).source_corrected_at == minutes(10)


async def test_unpublish_takes_the_other_locales_off_and_marks_them(desk):
    item_id = await desk.live("it", "zh", "en")
    done = await correct(desk, item_id, OtherLocales.UNPUBLISH, notes={"it": NOTE, "en": "It was Li Na."})
    assert done.live == ("it", "en")
    assert await desk.told(item_id) == {"it": "UPSERTED", "en": "UPSERTED", "zh": "UNPUBLISHED"}
    assert (await Draft.get(locale="zh")).source_corrected_at == NOON
    assert (await Draft.get(locale="en")).source_corrected_at is None
    assert (await Item.get()).version == 2


async def test_a_correction_of_a_translation_says_nothing_about_the_others(desk):
    item_id = await desk.live("it", "zh")
    for others in (OtherLocales.FLAG, OtherLocales.UNPUBLISH):
        with pytest.raises(InvalidInputError) as refused:
            await correct(desk, item_id, others, notes={"zh": "错译。"})
        assert refused.value.path == ("others",)
    await correct(desk, item_id, notes={"zh": "错译。"})
    assert (await Revision.get(kind=RevisionKind.CORRECTION)).locale == "zh"


async def test_what_is_no_correction_is_refused_and_changes_nothing(desk):
    item_id = await desk.live("it")
    await desk.save(item_id, "zh", headline="译文")
    revisions = await Revision.all().count()
    for notes, error, path in (
        ({"zh": "尚未发布。"}, NotFoundError, ("notes", "zh")),
        ({"it": " "}, InvalidInputError, ("notes", "it")),
        ({"it": "长" * 2_001}, InvalidInputError, ("notes",)),
        ({"tlh": "Qapla'"}, InvalidInputError, ("notes",)),
    ):
        with pytest.raises(error) as refused:
            await correct(desk, item_id, notes=notes)
        assert refused.value.path == path
    with pytest.raises(InvalidInputError):
        await desk.on_item(correcting.correct, item_id, notes={}, others=OtherLocales.LEAVE)
    await desk.save(item_id, body=None)
    with pytest.raises(NotReadyError):
        await correct(desk, item_id)
    await desk.on_item(recalling.withhold, item_id)
    with pytest.raises(TransitionError):
        await correct(desk, item_id)
    assert await Revision.all().count() == revisions + 1
    assert not await Event.filter(type="text.corrected").exists()


async def test_a_permission_covers_the_locales_that_are_touched(desk):
    item_id = await desk.live("it", "zh")
    italian = Actor("solo italiano", (Grant(Permission.PUBLISH, locales=frozenset({"it"})),))
    given = {"item_id": item_id, "notes": {"it": NOTE}, "now": NOON}
    for more in ({"others": OtherLocales.UNPUBLISH}, {"others": OtherLocales.LEAVE, "shared": True}):
        with pytest.raises(ForbiddenError):
            await correcting.correct(italian, **given, **more)
    assert (await correcting.correct(italian, **given, others=OtherLocales.FLAG)).live == ("it", "zh")
