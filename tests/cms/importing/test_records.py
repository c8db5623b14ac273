import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.importing.planning import text_of
from cms.importing.records import LineError, Record, parse_record, uri_of
from cms.plaintext import UNPUBLISHABLE
from tests.archives import record


def parse(fields: object, **options: str | None) -> Record:
    raw = fields if isinstance(fields, bytes) else json.dumps(fields, ensure_ascii=False).encode()
    return parse_record(1, raw, **{"source": None, "default_source": "file"} | options)


def test_a_record_is_read():
    read = parse(record(7, "ZH-hans-cn", title="  记者\n在现场 ", original=True, publisher="新华社", extra=[1]))
    assert (read.doc_id, read.locale, read.headline) == ("doc-7", "zh-Hans-CN", "记者 在现场")
    assert (read.original, read.publisher, read.url, read.notice) == (True, "新华社", None, None)
    assert read.uri == "urn:polyfocal:import:prova:doc-7"


@pytest.mark.parametrize(
    ("given_source", "own", "found"),
    [(None, "ansa", "ansa"), (None, None, "file"), (None, "  ", "file"), ("cli", "ansa", "cli")],
)
def test_the_source_is_the_one_given_else_its_own_else_the_files(given_source, own, found):
    assert parse(record(source=own), source=given_source).source == found


def test_a_number_names_a_document_too():
    assert parse(record(doc_id=17)).doc_id == "17"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"{", "not JSON"),
        (b'{"title": "citt\xe0"}', "not UTF-8 (byte 16)"),
        (b"[" * 100_000, "too deep"),
        (b'{"doc_id": 1' + b"0" * 5_000 + b"}", "too long"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (record(title=None), "title is missing"),
        (record(text=None), "text is missing"),
        (record(doc_id=None), "doc_id is missing"),
        (record(locale=None), "locale is missing"),
        (record(doc_id=True), "doc_id is not a text"),
        (record(text=["a"]), "text is not a text"),
        (record(title=" \n "), "title is empty"),
        (record(title="citt\0à"), "title holds the unprintable character U+0000"),
        (b'{"title": "\\ud800", "locale": "zh", "text": "x"}', "title holds the unprintable character U+D800"),
        (record(text="a\x97b"), "text holds the unprintable character U+0097"),
        (record(title="x" * 5_000_000), "title has 5000000 characters"),
        (record(doc_id="x" * 501), "doc_id has 501 characters"),
        (record(doc_id="城" * 200), "make a uri of"),
        (record(locale="italiano!"), "no BCP 47 tag"),
        (record(locale="xx-" + "a" * 40), "locale has"),
        (record(original="sì"), "original is neither true nor false"),
        (record(url="x" * 2_001), "url has 2001 characters"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_record_is_told_why(line, says):
    with pytest.raises(LineError) as refused:
        parse(line)
    assert says in str(refused.value)


def test_a_long_title_is_cut_between_words_and_that_is_told():
    read = parse(record(title="parola " * 60))
    assert read.headline == "parola " * 41 + "parola…"
    assert read.notice == "title has 419 characters; the headline is cut to 300"
    assert len(parse(record(title="城" * 400)).headline) == 300


@given(st.text(), st.text(), st.text(), st.text())
def test_two_documents_never_share_a_uri(source, doc_id, other_source, other_id):
    encodable = all(not UNPUBLISHABLE.search(each) for each in (source, doc_id, other_source, other_id))
    if encodable and (source, doc_id) != (other_source, other_id):
        assert uri_of(source, doc_id) != uri_of(other_source, other_id)


values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.lists(st.text(), max_size=2))
names = st.sampled_from(["doc_id", "locale", "title", "text", "source", "original", "publisher", "url", "topic"])
lines = st.one_of(
    st.binary(max_size=60),
    st.dictionaries(names, values).map(json.dumps).map(str.encode),
    st.fixed_dictionaries(
        {"doc_id": st.text(max_size=9), "locale": st.sampled_from(["it", "zh"]), "title": st.text(), "text": st.text()},
        optional={"source": st.text(), "publisher": st.text(), "original": st.booleans(), "topic": st.text()},
    ).map(json.dumps).map(str.encode),
)  # fmt: skip


@given(lines)
def test_any_line_is_refused_or_becomes_a_text_that_can_be_stored(line):
    try:
        read = parse(line)
    except LineError:
        return
    texts = (read.headline, read.text, read.source, read.doc_id, read.publisher or "", read.topic or "")
    assert not any(UNPUBLISHABLE.search(text) for text in texts)
    assert read.headline == " ".join(read.headline.split()) != ""
    fields = text_of(read)
    assert fields == text_of(parse(line)), "read again it is another"
