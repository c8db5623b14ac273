"""The demonstration newsroom hangs together: keys, references, languages, and the gaps left on purpose."""

import datetime as dt
import json
import re
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest

from media.scenes import SCENES

CONTENT = files("cms.demo") / "content"


def load(name: str) -> Any:
    return json.loads((CONTENT / name).read_text("utf-8"))


ARTICLES = [load(f"articles/{entry.name}") for entry in (CONTENT / "articles").iterdir()]
VIDEOS, SERIES, FRONT_PAGES = load("videos.json"), load("series.json"), load("front_pages.json")
CONCEPTS, SCHEMES = load("concepts.json"), load("schemes.json")
LOCALES, ORGANISATIONS, CONTRIBUTORS = (load(f"{name}.json") for name in ("locales", "organisations", "contributors"))
ITEMS = [*ARTICLES, *VIDEOS, *SERIES, *FRONT_PAGES]
WRITTEN = ("it", "zh", "en")
TEXTS = [
    pytest.param(locale, text, id=f"{item['key']}-{locale}") for item in ITEMS for locale, text in item["texts"].items()
]
each_item = pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["key"])
each_text = pytest.mark.parametrize(("locale", "text"), TEXTS)

HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-zÀ-ÿ]+")
TELLING = {
    "it": {"il", "di", "che", "una", "non", "della", "sono", "è"},
    "en": {"the", "of", "and", "that", "is", "with", "from"},
}


def keys(records: list[dict[str, Any]], name: str = "key") -> set[str]:
    found = [record[name] for record in records]
    assert len(found) == len(set(found))
    return set(found)


def prose(text: dict[str, Any]) -> str:
    """Everything that a reader sees, without the targets of links."""
    parts = [text["headline"], text["summary"], text.get("shotlist", "")]
    for block in text["body"]:
        parts += [block.get("text", ""), block.get("cite", ""), *block.get("items", [])]
    return re.sub(r"\]\([^)]*\)", "]", "\n".join(parts))


def words(text: dict[str, Any]) -> Counter[str]:
    return Counter(word.lower() for word in LATIN.findall(prose(text)))


def published(items: list[dict[str, Any]], locale: str) -> set[str]:
    return {item["key"] for item in items if item["texts"].get(locale, {}).get("status") == "published"}


def test_keys_are_unique():
    keys(ITEMS)
    keys(CONCEPTS, "uri")
    keys(CONCEPTS, "qcode")
    for entry in (CONTENT / "articles").iterdir():
        assert load(f"articles/{entry.name}")["key"] == entry.name.removesuffix(".json")


def test_locales_fall_back_to_locales():
    tags = keys(LOCALES, "tag")

    assert tags > set(WRITTEN)
    for locale in LOCALES:
        assert set(locale["fallbacks"]) <= tags - {locale["tag"]}


@pytest.mark.parametrize(
    "record", [*ORGANISATIONS, *CONTRIBUTORS, *SCHEMES, *CONCEPTS], ids=lambda record: record["name"]["en"]
)
def test_names_are_given_in_every_language(record):
    assert record["name"].keys() == set(WRITTEN)
    assert HAN.search(record["name"]["zh"])
    assert not HAN.search(record["name"]["it"] + record["name"]["en"])


def test_concepts_bring_all_their_ancestors():
    broader = {concept["uri"]: concept["broader"] for concept in CONCEPTS}
    scheme = {concept["uri"]: concept["scheme"] for concept in CONCEPTS}

    assert set(scheme.values()) == keys(SCHEMES)
    for uri, above in broader.items():
        assert uri.startswith(next(each["uri"] for each in SCHEMES if each["key"] == scheme[uri]))
        assert above is None or scheme[above] == scheme[uri]
        path = [uri]
        while above := broader[path[-1]]:
            assert above not in path
            path.append(above)
    for concept in CONCEPTS:
        assert concept["qcode"].partition(":")[2] == concept["uri"].rpartition("/")[2]


@each_item
def test_references_resolve(item):
    scheme = {concept["uri"]: concept["scheme"] for concept in CONCEPTS}

    assert item["subjects"]
    assert {scheme[uri] for uri in item["subjects"]} == {"mediatopic"}
    assert {scheme[uri] for uri in item["places"]} == {"places"}
    assert item["contributors"]
    assert set(item["contributors"]) <= keys(CONTRIBUTORS)
    assert {credit["organisation"] for credit in item["credits"]} <= keys(ORGANISATIONS)
    assert {credit["role"] for credit in item["credits"]} <= {
        "PRODUCER",
        "CO_PRODUCER",
        "DISTRIBUTOR",
        "SOURCE",
    }
    assert set(item["related"]) <= keys(ITEMS) - {item["key"]}
    assert item.get("lead_video") in {None, *keys(VIDEOS)}


@each_item
def test_an_item_is_ready_to_publish(item):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", item["key"])
    assert 1 <= item["urgency"] <= 9
    assert 0 < item["published_days_ago"] < 30
    assert item["credit_line"]
    assert item["copyright_holder"]
    assert item["usage_terms"]
    assert item["texts"][item["source_locale"]]["status"] == "published"
    assert item["texts"].keys() <= set(WRITTEN)


@pytest.mark.parametrize("text", [pytest.param(case.values[1], id=case.id) for case in TEXTS])
def test_a_text_is_whole(text):
    assert text["status"] in {"published", "draft"}
    assert text["headline"]
    assert not text["headline"].endswith((".", "。"))
    assert text["summary"].endswith((".", "。"))
    assert text["body"]
    for block in text["body"]:
        fields = {"paragraph": {"text"}, "heading": {"text"}, "quote": {"text", "cite"}, "list": {"items"}}
        assert block.keys() == {"type"} | fields[block["type"]]
        assert all(block.values())
        assert prose({**text, "body": [block]}).count("**") % 2 == 0
    for address in re.findall(r"\]\(([^)]*)\)", json.dumps(text["body"])):
        assert re.fullmatch(r"https://[a-z]+\.example/[a-z/-]+", address), "links lead nowhere real"


@each_text
def test_a_text_is_in_its_language(locale, text):
    seen, han = words(text), len(HAN.findall(prose(text)))
    if locale == "zh":
        assert han > 60
        assert sum(seen.values()) <= 3
        assert not seen.keys() & (TELLING["it"] | TELLING["en"])
        assert not re.search(r"[\u4e00-\u9fff][,;:?!.]", prose(text)), "Chinese takes full-width punctuation"
    else:
        other = {"it": "en", "en": "it"}[locale]
        assert sum(seen[word] for word in TELLING[locale]) >= 4
        assert sum(seen[word] for word in TELLING[other]) <= 1
        assert han <= 3
        assert not re.search(r"[\"'，。]", prose(text)), "typographic quotation marks and apostrophes only"


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article["key"])
def test_an_article_has_an_articles_length(article):
    for locale, text in article["texts"].items():
        assert text["dateline_place"] in text["located"] or locale == "zh"
        length, bounds = (
            (len(HAN.findall(prose(text))), range(250, 501))
            if locale == "zh"
            else (words(text).total(), range(150, 301))
        )
        assert length in bounds


@pytest.mark.parametrize("locale", WRITTEN)
def test_every_language_has_news(locale):
    assert len(published(ARTICLES, locale)) >= 9
    assert len(published(VIDEOS, locale)) >= 2
    assert len(published(SERIES, locale)) == 2
    assert len(published(FRONT_PAGES, locale)) == 1


def test_translations_are_missing_where_the_readme_says():
    readme = (files("cms.demo") / "README.md").read_text("utf-8")
    told = readme[readme.index("## Missing on purpose") : readme.index("## Attribution")]
    complete = set.intersection(*(published(ITEMS, locale) for locale in WRITTEN))

    assert set(re.findall(r"`([a-z-]+)`", told)) == keys(ITEMS) - complete
    assert len(complete & keys(ARTICLES)) >= 12
    for gap in ({"it", "en"}, {"zh", "en"}, {"zh"}, {"it"}):
        assert any(item["texts"].keys() == gap for item in ARTICLES)
    assert any(text["status"] == "draft" for item in ARTICLES for text in item["texts"].values())


@pytest.mark.parametrize("video", VIDEOS, ids=lambda video: video["key"])
def test_a_video_can_be_drawn(video):
    assert video["generator"] in SCENES
    assert 6 <= video["seconds"] <= 8
    for text in video["texts"].values():
        times = [int(line[3:5]) for line in text["shotlist"].splitlines()]
        assert times == sorted(set(times))
        assert times[0] == 0
        assert times[-1] < video["seconds"]


@pytest.mark.parametrize("series", SERIES, ids=lambda series: series["key"])
def test_a_series_mixes_articles_and_videos_in_sections(series):
    listed = [entry["item"] for entry in series["entries"]]

    assert len(listed) == len(set(listed)) >= 8
    assert set(listed) <= keys(ARTICLES) | keys(VIDEOS)
    assert set(listed) & keys(VIDEOS)
    assert set(listed) & keys(ARTICLES)
    assert {entry["section"] for entry in series["entries"]} == keys(series["sections"])
    assert len(series["sections"]) >= 3
    for section in series["sections"]:
        assert section["title"].keys() == set(WRITTEN)
        roles = [entry["role"] for entry in series["entries"] if entry["section"] == section["key"]]
        assert set(roles) <= {"LEAD", "RELATED"}
        assert roles[0] == "LEAD"
    starts, ends = (dt.date.fromisoformat(series[name]) for name in ("starts_on", "ends_on"))
    assert starts < ends


@pytest.mark.parametrize("page", FRONT_PAGES, ids=lambda page: page["key"])
def test_a_front_page_pins_and_hides(page):
    listed = [entry["item"] for entry in page["entries"]]

    assert len(listed) == len(set(listed)) >= 8
    assert set(listed) <= keys(ITEMS) - {page["key"]}
    assert set(listed) & keys(SERIES)
    assert {entry["section"] for entry in page["entries"]} == keys(page["sections"])
    assert [entry["item"] for entry in page["entries"] if entry.get("pinned")] == ["due-inverni"]
    hidden = {tag for entry in page["entries"] for tag in entry.get("hidden", ())}
    assert hidden
    assert hidden <= set(WRITTEN)
    for section in page["sections"]:
        assert section["title"].keys() == set(WRITTEN)
        for tag in WRITTEN:
            assert [each for each in page["entries"] if tag not in each.get("hidden", ())]
