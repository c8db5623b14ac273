"""What is measured: five operations, the variables they are asked with, and what a right answer holds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.nodes import encode_id
from cms.content.models import Draft, Edition, Item, Kind
from tests.bench.corpus import Corpus

PAGE, ENTRIES = 20, 30
Variables = dict[str, Any]
Data = Mapping[str, Any]


def _as_it_is(variables: Variables, _data: Data) -> Variables:
    return variables


@dataclass(frozen=True)
class Operation:
    """One operation. `check(variables, data)` raises AssertionError at a wrong answer.

    `advance(variables, data)` gives the variables with which the same thing can be asked again.
    """

    name: str
    what: str
    text: str
    check: Callable[[Variables, Data], None]
    advance: Callable[[Variables, Data], Variables] = _as_it_is
    writes: bool = False


def _check_article(variables: Variables, data: Data) -> None:
    article = data["article"]
    assert article["slug"] == variables["slug"]
    assert article["body"]["html"].startswith("<p")
    assert len(article["contributors"]) == 1
    assert article["subjects"]
    assert len(article["series"]["edges"]) == 1


def _check_latest(_variables: Variables, data: Data) -> None:
    nodes = [edge["node"] for edge in data["articles"]["edges"]]
    assert len(nodes) == PAGE
    assert all(each["headline"] and each["summary"] and each["contributors"] and each["subjects"] for each in nodes)
    times = [each["publishedAt"] for each in nodes]
    assert times == sorted(times, reverse=True)


def _check_series(variables: Variables, data: Data) -> None:
    entries = [edge["node"] for edge in data["focusSeries"]["entries"]["edges"]]
    assert data["focusSeries"]["slug"] == variables["slug"]
    assert [each["position"] for each in entries] == list(range(1, len(entries) + 1))
    assert len(entries) == min(ENTRIES, len(entries) or ENTRIES)
    assert all(each["item"]["headline"] and each["item"]["leadVideo"]["download"] for each in entries)


def _check_found(variables: Variables, data: Data) -> None:
    edges = data["search"]["edges"]
    assert 1 <= len(edges) <= PAGE, variables
    assert len(edges) == min(PAGE, data["search"]["totalCount"]), variables
    assert all("<mark>" in edge["snippets"][0]["html"] for edge in edges)


def _check_published(variables: Variables, data: Data) -> None:
    assert data["saveDraft"]["userErrors"] == []
    assert data["saveDraft"]["result"] == {
        "revision": variables["revision"] + 2,
        "headline": variables["headline"],
    }


def _next_headline(variables: Variables, _data: Data) -> Variables:
    """Saving makes a revision, and so does publishing."""
    revision = variables["revision"] + 2
    return {**variables, "revision": revision, "headline": f"Titolo nuovo, revisione {revision}"}


ARTICLE = Operation(
    "Q1",
    "article by slug, with its HTML",
    """
    query ($slug: String!, $locale: Locale!) {
      article(slug: $slug, locale: $locale) {
        slug headline summary publishedAt localeReason
        body { html }
        contributors { name }
        subjects { name uri }
        series { edges { node { slug headline } } }
      }
    }
    """,
    _check_article,
)
LATEST = Operation(
    "Q2",
    "latest 20 articles",
    """
    query ($locale: Locale!) {
      articles(locale: $locale, first: 20) {
        edges { node { headline summary publishedAt contributors { name } subjects { name } } }
      }
    }
    """,
    _check_latest,
)
SERIES = Operation(
    "Q3",
    "series of 30 articles and videos",
    """
    query ($slug: String!, $locale: Locale!) {
      focusSeries(slug: $slug, locale: $locale) {
        slug headline
        entries(first: 30) {
          edges {
            node {
              position
              item { headline summary ... on Article { leadVideo { headline duration download } } }
            }
          }
        }
      }
    }
    """,
    _check_series,
)
SEARCH = Operation(
    "Q4",
    "search, first 20, with snippets",
    """
    query ($query: String!, $locale: Locale!) {
      search(query: $query, locale: $locale, first: 20) {
        totalCount
        edges { score node { slug headline } snippets { field html } }
      }
    }
    """,
    _check_found,
)
PUBLISH = Operation(
    "Q5",
    "headline saved and published",
    """
    mutation ($item: ID!, $locale: Locale!, $headline: String!, $revision: Int!) {
      saveDraft(
        input: {item: $item, locale: $locale, text: {headline: $headline}}
        expectedRevision: $revision
        publish: true
      ) {
        result { revision headline }
        userErrors { code message }
      }
    }
    """,
    _check_published,
    _next_headline,
    writes=True,
)
OPERATIONS = {each.name: each for each in (ARTICLE, LATEST, SERIES, SEARCH, PUBLISH)}
ASKED_WITH = 200
"""Different variables of one operation, where there are so many."""


async def asked_with(corpus: Corpus) -> dict[str, list[Variables]]:
    """The variables of each operation, from the corpus and the newsroom that was made of it."""
    series = list(corpus.records("series"))
    members = sorted({article for each in series for article in each["articles"]})
    slugs = {each["id"]: each["locales"]["it"]["slug"] for each in corpus.records("articles")}
    words = {locale: [word.strip() for word, _ in corpus.words(locale)] for locale in ("it", "zh")}
    found = {
        "Q1": [{"slug": slugs[each], "locale": "it"} for each in _some(members)],
        "Q2": [{"locale": "it"}],
        "Q3": [{"slug": f"{each['slug']}-it", "locale": "it"} for each in series],
        "Q4": [
            {"query": word, "locale": locale}
            for pair in zip(*words.values(), strict=False)
            for locale, word in zip(words, pair, strict=True)
        ],
        "Q5": await _drafts(),
    }
    assert all(found.values()), "the corpus is too small to be asked"
    return found


def _some(values: Sequence[Any]) -> Iterable[Any]:
    return values[:: max(1, len(values) // ASKED_WITH)]


async def _drafts() -> list[Variables]:
    """Italian drafts of articles that are public, each with the revision it stands at."""
    editions = Edition.filter(kind=Kind.ARTICLE, locale="it")
    ids = _some(await editions.order_by("item_id").values_list("item_id", flat=True))
    drafts = await Draft.filter(item_id__in=list(ids), locale="it").only("id", "item_id", "revision")
    assert await Item.exists()
    return [
        {
            "item": encode_id("Item", each.item_id),
            "locale": "it",
            "headline": f"Titolo nuovo, revisione {each.revision}",
            "revision": each.revision,
        }
        for each in drafts
    ]
