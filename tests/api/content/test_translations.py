"""A translator's work over GraphQL: begin, translate, see what went stale, accept, XLIFF out and in, coverage."""

import pytest

from cms.accounts.actors import SYSTEM, Permission
from cms.content.serving import configure_locales
from tests.api.newsrooms import Client, open_newsroom, token_of
from tests.worlds import LOCALES

CREATE = """mutation ($body: JSON) { createArticle(input: {locale: "it", text: {headline: "Si apre", body: $body}}) {
  result { item revision } userErrors { code } } }"""
DRAFT = "result { item locale revision translatedFrom basedOnRevision content } userErrors { code path message }"
START = f'mutation ($item: ID!) {{ startTranslation(item: $item, from: "it", to: "zh") {{ {DRAFT} }} }}'
SAVE = f"""mutation ($item: ID!, $locale: Locale!, $text: TextInput!, $seen: Int, $source: Int) {{
  saveDraft(input: {{item: $item, locale: $locale, text: $text, sourceRevision: $source}}, expectedRevision: $seen)
  {{ {DRAFT} }} }}"""
PAIRS = """query ($item: ID!) { translation(item: $item, locale: "zh") {
  source { locale revision } target { revision }
  pairs { state source { id kind html } target { text } sourceBefore { text } } } }"""
ACCEPT = f"""mutation ($item: ID!, $blocks: [String!]!, $seen: Int!, $source: Int!) {{
  acceptSourceBlock(item: $item, locale: "zh", blocks: $blocks, expectedRevision: $seen, sourceRevision: $source)
  {{ {DRAFT} }} }}"""
COVERAGE = (
    "query ($item: ID!) { coverage(items: [$item]) { item headline cells { locale state stale live headline } } }"
)
BODY = {
    "type": "doc",
    "content": [
        {
            "type": "paragraph",
            "attrs": {"id": "a"},
            "content": [{"type": "text", "text": "La città apre.", "marks": [{"type": "bold"}]}],
        }
    ],
}


class Desk:
    """An article in Italian, and who works on it."""

    def __init__(self, client, token, item):
        self.client, self.token, self.item = client, token, item

    async def ask(self, query, **variables):
        answer = await self.client.ask(query, {"item": self.item, **variables}, token=self.token)
        assert "errors" not in answer, answer
        (found,) = answer["data"].values()
        return found

    async def change(self, query, **variables):
        payload = await self.ask(query, **variables)
        assert payload["userErrors"] == []
        return payload["result"]


@pytest.fixture(params=["sqlite", "postgresql"])
async def desk(request, tmp_path):
    async with open_newsroom(request.param, tmp_path, lambda: configure_locales(SYSTEM, LOCALES[:3])) as (newsroom, _):
        token = await token_of("traduttrice", Permission.READ, Permission.EDIT)
        client = Client(newsroom)
        created = await client.ask(CREATE, {"body": BODY}, token=token)
        yield Desk(client, token, created["data"]["createArticle"]["result"]["item"])


async def test_a_translation_is_made_and_kept_in_step(desk):
    begun = await desk.change(START)
    assert (begun["locale"], begun["translatedFrom"], begun["basedOnRevision"]) == ("zh", "it", 1)
    begun["content"]["body"]["content"][0]["content"] = [{"type": "text", "text": "城市开放。"}]
    text = {"headline": "开幕", "body": begun["content"]["body"]}
    await desk.change(SAVE, locale="zh", text=text, seen=1)
    found = await desk.ask(PAIRS)
    assert [pair["state"] for pair in found["pairs"]] == ["TRANSLATED", "TRANSLATED"]
    assert found["pairs"][1]["source"] == {"id": "a", "kind": "paragraph", "html": "<strong>La città apre.</strong>"}

    await desk.change(SAVE, locale="it", text={"headline": "Si apre oggi"}, seen=1)
    stale = (await desk.ask(PAIRS))["pairs"][0]
    assert (stale["state"], stale["sourceBefore"], stale["target"]) == ("STALE", {"text": "Si apre"}, {"text": "开幕"})
    (line,) = await desk.ask(COVERAGE)
    assert [(cell["locale"], cell["state"]) for cell in line["cells"]] == [
        ("it", "DRAFT"), ("zh", "STALE"), ("en", "MISSING"),
    ]  # fmt: skip

    refused = await desk.ask(ACCEPT, blocks=["field:headline"], seen=2, source=1)
    assert refused["userErrors"][0]["code"] == "CONFLICT"
    assert refused["userErrors"][0]["path"] == ["sourceRevision"]
    await desk.change(ACCEPT, blocks=["field:headline"], seen=2, source=2)
    assert [pair["state"] for pair in (await desk.ask(PAIRS))["pairs"]] == ["TRANSLATED", "TRANSLATED"]


async def test_xliff_over_graphql(desk):
    await desk.change(START)
    xliff = await desk.ask('query ($item: ID!) { xliff(item: $item, locale: "zh") }')
    bold = xliff[xliff.index("<source><g") + 8 :].split("</source>")[0]
    source = f"<source>{bold}</source>"
    back = xliff.replace(source, f"{source}<target>{bold.replace('La città apre.', '城市开放。')}</target>")
    importing = f"""mutation ($item: ID!, $xliff: String!) {{
      importXliff(item: $item, locale: "zh", xliff: $xliff, expectedRevision: 1) {{ {DRAFT} }} }}"""
    refused = await desk.ask(importing, xliff="<xliff>")
    assert [(each["code"], each["path"]) for each in refused["userErrors"]] == [("INVALID_INPUT", ["xliff"])]
    saved = await desk.change(importing, xliff=back)
    (block,) = saved["content"]["body"]["content"]
    assert block["content"] == [{"type": "text", "text": "城市开放。", "marks": [{"type": "bold"}]}]


@pytest.mark.parametrize("query", [PAIRS, COVERAGE, 'query ($item: ID!) { xliff(item: $item, locale: "zh") }'])
async def test_strangers_see_no_working_copy(desk, query):
    answer = await desk.client.ask(query, {"item": desk.item})
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["UNAUTHENTICATED"]
