"""What holds of every plan, whatever the newsroom has: over drawn states, without a database."""

from dataclasses import replace

import orjson
from hypothesis import given
from hypothesis import strategies as st

from cms.content.models import SHARED
from cms.importing.planning import Outcome, Part, Plan, Standing, agrees, plan_article, shared_of, text_of, wanted_parts
from cms.importing.reading import Article
from cms.importing.records import parse_record
from tests.archives import record

contents = st.sampled_from([{"headline": "Città"}, {"headline": "Altra città"}, {"headline": "城市"}])
"""What an import may bring for a part, and what an editor may have made of it."""


@st.composite
def parts(draw) -> Part:
    revision = draw(st.integers(1, 5))
    live = draw(st.one_of(st.none(), st.integers(1, revision)))
    return Part(
        content=draw(contents) | {"summary": draw(st.sampled_from([None, "Sommario"]))},
        revision=revision,
        live=live,
        imported=draw(st.one_of(st.none(), contents)),
        edited=draw(st.booleans()),
        idle=draw(st.booleans()),
        withdrawn=live is None and draw(st.booleans()),
    )


locales = st.sampled_from(["it", "zh", "en"])


@st.composite
def standings(draw) -> Standing:
    texts = draw(st.dictionaries(locales, parts()))
    return Standing(1, "it", draw(st.booleans()), {SHARED: draw(parts()), **texts})


@st.composite
def wants(draw) -> dict:
    texts = draw(st.dictionaries(locales, contents, min_size=1))
    return ({SHARED: draw(contents)} if "it" in texts else {}) | texts


def carried_out(plan: Plan, standing: Standing | None) -> Standing:
    """The newsroom after the plan, as the commands leave it."""
    after = dict(standing.parts) if standing else {}
    for name, changes in plan.saves.items():
        before = after.get(name) or Part({}, 0)
        after[name] = replace(
            before, content={**before.content, **changes}, revision=before.revision + 1, imported=changes, edited=False
        )
    for name in plan.publishes:
        revision = after[name].revision + 1
        after[name] = replace(after[name], revision=revision, live=revision, imported=after[name].content, edited=False)
    return replace(standing, parts=after) if standing else Standing(1, "it", usable=True, parts=after)


@given(wants(), st.one_of(st.none(), standings()), st.booleans())
def test_importing_twice_does_what_importing_once_does(wanted, standing, publish):
    wanted = wanted if standing else {SHARED: {}, "it": {}, **wanted}
    after = carried_out(plan_article(wanted, standing, publish=publish), standing)
    again = plan_article(wanted, after, publish=publish)
    assert (again.saves, again.publishes) == ({}, [])
    assert Outcome.CREATED not in again.outcomes.values()


@given(wants(), standings(), st.booleans())
def test_what_editors_work_on_is_neither_overwritten_nor_let_out(wanted, standing, publish):
    plan = plan_article(wanted, standing, publish=publish)
    touched = {*plan.saves, *plan.publishes}
    for name in touched & set(standing.parts):
        part = standing.parts[name]
        assert standing.usable
        assert part.imported is not None, "no import ever filled it"
        assert part.idle, "it is under review or scheduled"
        if part.edited:
            assert part.live == part.revision, "an unpublished edit"
            assert all(part.content.get(field) == part.imported.get(field) for field in wanted[name])
        assert not (part.withdrawn and name in plan.publishes), "it was taken off"


@given(wants(), st.one_of(st.none(), standings()), st.booleans())
def test_a_plan_does_what_its_outcomes_say(wanted, standing, publish):
    wanted = wanted if standing else {SHARED: {}, "it": {}, **wanted}
    plan = plan_article(wanted, standing, publish=publish)
    assert set(plan.outcomes) == set(wanted) - {SHARED}
    for name, outcome in plan.outcomes.items():
        is_there = standing is not None and name in standing.parts
        if outcome in {Outcome.UNCHANGED, Outcome.KEPT}:
            assert name not in {*plan.saves, *plan.publishes}
        assert (outcome is Outcome.CREATED) <= (not is_there)
        if outcome is Outcome.UNCHANGED and standing:
            part = standing.parts[name]
            assert agrees(part.content, wanted[name]) or agrees(part.imported or {}, wanted[name])
    if not publish:
        assert plan.publishes == []
    for name, fields in plan.saves.items():
        assert fields == wanted[name]


@given(wants(), standings())
def test_a_shared_part_never_goes_live_before_a_text(wanted, standing):
    plan = plan_article(wanted, standing, publish=True)
    if standing.parts[SHARED].live is None:
        assert plan.publishes == [] or set(plan.publishes) != {SHARED}


def test_a_text_keeps_its_blocks_names_from_import_to_import():
    def blocks(text: str) -> list[tuple[str, str]]:
        body = text_of(parse_record(1, dumped(record(1, text=text)), source=None, default_source="f"))["body"]
        return [(block["attrs"]["id"], block["content"][0]["text"]) for block in body["content"]]

    assert blocks("Uno.\nDue.") == [("p1", "Uno."), ("p2", "Due.")]
    assert blocks("Uno.\nNuovo.\nDue.")[0] == ("p1", "Uno.")


def test_the_shared_part_says_where_an_article_is_from():
    read = parse_record(
        1,
        dumped(record(1, publisher="ANSA", url="https://example.org/1", topic="sport")),
        source=None,
        default_source="f",
    )
    assert shared_of(read) == {
        "credit_line": "ANSA",
        "editorial_note": "Imported from prova: doc-1\nhttps://example.org/1\nTopic: sport",
    }
    plain = parse_record(1, dumped(record(1)), source=None, default_source="f")
    assert shared_of(plain)["credit_line"] == "prova"


def test_the_shared_part_comes_with_the_text_in_the_source_locale_only():
    texts = {
        locale: parse_record(1, dumped(record(1, locale)), source=None, default_source="f") for locale in ("zh", "it")
    }
    article = Article("urn:1", texts)
    fields = {locale: text_of(text) for locale, text in texts.items()}
    assert SHARED in wanted_parts(article, fields, None)
    assert SHARED not in wanted_parts(article, {"it": fields["it"]}, None)
    assert SHARED in wanted_parts(article, {"it": fields["it"]}, Standing(1, "it", usable=True, parts={}))
    assert SHARED not in wanted_parts(article, fields, Standing(1, "en", usable=True, parts={}))


def dumped(fields: dict) -> bytes:
    return orjson.dumps(fields)
