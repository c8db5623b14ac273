"""A day of the newsroom, over HTTP: written in Italian, translated, published, found, corrected, taken off."""

from contextlib import AsyncExitStack

from cms.content.body import from_text
from tests.flows.offices import Client, Office
from tests.flows.test_kills import index_rests
from tests.flows.writers import CREATE, PUBLISH, SAVE, UNPUBLISH

TEXTS = {
    "it": (
        "L’università apre la città ai giovani",
        "Il governo ha deciso ieri.\nLe città italiane e l'università di Milano sono d'accordo.",
    ),
    "zh": ("大学向年轻人开放城市", "中国记者在罗马采访了意大利总理。\n大学表示同意。"),
    "en": ("The university opens the city to the young", "The government decided yesterday.\nCities agree."),
}
ITALIAN = "l-universita-apre-la-citta-ai-giovani"
"""The slug that its headline makes."""

FOUND = [
    ("it", "citta", "L’università apre la <mark>città</mark> ai giovani"),
    ("it", "universita", "<mark>università</mark>"),
    ("it", "governi", "Il <mark>governo</mark> ha deciso ieri."),
    ("zh", "记者", "中国<mark>记者</mark>在罗马"),
    ("zh", "意大利总理", "<mark>意大利总理</mark>"),
    ("en", "governments", "The <mark>government</mark> decided"),
    ("en", "city", "<mark>Cities</mark> agree"),
]

ARTICLE = """query ($slug: String!, $locale: Locale!) {
    article(slug: $slug, locale: $locale, fallback: CHAIN) {
        id uri slug headline locale requestedLocale localeReason version localizations { locale slug }
    }
}"""
SEARCH = """query ($text: String!, $locale: Locale!, $first: Int = 20, $after: String) {
    search(query: $text, locale: $locale, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        edges { node { headline locale localeReason } snippets { field html } }
    }
}"""
SURFACES = """query ($slug: String!, $id: ID!, $text: String!) {
    article(slug: $slug, locale: "it") { headline }
    articles(locale: "it") { totalCount edges { node { headline } } }
    node(id: $id) { id }
    nodes(ids: [$id]) { id }
    search(query: $text, locale: "it") { totalCount edges { node { headline } } }
    changes { edges { node { type item { headline } } } }
}"""


async def test_a_day_of_the_newsroom(database, database_url, tmp_path):
    async with Office.open(tmp_path, database_url) as office, AsyncExitStack() as stack:
        office.start_web()
        desk, reader = [await stack.enter_async_context(office.client()) for _ in range(2)]
        item = await write_and_translate(desk)
        await desk.ask(PUBLISH, item=item, locales=["it", "en"])
        assert await read(reader, "it") == ("it", "it", "REQUESTED")
        assert await read(reader, "zh", slug="the-university-opens-the-city-to-the-young") == ("zh", "en", "FALLBACK")
        await desk.ask(PUBLISH, item=item, locales=["zh"])
        assert await read(reader, "zh", slug="大学向年轻人开放城市") == ("zh", "zh", "REQUESTED")
        worker = office.start_worker()
        await index_rests(tmp_path)
        await assert_found(reader)
        await assert_pages_follow_each_other(desk, reader, tmp_path)

        office.stop(worker)  # from here on the index is behind: nothing may be told that is no longer so
        corrected = "L’università di Milano apre la città agli anziani"
        await correct(desk, item, corrected)
        article = (await reader.ask(ARTICLE, slug=ITALIAN, locale="it"))["article"]
        assert article["headline"] == corrected
        assert (await reader.ask(SEARCH, text="giovani", locale="it"))["search"]["totalCount"] == 0

        gone = (await reader.ask(ARTICLE, slug=ITALIAN, locale="it"))["article"]["id"]
        await desk.ask(UNPUBLISH, item=item, locales=["it", "zh", "en"])
        for text in ("città", "universita"):
            answer = await reader.ask(SURFACES, slug=ITALIAN, id=gone, text=text)
            assert answer["article"] is None
            assert answer["articles"] == {"totalCount": 0, "edges": []}
            assert answer["node"] is None
            assert answer["nodes"] == [None]
            assert answer["search"] == {"totalCount": 0, "edges": []}
            told = [(edge["node"]["type"], edge["node"]["item"]) for edge in answer["changes"]["edges"]]
            assert told.count(("UNPUBLISHED", None)) == len(told)
        office.start_worker()
        await index_rests(tmp_path)
        assert (await reader.ask(SEARCH, text="città", locale="it"))["search"]["totalCount"] == 0


async def write_and_translate(desk: Client) -> str:
    """The article's id; each translation is begun, and saved once more."""
    headline, body = TEXTS["it"]
    text = {"headline": headline, "body": from_text(body).document}
    item: str = (await desk.ask(CREATE, input={"locale": "it", "text": text}))["createArticle"]["result"]["item"]
    for locale in ("zh", "en"):
        headline, body = TEXTS[locale]
        begun = await desk.ask(SAVE, input={"item": item, "locale": locale, "text": {"headline": headline}})
        assert begun["saveDraft"]["result"]["revision"] == 1
        given = {"item": item, "locale": locale, "text": {"body": from_text(body).document}}
        assert (await desk.ask(SAVE, input=given, seen=1))["saveDraft"]["result"]["revision"] == 2
    return item


async def read(reader: Client, locale: str, *, slug: str = ITALIAN) -> tuple[str, str, str]:
    """The locale asked for, the one served, and why."""
    article = (await reader.ask(ARTICLE, slug=slug, locale=locale))["article"]
    assert article["headline"] == TEXTS[article["locale"]][0]
    return article["requestedLocale"], article["locale"], article["localeReason"]


async def assert_found(reader: Client) -> None:
    """In each language what a reader types finds what was written, marked as it was written."""
    for locale, typed, marked in FOUND:
        found = (await reader.ask(SEARCH, text=typed, locale=locale))["search"]
        assert found["totalCount"] == 1, typed
        (edge,) = found["edges"]
        assert edge["node"] == {"headline": TEXTS[locale][0], "locale": locale, "localeReason": "REQUESTED"}
        assert any(marked in snippet["html"] for snippet in edge["snippets"]), (typed, edge["snippets"])
    assert (await reader.ask(SEARCH, text="记者", locale="it"))["search"]["totalCount"] == 0
    assert (await reader.ask(SEARCH, text="università", locale="zh-Hant"))["search"]["totalCount"] == 0


async def assert_pages_follow_each_other(desk: Client, reader: Client, folder) -> None:
    """Page by page every hit comes once; what changed since it was indexed is left out of hits and total alike."""
    items = []
    for number in range(7):
        text = {"headline": f"Neve numero {number}", "body": from_text("Cade da ieri.").document}
        created = await desk.ask(CREATE, input={"locale": "it", "text": text})
        items.append(created["createArticle"]["result"]["item"])
        await desk.ask(PUBLISH, item=items[-1], locales=["it"])
    await index_rests(folder)
    seen, after, totals = [], None, set()
    while True:
        page = (await reader.ask(SEARCH, text="neve", locale="it", first=3, after=after))["search"]
        seen += [edge["node"]["headline"] for edge in page["edges"]]
        totals.add(page["totalCount"])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert sorted(seen) == [f"Neve numero {number}" for number in range(7)]
    assert totals == {7}
    for item in items:
        await desk.ask(UNPUBLISH, item=item, locales=["it"])
    assert (await reader.ask(SEARCH, text="neve", locale="it"))["search"]["totalCount"] == 0


async def correct(desk: Client, item: str, headline: str) -> None:
    """Save over the revision that stands, and publish."""
    given = {"item": item, "locale": "it", "text": {"headline": headline}}
    refused = (await desk.ask(SAVE, input=given, seen=99))["saveDraft"]["userErrors"]
    (error,) = refused
    assert error["code"] == "CONFLICT"
    saved = await desk.ask(SAVE, input=given, seen=error["currentRevision"])
    assert saved["saveDraft"]["result"]["headline"] == headline
    await desk.ask(PUBLISH, item=item, locales=["it"])
