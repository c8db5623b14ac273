"""One click of an editor: saved and published, both or neither."""

from datetime import UTC, datetime

import pytest

from cms.accounts.actors import SYSTEM, Actor, Permission
from cms.content.body import from_text
from cms.content.editing import create_article
from cms.content.models import Draft, Edition, Item, PubStatus, Revision, RevisionKind
from cms.content.publishing import publish, save_and_publish
from cms.content.serving import configure_locales
from cms.errors import ForbiddenError, TransitionError
from cms.events import EventType, after, latest

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEADLINE = {"headline": "地铁通宵运行", "body": from_text("新闻。").document}


@pytest.fixture
async def item(database) -> Item:
    """An article that is public in Italian and has a Chinese draft."""
    del database
    await configure_locales(SYSTEM, [{"tag": "it"}, {"tag": "zh", "fallbacks": ["it"]}])
    text = {"headline": "Metrò tutta la notte", "body": from_text("Da sabato.").document}
    saved = await create_article(SYSTEM, source_locale="it", text=text, now=NOON)
    await publish(SYSTEM, item_id=saved.item.id, locales=["it"], now=NOON)
    return saved.item


async def test_the_text_is_public_with_both_its_revisions_and_events(item):
    position = await latest()
    draft = await save_and_publish(
        SYSTEM, item_id=item.id, locale="zh", changes=HEADLINE, expected_revision=None, now=NOON
    )
    edition = await Edition.get(item_id=item.id, locale="zh")
    assert (edition.headline, edition.revision, draft.revision) == (HEADLINE["headline"], 2, 2)
    kinds = await Revision.filter(item_id=item.id, locale="zh").order_by("number").values_list("kind", flat=True)
    assert kinds == [RevisionKind.SAVE, RevisionKind.PUBLICATION]
    assert [event.type for event in await after(position, 10)] == [EventType.DRAFT_SAVED, EventType.TEXT_PUBLISHED]


async def test_a_text_that_may_not_go_live_is_not_saved_either(item):
    position = await latest()
    editor = Actor.holding("editor", [Permission.EDIT])
    with pytest.raises(ForbiddenError):
        await save_and_publish(editor, item_id=item.id, locale="zh", changes=HEADLINE, expected_revision=None, now=NOON)
    await Item.filter(id=item.id).update(pub_status=PubStatus.WITHHELD)
    with pytest.raises(TransitionError):
        await save_and_publish(SYSTEM, item_id=item.id, locale="zh", changes=HEADLINE, expected_revision=None, now=NOON)
    assert not await Draft.exists(item_id=item.id, locale="zh")
    assert await latest() == position
