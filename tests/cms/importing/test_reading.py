import gzip

import pytest

from cms.importing import reading
from cms.importing.reading import ArchiveError, read_archive
from tests.archives import record, records, write_archive


def said(archive):
    return [(each.line, each.message) for each in archive.complaints]


def test_the_texts_of_a_document_are_one_article(tmp_path):
    archive = read_archive(write_archive(tmp_path / "news.jsonl", [*records(2), record(0, "zh-Hant", text="城市")]))
    assert [list(article.texts) for article in archive.articles] == [["it", "zh", "en", "zh-Hant"], ["it", "zh", "en"]]
    assert (archive.records, archive.locales, archive.complaints) == (7, ("it", "zh", "en", "zh-Hant"), [])


@pytest.mark.parametrize(("marked", "source"), [(None, "it"), ("zh", "zh")])
def test_the_source_locale_is_the_originals_else_the_first(tmp_path, marked, source):
    lines = [record(1, locale, original=True if locale == marked else None) for locale in ("it", "zh", "en")]
    (article,) = read_archive(write_archive(tmp_path / "news.jsonl", lines)).articles
    assert article.source_locale == source


def test_bad_lines_are_told_by_number_and_the_others_read(tmp_path):
    lines = [record(1), b"{", b"", record(2, title=""), b"\xff", record(2, "zh")]
    archive = read_archive(write_archive(tmp_path / "news.jsonl", lines))
    assert [number for number, _ in said(archive)] == [2, 4, 5]
    assert archive.records == 2


def test_of_two_lines_for_one_text_the_later_holds(tmp_path):
    lines = [record(1, title="Prima"), record(1, "zh"), record(1, title="Seconda")]
    archive = read_archive(write_archive(tmp_path / "news.jsonl", lines))
    assert archive.articles[0].texts["it"].headline == "Seconda"
    assert said(archive) == [(1, "replaced by line 3, which has the same doc_id and locale")]


def test_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    path = write_archive(tmp_path / "news.jsonl", records(2))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    archive = read_archive(path)
    assert (archive.records, archive.complaints) == (6, [])


def test_a_line_that_is_too_long_is_skipped_without_being_held(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "LINE_MOST", 1_000)
    lines = [record(1), record(2, text="x" * 5_000), record(3), record(4, text="x" * 2_000)]
    archive = read_archive(write_archive(tmp_path / "news.jsonl", lines))
    assert said(archive) == [(2, "longer than 1,000 bytes"), (4, "longer than 1,000 bytes")]
    assert archive.records == 2


def test_gzip_is_known_by_its_bytes_not_by_its_name(tmp_path):
    plain = write_archive(tmp_path / "news.jsonl.gz", records(3))
    packed = tmp_path / "news.jsonl"
    packed.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
    assert read_archive(plain).records == read_archive(packed).records == 9
    assert read_archive(plain).articles[0].texts["zh"].source == "prova"


def test_without_a_source_of_its_own_a_record_has_the_files_name(tmp_path):
    for name in ("agenzia.jsonl", "agenzia.jsonl.gz", "agenzia"):
        (article,) = read_archive(write_archive(tmp_path / name, [record(1, source=None)])).articles
        assert article.uri == "urn:polyfocal:import:agenzia:doc-1"


def damaged_files():
    packed = gzip.compress(b'{"doc_id": "1"}\n' * 2_000 + bytes(range(256)) * 40, mtime=0)
    yield "gone", None, "No such file"
    yield "empty", b"", "holds no records"
    yield "blank", b"\n \n\r\n", "holds no records"
    yield "nothing packed", gzip.compress(b"", mtime=0), "holds no records"
    yield "cut", packed[: len(packed) // 2], "cut off"
    yield "flipped", packed[:30] + bytes([packed[30] ^ 0xFF]) + packed[31:], "damaged"
    yield "checksum", packed[:-8] + b"\0\0\0\0" + packed[-4:], "damaged after line"
    yield "no gzip", b"\x1f\x8b" + b'{"doc_id": "1"}\n', "damaged"
    yield "tail", packed + b"garbage", "damaged"


@pytest.mark.parametrize(
    ("name", "content", "says"), [*damaged_files()], ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_file_that_is_not_whole_is_refused_whole(tmp_path, name, content, says):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ArchiveError) as refused:
        read_archive(tmp_path / name)
    assert says in str(refused.value)


def test_a_folder_is_no_archive(tmp_path):
    with pytest.raises(ArchiveError, match="directory"):
        read_archive(tmp_path)


def test_locales_that_the_newsroom_lacks_are_told_once_each(tmp_path):
    archive = read_archive(write_archive(tmp_path / "news.jsonl", [*records(20), record("x", "fr")]))
    known = archive.only(["zh", "en"])
    assert [(each.line, each.message[:38]) for each in known.complaints] == [
        (1, "it is not a locale of this newsroom (2"),
        (61, "fr is not a locale of this newsroom (1"),
    ]
    assert "and 8 more" in known.complaints[0].message
    assert (known.records, len(known.articles)) == (40, 20)
