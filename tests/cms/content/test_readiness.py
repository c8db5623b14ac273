import pytest

from cms.content.body import from_text
from cms.content.models import SHARED, Edition, Item, Kind
from cms.content.readiness import readiness
from cms.errors import NotReadyError
from tests.desks import NOON, minutes

FIGURE = {"type": "figure", "attrs": {"id": "f", "item": "urn:x", "caption": ""}}
RULE = {"type": "horizontalRule", "attrs": {"id": "r"}}
BLANK = {"type": "paragraph", "attrs": {"id": "p"}, "content": [{"type": "text", "text": "\u3000 "}]}


def doc(*blocks):
    return {"type": "doc", "content": list(blocks)}


def item(kind=Kind.ARTICLE, **more):
    return Item(id=1, kind=kind, uri="urn:1", source_locale="it", created_at=NOON, **more)


def found(each, **parts):
    return [(problem.code, problem.path) for problem in readiness(each, parts, now=NOON)]


FULL = {"headline": "雪", "body": from_text("米兰下雪了。").document}


@pytest.mark.parametrize(
    ("kind", "body", "empty"),
    [
        (Kind.ARTICLE, from_text("").document, True),
        (Kind.ARTICLE, doc(BLANK, RULE), True),
        (Kind.ARTICLE, doc(FIGURE), False),
        (Kind.ARTICLE, from_text("Neve.").document, False),
        (Kind.VIDEO, from_text("").document, False),
        (Kind.SERIES, from_text("").document, False),
    ],
)
def test_an_article_has_something_to_read(kind, body, empty):
    problems = found(item(kind), it={"headline": "Neve", "body": body})
    assert problems == ([("EMPTY_BODY", ("it", "body"))] if empty else [])


def test_all_that_is_missing_is_told_at_once():
    each = item(ready=False, expires_at=NOON)
    assert found(each, zh={"headline": ""}, it=FULL, **{SHARED: {}}) == [
        ("ASSET_NOT_READY", ("item",)),
        ("EXPIRED", ("item",)),
        ("NO_HEADLINE", ("zh", "headline")),
        ("EMPTY_BODY", ("zh", "body")),
    ]


def test_nothing_is_missing_of_what_is_ready():
    assert found(item(expires_at=minutes(1)), it=FULL, **{SHARED: {}}) == []


async def test_what_is_not_ready_is_not_published_and_nothing_is_written(desk):
    item_id = await desk.write("it", "zh")
    await desk.save(item_id, "zh", body=None)
    await Item.filter(id=item_id).update(expires_at=NOON)
    events = await desk.happened(item_id)
    with pytest.raises(NotReadyError) as refused:
        await desk.publish(item_id, "it", "zh")
    assert [each.code for each in refused.value.problems] == ["EXPIRED", "EMPTY_BODY"]
    assert (refused.value.code, "zh" in refused.value.message) == ("NOT_READY", True)
    assert not await Edition.exists()
    assert (await Item.get()).version == 0
    assert await desk.happened(item_id) == events
