"""What an editor may put into a field, and what comes of it."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from cms.content.parts import SharedPart, TextPart
from cms.errors import BodyError, InvalidInputError

TEXT = TextPart(headline="国际新闻", summary="Sommario", located="Milano", dateline_date="2026-03-01T12:00:00+00:00")
SHARED = SharedPart(urgency=2, subjects=[3, 1], credit_line="Ansa")


def test_only_the_named_fields_change():
    changed = TEXT.changed({"summary": "  两行\r\n摘要 ", "located": "Cortina"})
    assert changed.to_json() == {**TEXT.to_json(), "summary": "两行\n摘要", "located": "Cortina"}
    assert TEXT.changed({}) == TEXT
    assert SHARED.changed({"urgency": 9}).to_json() == {**SHARED.to_json(), "urgency": 9}


def test_null_empties_a_field():
    changed = TEXT.changed({"summary": None, "located": None, "dateline_date": None, "body": None, "slug": None})
    assert changed == TextPart(headline="国际新闻", body=changed.body)
    assert changed.body["type"] == "doc"
    assert SHARED.changed({"urgency": None, "subjects": None, "credit_line": None}) == SharedPart()


@pytest.mark.parametrize("blank", ["", "  \t"])
def test_a_blank_line_empties_a_field(blank: str):
    assert TEXT.changed({"summary": blank, "located": blank.strip()}).summary is None


@pytest.mark.parametrize("headline", [None, "", "   "])
def test_a_text_has_a_headline(headline: str | None):
    with pytest.raises(InvalidInputError, match="headline must not be empty") as caught:
        TEXT.changed({"headline": headline})
    assert caught.value.path == ("headline",)


def test_a_part_survives_its_json():
    assert TextPart.from_json(TEXT.to_json()) == TEXT
    assert SharedPart.from_json({**SHARED.to_json(), "of_a_newer_release": 1}) == SHARED
    assert TextPart.from_json({"headline": "Neve"}).body == TextPart().body


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("headline", "雪" * 301, "at most 300"),
        ("headline", "Neve\nsulle Alpi", "single line"),
        ("headline", "Neve\x00", "U[+]0000"),
        ("headline", "雪\ud83d", "U[+]D83D"),
        ("headline", 7, "must be text"),
        ("slug", "Neve", "lower case"),
        ("slug", "neve sulle alpi", "letters, digits and hyphens"),
        ("slug", "-neve", "hyphen"),
        ("slug", "雪" * 121, "at most 120"),
        ("slug", "", "1 to 120"),
        ("summary", "要" * 5_001, "at most 5,000"),
        ("summary", "要\x07", "U[+]0007"),
        ("dateline_place", "p" * 201, "at most 200"),
        ("located", "Cortina\ufffe", "U[+]FFFE"),
        ("dateline_date", "ieri", "date and time with an offset"),
        ("dateline_date", "2026-03-01", "date and time with an offset"),
        ("dateline_date", datetime(2026, 3, 1), "date and time with an offset"),  # noqa: DTZ001 - the point
        ("dateline_date", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8))), "years 1 to 9999"),
        ("dateline_date", 1_772_366_400, "date and time with an offset"),
        ("version", 3, "no field 'version'"),
    ],
)
def test_a_text_field_that_does_not_fit(name: str, value: Any, message: str):
    with pytest.raises(InvalidInputError, match=message) as caught:
        TEXT.changed({"located": "Livigno", name: value})
    assert caught.value.path[0] == name


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("urgency", 0, ("urgency",)),
        ("urgency", 10, ("urgency",)),
        ("urgency", True, ("urgency",)),
        ("urgency", "5", ("urgency",)),
        ("urgency", 5.0, ("urgency",)),
        ("subjects", "12", ("subjects",)),
        ("subjects", 12, ("subjects",)),
        ("subjects", [1, "2"], ("subjects", 1)),
        ("subjects", [[1]], ("subjects", 0)),
        ("subjects", [True], ("subjects", 0)),
        ("subjects", [-1], ("subjects", 0)),
        ("contributors", [2**63], ("contributors", 0)),
        ("contributors", list(range(501)), ("contributors",)),
        ("related", [1, None], ("related", 1)),
        ("lead_video", "7", ("lead_video",)),
        ("lead_video", [7], ("lead_video",)),
        ("copyright_holder", "©" * 301, ("copyright_holder",)),
        ("credit_line", "riga\nriga", ("credit_line",)),
        ("usage_terms", "u" * 5_001, ("usage_terms",)),
        ("editorial_note", "\udc80", ("editorial_note",)),
        ("occasion", "冬奥会\x00", ("occasion",)),
        ("starts_on", "domani", ("starts_on",)),
        ("credits", {"organisation": 1}, ("credits",)),
        ("credits", [7], ("credits", 0)),
        ("credits", [{"organisation": 1}], ("credits", 0, "role")),
        ("credits", [{"organisation": 1, "role": "CUOCO"}], ("credits", 0, "role")),
        ("credits", [{"organisation": 1, "role": ["SOURCE"]}], ("credits", 0, "role")),
        ("credits", [{"organisation": "x", "role": "SOURCE"}], ("credits", 0, "organisation")),
        ("sections", [{"key": "gare"}], ("sections", 0, "titles")),
        ("sections", [{"key": " ", "titles": {}}], ("sections", 0, "key")),
        ("sections", [{"key": "比" * 101, "titles": {}}], ("sections", 0, "key")),
        ("sections", [{"key": "a", "titles": {}}, {"key": "a ", "titles": {}}], ("sections", 1, "key")),
        ("sections", [{"key": "a", "titles": ["Gare"]}], ("sections", 0, "titles")),
        ("sections", [{"key": "a", "titles": {"zh": "比赛\x00"}}], ("sections", 0, "titles", "zh")),
        ("sections", [{"key": "a", "titles": {"zh\ud800": "比赛"}}], ("sections", 0, "titles")),
        ("entries", [{"item": 1}], ("entries", 0, "role")),
        ("entries", [{"item": None, "role": "LEAD"}], ("entries", 0, "item")),
        ("entries", [{"item": 1, "role": "FIRST"}], ("entries", 0, "role")),
        ("entries", [{"item": 1, "role": "LEAD"}, {"item": 1, "role": "RELATED"}], ("entries", 1, "item")),
        ("entries", [{"item": 1, "role": "LEAD", "section": "s" * 101}], ("entries", 0, "section")),
        ("entries", [{"item": 1, "role": "LEAD", "section": "\x1b"}], ("entries", 0, "section")),
        ("headline", "Neve", ("headline",)),
    ],
)
def test_a_shared_field_that_does_not_fit(name: str, value: Any, path: tuple[str | int, ...]):
    with pytest.raises(InvalidInputError) as caught:
        SHARED.changed({name: value})
    assert caught.value.path == path


def test_lists_lose_what_is_there_twice():
    part = SHARED.changed(
        {
            "subjects": [7, 3, 7],
            "credits": [
                {"organisation": 1, "role": "SOURCE", "stray": True},
                {"organisation": 1, "role": "PRODUCER"},
                {"organisation": 1, "role": "SOURCE"},
            ],
            "sections": [{"key": " gare ", "titles": {"zh": " 比赛 "}, "stray": 1}],
            "entries": [{"item": 9, "role": "LEAD"}, {"item": 8, "role": "RELATED", "section": "gare"}],
        }
    )
    assert part.subjects == [7, 3]
    assert part.credits == [{"organisation": 1, "role": "SOURCE"}, {"organisation": 1, "role": "PRODUCER"}]
    assert part.sections == [{"key": "gare", "titles": {"zh": "比赛"}}]
    assert [(each["item"], each["section"], each["role"]) for each in part.entries] == [
        (9, None, "LEAD"),
        (8, "gare", "RELATED"),
    ]


def test_instants_are_kept_in_utc():
    milano = timezone(timedelta(hours=1))
    changed = TEXT.changed({"dateline_date": datetime(2026, 3, 1, 0, 30, tzinfo=milano)})
    assert changed.dateline_date == "2026-02-28T23:30:00+00:00"
    assert TEXT.changed({"dateline_date": "2026-03-01T08:00:00+08:00"}).dateline_date == "2026-03-01T00:00:00+00:00"


def test_an_occasion_ends_after_it_begins():
    start = datetime(2026, 2, 6, 20, tzinfo=UTC)
    part = SHARED.changed({"starts_on": start, "ends_on": start})
    assert part.changed({"ends_on": start + timedelta(microseconds=1)}).ends_on == "2026-02-06T20:00:00.000001+00:00"
    for changes in ({"ends_on": start - timedelta(microseconds=1)}, {"starts_on": start + timedelta(microseconds=1)}):
        with pytest.raises(InvalidInputError, match="cannot end before"):
            part.changed(changes)
    assert part.changed({"starts_on": None, "ends_on": datetime(2020, 1, 1, tzinfo=UTC)}).starts_on is None


def test_an_error_inside_a_body_says_where():
    link = {"type": "text", "text": "qui", "marks": [{"type": "link", "attrs": {"href": "javascript:alert(1)"}}]}
    with pytest.raises(BodyError) as caught:
        TEXT.changed({"body": {"type": "doc", "content": [{"type": "paragraph", "content": [link]}]}})
    assert caught.value.path[0] == "body"
    assert len(caught.value.path) > 1
