"""Translations beside their source: begun, worked on, gone stale block by block, accepted, out as XLIFF and back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.accounts.actors import SYSTEM, Actor, Grant, Permission
from cms.content.body import parse
from cms.content.editing import create_article, save_draft
from cms.content.exchanging import export_xliff, import_xliff
from cms.content.models import Draft
from cms.content.parts import TextPart
from cms.content.segments import aligned, segment_hashes, segments, skeleton, with_segments
from cms.content.serving import configure_locales
from cms.content.staleness import SegmentState
from cms.content.translating import accept_source_block, align_translation, side_by_side, start_translation
from cms.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, TransitionError
from tests.cms.content.documents import documents
from tests.worlds import LOCALES

NOON = datetime(2026, 2, 6, 12, tzinfo=UTC)
TRANSLATOR = Actor("译者", (Grant(Permission.READ), Grant(Permission.EDIT, locales=frozenset({"zh"}))))


def paragraph(name, text, *marks):
    return {
        "type": "paragraph",
        "attrs": {"id": name},
        "content": [{"type": "text", "text": text, **({"marks": list(marks)} if marks else {})}],
    }


BOLD = {"type": "bold"}
LINK = {"type": "link", "attrs": {"href": "https://example.org/città"}}
QUOTE = {
    "type": "blockquote",
    "attrs": {"id": "q", "cite": "Il sindaco"},
    "content": [paragraph("q1", "Siamo pronti.")],
}
BODY = {"type": "doc", "content": [paragraph("a", "La città apre.", BOLD, LINK), QUOTE, paragraph("b", "Neve fresca.")]}


@pytest.fixture
async def item_id(database):
    await configure_locales(SYSTEM, LOCALES)
    text = {"headline": "Si apre", "summary": "In breve.", "body": BODY}
    return (await create_article(SYSTEM, source_locale="it", text=text, now=NOON)).item.id


@pytest.fixture
async def translation(item_id):
    return await start_translation(TRANSLATOR, item_id=item_id, from_locale="it", to_locale="zh", now=NOON)


async def save(item_id, locale, revision, actor=SYSTEM, source_revision=None, **changes):
    return await save_draft(
        actor, item_id=item_id, locale=locale, changes=changes, expected_revision=revision,
        source_revision=source_revision, now=NOON,
    )  # fmt: skip


async def states(item_id):
    found = await side_by_side(TRANSLATOR, item_id=item_id, locale="zh")
    return {(pair.source or pair.target).id: pair.state.value for pair in found.pairs}


async def translate(item_id, revision, said, source_revision=None):
    """What a translator's editor sends: the whole body with some blocks filled in."""
    draft = await Draft.get(item_id=item_id, locale="zh")
    part = TextPart.from_json(draft.content)
    inline = {name: [{"type": "text", "text": text}] for name, text in said.items()}
    return await save(item_id, "zh", revision, TRANSLATOR, source_revision, **with_segments(part, inline))


async def test_a_translation_has_the_structure_of_its_source_and_says_nothing(item_id, translation):
    part = TextPart.from_json(translation.content)
    assert part.headline == "Si apre"
    assert [block["attrs"]["id"] for block in part.body["content"]] == ["a", "q", "b"]
    assert list(segment_hashes(part)) == ["field:headline"]
    assert (translation.translated_from, translation.based_on_revision) == ("it", 1)
    assert set((await states(item_id)).values()) == {"UNTRANSLATED"}


async def test_only_what_the_source_changed_is_stale_and_shows_what_it_said(item_id, translation):
    await translate(item_id, 1, {"field:headline": "开幕", "a": "城市开放。", "q1": "我们准备好了。", "b": "新雪。"})
    body = {**BODY, "content": [*BODY["content"][:2], paragraph("b", "Neve fresca e sole.")]}
    await save(item_id, "it", 1, body=body, summary="Molto in breve.")
    assert await states(item_id) == {
        "field:headline": "TRANSLATED", "field:summary": "UNTRANSLATED", "a": "TRANSLATED", "q": "UNTRANSLATED",
        "q1": "TRANSLATED", "b": "STALE",
    }  # fmt: skip
    found = await side_by_side(TRANSLATOR, item_id=item_id, locale="zh")
    (stale,) = [pair for pair in found.pairs if pair.state is SegmentState.STALE]
    assert (stale.before.text, stale.source.text, stale.target.text) == (
        "Neve fresca.",
        "Neve fresca e sole.",
        "新雪。",
    )


async def test_changed_marks_are_stale_and_metadata_is_not(item_id, translation):
    await translate(item_id, 1, {"a": "城市开放。", "b": "新雪。"})
    await save(item_id, "it", 1, slug="altro", dateline_date="2026-02-06T10:00:00+01:00")
    assert (await states(item_id))["a"] == "TRANSLATED"
    body = {**BODY, "content": [paragraph("a", "La città apre.", BOLD), *BODY["content"][1:]]}
    await save(item_id, "it", 2, body=body)
    assert ((await states(item_id))["a"], (await states(item_id))["b"]) == ("STALE", "TRANSLATED")


async def test_work_on_an_older_source_is_not_taken_for_work_on_the_newer(item_id, translation):
    body = {**BODY, "content": [*BODY["content"][:2], paragraph("b", "Pioggia.")]}
    await save(item_id, "it", 1, body=body)
    await translate(item_id, 1, {"b": "新雪。"})
    assert (await states(item_id))["b"] == "STALE"
    await translate(item_id, 2, {"b": "雨。"}, source_revision=2)
    assert (await states(item_id))["b"] == "TRANSLATED"


async def test_what_still_holds_is_accepted_unless_the_source_moved_on(item_id, translation):
    await translate(item_id, 1, {"b": "新雪。"})
    await save(item_id, "it", 1, body={**BODY, "content": [*BODY["content"][:2], paragraph("b", "Neve  fresca!")]})
    accepting = {"item_id": item_id, "locale": "zh", "segment_ids": ["b"], "now": NOON}
    with pytest.raises(ConflictError) as conflict:
        await accept_source_block(TRANSLATOR, expected_revision=2, source_revision=1, **accepting)
    assert (conflict.value.path, conflict.value.current) == (("sourceRevision",), 2)
    with pytest.raises(ConflictError):
        await accept_source_block(TRANSLATOR, expected_revision=1, source_revision=2, **accepting)
    with pytest.raises(InvalidInputError):
        await accept_source_block(
            TRANSLATOR, expected_revision=2, source_revision=2, **accepting | {"segment_ids": ["a"]}
        )
    assert (await states(item_id))["b"] == "STALE"
    await accept_source_block(TRANSLATOR, expected_revision=2, source_revision=2, **accepting)
    assert (await states(item_id))["b"] == "TRANSLATED"


async def test_a_new_block_is_missing_until_it_is_brought_in_where_it_belongs(item_id, translation):
    await translate(item_id, 1, {"a": "城市开放。", "b": "新雪。"})
    quote = {**QUOTE, "content": [*QUOTE["content"], paragraph("q2", "E contenti.")]}
    body = {**BODY, "content": [BODY["content"][0], paragraph("n", "Nuovo."), quote, BODY["content"][2]]}
    await save(item_id, "it", 1, body=body)
    assert {name for name, state in (await states(item_id)).items() if state == "MISSING"} == {"n", "q2"}
    draft = await align_translation(TRANSLATOR, item_id=item_id, locale="zh", expected_revision=2, now=NOON)
    assert [segment.id for segment in segments(TextPart.from_json(draft.content))][4:] == [
        "a",
        "n",
        "q",
        "q1",
        "q2",
        "b",
    ]
    assert {name for name, state in (await states(item_id)).items() if state == "TRANSLATED"} == {"a", "b"}


async def test_refusals_leave_nothing(item_id, translation, database):
    start = {"item_id": item_id, "now": NOON}
    with pytest.raises(TransitionError):
        await start_translation(TRANSLATOR, from_locale="it", to_locale="zh", **start)
    with pytest.raises(ForbiddenError):
        await start_translation(TRANSLATOR, from_locale="it", to_locale="en", **start)
    with pytest.raises(NotFoundError):
        await start_translation(SYSTEM, from_locale="en", to_locale="ar", **start)
    with pytest.raises(InvalidInputError):
        await start_translation(SYSTEM, from_locale="it", to_locale="it", **start)
    with pytest.raises(ForbiddenError):
        await save(item_id, "it", 1, TRANSLATOR, headline="Mio")
    with pytest.raises(InvalidInputError) as refused:
        await save(item_id, "zh", 1, TRANSLATOR, 9, headline="我的")
    assert refused.value.path == ("sourceRevision",)
    with pytest.raises(InvalidInputError):
        await save(item_id, "it", 1, source_revision=1, headline="Di nessuno")
    with pytest.raises(NotFoundError):
        await side_by_side(SYSTEM, item_id=item_id, locale="it")
    assert await Draft.filter(item_id=item_id, revision=1).count() == 3


async def test_xliff_goes_out_and_comes_back_with_its_marks(item_id, translation):
    await translate(item_id, 1, {"b": "新雪。"})
    out = await export_xliff(TRANSLATOR, item_id=item_id, locale="zh")
    text = out.decode()
    assert 'state="translated">新雪。</target>' in text
    source = text[text.index('id="a"') :].split("<source>")[1].split("</source>")[0]
    assert 'pf:href="https://example.org/città"' in source
    back = text.replace(
        f"<source>{source}</source>",
        f"<source>{source}</source><target>{source.replace('La città apre.', '城市开放。')}</target>",
    )
    draft = await import_xliff(
        TRANSLATOR, item_id=item_id, locale="zh", data=back.encode(), expected_revision=2, now=NOON
    )
    said = {segment.id: segment for segment in segments(TextPart.from_json(draft.content))}
    assert said["a"].content == [{"type": "text", "marks": [LINK, BOLD], "text": "城市开放。"}]
    assert ((await states(item_id))["a"], (await states(item_id))["b"]) == ("TRANSLATED", "TRANSLATED")


async def test_xliff_translated_from_an_older_source_is_stale_at_once(item_id, translation):
    out = (await export_xliff(TRANSLATOR, item_id=item_id, locale="zh")).decode()
    body = {**BODY, "content": [*BODY["content"][:2], paragraph("b", "Pioggia."), paragraph("n", "Nuovo.")]}
    await save(item_id, "it", 1, body=body)
    back = out.replace("<source>Neve fresca.</source>", "<source>Neve fresca.</source><target>新雪。</target>")
    await import_xliff(TRANSLATOR, item_id=item_id, locale="zh", data=back.encode(), expected_revision=1, now=NOON)
    found = await states(item_id)
    assert (found["b"], found["n"]) == ("STALE", "UNTRANSLATED")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('original="', 'original="urn:other:', "another item"),
        ('target-language="zh"', 'target-language="en"', "into zh"),
        ('id="b"', 'id="nowhere"', "no block 'nowhere'"),
        ("<?xml", "<xml", "not well-formed"),
        ('build-num="1"', 'build-num="77"', "no revision 77"),
    ],
)
async def test_an_xliff_that_does_not_fit_is_refused(item_id, translation, old, new, said):
    out = (await export_xliff(TRANSLATOR, item_id=item_id, locale="zh")).decode()
    back = out.replace("<source>Neve fresca.</source>", "<source>Neve fresca.</source><target>新雪。</target>")
    with pytest.raises(InvalidInputError, match=said):
        await import_xliff(
            TRANSLATOR,
            item_id=item_id,
            locale="zh",
            data=back.replace(old, new).encode(),
            expected_revision=1,
            now=NOON,
        )
    assert (await Draft.get(item_id=item_id, locale="zh")).revision == 1


@given(documents)
def test_a_skeleton_is_a_body_and_alignment_with_it_changes_nothing(document):
    source = parse(document).document
    bare = parse(skeleton(source)).document
    assert not segment_hashes(TextPart(body=bare))
    assert aligned(source, bare) == bare


@given(documents, st.data())
def test_alignment_brings_in_every_block_that_is_missing(document, data):
    source = parse(document).document
    kept = [block for block in source["content"] if data.draw(st.booleans())]
    target = {"type": "doc", "content": kept or [{"type": "paragraph", "attrs": {"id": "altro"}}]}
    merged = parse(aligned(source, target)).document
    assert {each.id for each in segments(TextPart(body=source))} <= {
        each.id for each in segments(TextPart(body=merged))
    }
    hashes = segment_hashes(TextPart(body=merged))
    assert hashes == segment_hashes(TextPart(body=target))


@given(documents)
def test_saying_what_is_said_changes_nothing(document):
    part = TextPart(headline="L’una", body=parse(document).document)
    said = {segment.id: segment.content for segment in segments(part)}
    changed = part.changed(with_segments(part, said))
    assert changed.body == part.body
    assert changed.headline == part.headline
