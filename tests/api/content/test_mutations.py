"""What changes do, as a client sees it: an article from its first word to its tombstone, in Italian and Chinese."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.nodes import encode_id
from cms.content.body import from_text
from cms.content.models import Kind, Revision
from tests.api.desks import REFUSAL, Desk, open_desk

CREATE = f"""mutation($input: ArticleInput!) {{
    createArticle(input: $input) {{ result {{ item locale revision status headline content }} {REFUSAL} }} }}"""
SAVE = f"""mutation($item: ID!, $locale: Locale!, $text: TextInput!, $seen: Int) {{
    saveDraft(input: {{item: $item, locale: $locale, text: $text}}, expectedRevision: $seen) {{
        result {{ item locale revision headline updatedAt content }} {REFUSAL} }} }}"""
SHARE = f"""mutation($item: ID!, $shared: SharedInput!, $seen: Int!) {{
    saveShared(input: {{item: $item, shared: $shared}}, expectedRevision: $seen) {{
        result {{ locale revision headline content }} {REFUSAL} }} }}"""
PUBLISH = f"""mutation($item: ID!, $locales: [Locale!]!, $shared: Boolean! = false) {{
    publish(item: $item, locales: $locales, shared: $shared) {{
        result {{ id uri kind sourceLocale pubStatus version liveLocales drafts {{ locale revision }} }} {REFUSAL}
    }} }}"""
UNPUBLISH = f"""mutation($item: ID!, $locales: [Locale!]!) {{
    unpublish(item: $item, locales: $locales) {{ result {{ version liveLocales }} {REFUSAL} }} }}"""
ARTICLE = """query($slug: String!, $locale: Locale!, $fallback: Fallback! = CHAIN) {
    article(slug: $slug, locale: $locale, fallback: $fallback) {
        id headline slug locale requestedLocale localeReason version urgency subjects { name }
        body { html text } localizations { locale slug } } }"""
CHANGES = """query($after: String) { changes(after: $after, first: 1000) {
    edges { node { type uri locale version item { headline } } } pageInfo { endCursor } } }"""

BODY = from_text("La neve è alta.\n路已开通。").document


@pytest.fixture(params=["sqlite", "postgresql"])
async def desk(request: pytest.FixtureRequest, tmp_path: Any) -> AsyncIterator[Desk]:
    async with open_desk(request.param, tmp_path) as opened:
        yield opened


async def done(desk: Desk, mutation: str, **variables: Any) -> Any:
    """The result of a change that is not refused."""
    payload = await desk.change(mutation, variables)
    assert payload["userErrors"] == []
    return payload["result"]


async def refused(desk: Desk, mutation: str, **variables: Any) -> Any:
    """The one refusal of a change."""
    payload = await desk.change(mutation, variables)
    assert payload["result"] is None
    (refusal,) = payload["userErrors"]
    return refusal


async def changes(desk: Desk, after: str | None = None) -> tuple[list[Any], str]:
    """What changed after a cursor, and the cursor to go on from."""
    found = (await desk.read(CHANGES, {"after": after}))["changes"]
    return [edge["node"] for edge in found["edges"]], found["pageInfo"]["endCursor"] or after or ""


async def written(desk: Desk, **text: Any) -> str:
    """A new Italian article that nobody has seen; its item's id."""
    whole = {"headline": "Riapre il passo", "body": BODY, **text}
    sent = {"locale": "it", "text": whole, "uri": "urn:test:passo"}
    return str((await done(desk, CREATE, input=sent))["item"])


async def test_an_article_is_seen_when_it_is_published_and_not_before(desk):
    item = await written(desk, summary="Dopo mesi")
    _, cursor = await changes(desk)
    where = {"slug": "riapre-il-passo", "locale": "it"}
    assert await desk.read(ARTICLE, where) == {"article": None}

    result = await done(desk, PUBLISH, item=item, locales=["it"])
    assert result == {
        "id": item, "uri": "urn:test:passo", "kind": "ARTICLE", "sourceLocale": "it", "pubStatus": "USABLE",
        "version": 1, "liveLocales": ["it"],
        "drafts": [{"locale": None, "revision": 2}, {"locale": "it", "revision": 2}],
    }  # fmt: skip
    article = (await desk.read(ARTICLE, where))["article"]
    assert article["headline"] == "Riapre il passo"
    assert article["body"]["text"] == "La neve è alta.\n\n路已开通。"
    assert article["version"] == 1
    told, _ = await changes(desk, cursor)
    seen = {"headline": "Riapre il passo"}
    assert told == [{"type": "UPSERTED", "uri": "urn:test:passo", "locale": "it", "version": 1, "item": seen}]


async def test_what_is_saved_is_not_what_is_read(desk):
    item = await written(desk)
    await done(desk, PUBLISH, item=item, locales=["it"])
    saved = await done(desk, SAVE, item=item, locale="it", text={"headline": "Chiude il passo"}, seen=2)
    assert (saved["revision"], saved["headline"]) == (3, "Chiude il passo")
    read = await desk.read(ARTICLE, {"slug": "riapre-il-passo", "locale": "it"})
    assert read["article"]["headline"] == "Riapre il passo"
    await done(desk, PUBLISH, item=item, locales=["it"])
    read = await desk.read(ARTICLE, {"slug": "riapre-il-passo", "locale": "it"})
    assert (read["article"]["headline"], read["article"]["slug"]) == ("Chiude il passo", "riapre-il-passo")


async def test_only_named_fields_change_and_null_empties_one(desk):
    item = await written(desk, summary="Dopo mesi", located="Stelvio")
    saved = await done(desk, SAVE, item=item, locale="it", text={"located": None}, seen=1)
    assert (saved["content"]["summary"], saved["content"]["located"]) == ("Dopo mesi", None)
    assert saved["headline"] == "Riapre il passo"


async def test_of_two_who_save_one_is_told_what_stands_now(desk):
    item = await written(desk)
    await done(desk, SAVE, item=item, locale="it", text={"summary": "Prima"}, seen=1)
    refusal = await refused(desk, SAVE, item=item, locale="it", text={"summary": "Seconda"}, seen=1)
    assert (refusal["code"], refusal["path"], refusal["currentRevision"]) == ("CONFLICT", ["expectedRevision"], 2)
    assert refusal["message"] == "The draft is at revision 2 now; you saw 1."
    saved = await done(desk, SAVE, item=item, locale="it", text={"summary": "Seconda"}, seen=refusal["currentRevision"])
    assert saved["content"]["summary"] == "Seconda"
    key = int(saved["revision"])
    assert key == await Revision.filter(item__uri="urn:test:passo", locale="it").count() == 3


async def test_a_text_is_begun_in_another_locale_and_replaces_the_fallback(desk):
    item = await written(desk)
    await done(desk, PUBLISH, item=item, locales=["it"])
    where = {"slug": "riapre-il-passo", "locale": "zh"}
    article = (await desk.read(ARTICLE, where))["article"]
    assert (article["locale"], article["requestedLocale"], article["localeReason"]) == ("it", "zh", "FALLBACK")
    assert await desk.read(ARTICLE, {**where, "fallback": "NONE"}) == {"article": None}
    arabic = (await desk.read(ARTICLE, {"slug": "riapre-il-passo", "locale": "ar"}))["article"]
    assert arabic is None  # `it` is no fallback of `ar`: a slug is looked for along the chain

    begun = await done(desk, SAVE, item=item, locale="zh", text={"headline": "山口重新开放", "body": BODY}, seen=None)
    assert (begun["revision"], begun["locale"]) == (1, "zh")
    assert (await desk.read(ARTICLE, where))["article"]["localeReason"] == "FALLBACK"
    result = await done(desk, PUBLISH, item=item, locales=["zh"])
    assert (result["liveLocales"], result["version"]) == (["it", "zh"], 2)
    article = (await desk.read(ARTICLE, where))["article"]
    assert (article["locale"], article["localeReason"], article["headline"]) == ("zh", "REQUESTED", "山口重新开放")
    assert article["localizations"] == [
        {"locale": "it", "slug": "riapre-il-passo"},
        {"locale": "zh", "slug": "山口重新开放"},
    ]


async def test_a_list_in_a_locale_without_any_tells_the_source(desk):
    item = await written(desk)
    await done(desk, PUBLISH, item=item, locales=["it"])
    found = await desk.read(
        'query { articles(locale: "ar", fallback: CHAIN, first: 1) { edges { node { locale localeReason uri } } } }'
    )
    (edge,) = found["articles"]["edges"]
    assert edge["node"] == {"locale": "it", "localeReason": "SOURCE", "uri": "urn:test:passo"}


async def test_a_former_slug_leads_to_the_item_and_is_nobody_elses(desk):
    item = await written(desk)
    await done(desk, PUBLISH, item=item, locales=["it"])
    await done(desk, SAVE, item=item, locale="it", text={"slug": "stelvio"}, seen=2)
    await done(desk, PUBLISH, item=item, locales=["it"])
    for slug in ("stelvio", "riapre-il-passo"):
        article = (await desk.read(ARTICLE, {"slug": slug, "locale": "it"}))["article"]
        assert (article["slug"], article["headline"]) == ("stelvio", "Riapre il passo")

    sent = {"locale": "it", "text": {"headline": "Altro", "slug": "riapre-il-passo", "body": BODY}}
    other = (await done(desk, CREATE, input=sent))["item"]
    refusal = await refused(desk, PUBLISH, item=other, locales=["it"])
    assert refusal["code"] == "SLUG_TAKEN"
    sent = {"locale": "it", "text": {"headline": "Riapre il passo", "body": BODY}}
    third = (await done(desk, CREATE, input=sent))["item"]
    await done(desk, PUBLISH, item=third, locales=["it"])
    article = (await desk.read(ARTICLE, {"slug": "riapre-il-passo-2", "locale": "it"}))["article"]
    assert article["slug"] == "riapre-il-passo-2"


async def test_unpublishing_leaves_a_tombstone_and_the_draft(desk):
    item = await written(desk)
    await done(desk, SAVE, item=item, locale="zh", text={"headline": "山口重新开放", "body": BODY}, seen=None)
    await done(desk, PUBLISH, item=item, locales=["it", "zh"])
    _, cursor = await changes(desk)
    result = await done(desk, UNPUBLISH, item=item, locales=["zh"])
    assert result == {"version": 2, "liveLocales": ["it"]}
    told, cursor = await changes(desk, cursor)
    assert told == [{"type": "UNPUBLISHED", "uri": "urn:test:passo", "locale": "zh", "version": 2, "item": None}]
    article = (await desk.read(ARTICLE, {"slug": "山口重新开放", "locale": "zh"}))["article"]
    assert (article["locale"], article["localeReason"]) == ("it", "FALLBACK")

    assert (await refused(desk, UNPUBLISH, item=item, locales=["zh"]))["code"] == "NOT_FOUND"
    await done(desk, UNPUBLISH, item=item, locales=["it"])
    assert await desk.read(ARTICLE, {"slug": "riapre-il-passo", "locale": "it"}) == {"article": None}
    told, cursor = await changes(desk, cursor)
    assert [(each["type"], each["item"]) for each in told] == [("UNPUBLISHED", None)]

    result = await done(desk, PUBLISH, item=item, locales=["it"])
    assert (result["liveLocales"], result["version"]) == (["it"], 4)
    told, _ = await changes(desk, cursor)
    assert [(each["type"], each["locale"]) for each in told] == [("UPSERTED", "it")]
    article = (await desk.read(ARTICLE, {"slug": "riapre-il-passo", "locale": "it"}))["article"]
    assert article["slug"] == "riapre-il-passo"


async def test_the_shared_part_goes_with_the_first_publication_and_then_when_it_is_told_to(desk):
    concepts = [encode_id("Concept", each.id, "zh") for each in desk.world.concepts[:2]]
    item = await written(desk)
    saved = await done(desk, SHARE, item=item, shared={"urgency": 2, "subjects": concepts}, seen=1)
    assert (saved["locale"], saved["headline"], saved["revision"]) == (None, None, 2)
    await done(desk, PUBLISH, item=item, locales=["it"])
    where = {"slug": "riapre-il-passo", "locale": "it"}
    article = (await desk.read(ARTICLE, where))["article"]
    assert (article["urgency"], article["subjects"]) == (2, [{"name": "sport"}, {"name": "sci"}])

    await done(desk, SHARE, item=item, shared={"urgency": 1, "subjects": concepts[1:]}, seen=3)
    await done(desk, PUBLISH, item=item, locales=["it"])
    article = (await desk.read(ARTICLE, where))["article"]
    assert article["urgency"] == 2
    await done(desk, PUBLISH, item=item, locales=[], shared=True)
    article = (await desk.read(ARTICLE, where))["article"]
    assert (article["urgency"], article["subjects"]) == (1, [{"name": "sci"}])


async def test_the_id_of_any_locale_names_the_item(desk):
    item = await written(desk)
    await done(desk, PUBLISH, item=item, locales=["it"])
    ids = set()
    for locale in ("it", "zh"):
        for fallback in ("CHAIN", "NONE"):
            where = {"slug": "riapre-il-passo", "locale": locale, "fallback": fallback}
            if article := (await desk.read(ARTICLE, where))["article"]:
                ids.add(article["id"])
    assert len(ids) == 3
    for seen, each in enumerate(sorted(ids), 2):
        saved = await done(desk, SAVE, item=each, locale="it", text={"summary": each}, seen=seen)
        assert saved["item"] == item
    video = encode_id("VideoAsset", desk.world.items[Kind.VIDEO][0].id, "zh")
    saved = await done(desk, SHARE, item=min(ids), shared={"leadVideo": video}, seen=2)
    assert saved["content"]["lead_video"] == desk.world.items[Kind.VIDEO][0].id


async def test_several_changes_in_one_request_are_made_in_their_order(desk):
    item = await written(desk)
    answer = await desk.client.ask(
        """mutation($i: ID!) {
            a: publish(item: $i, locales: ["it"]) { result { version } userErrors { code } }
            b: publish(item: $i, locales: ["ar"]) { result { version } userErrors { code } }
            c: unpublish(item: $i, locales: ["it"]) { result { version } userErrors { code } } }""",
        {"i": item},
        token=desk.tokens["chief"],
    )
    assert answer["data"] == {
        "a": {"result": {"version": 1}, "userErrors": []},
        "b": {"result": None, "userErrors": [{"code": "NOT_FOUND"}]},
        "c": {"result": {"version": 2}, "userErrors": []},
    }
