"""What every search engine has to do, run over each of them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
from collections import UserDict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from search import (
    Document,
    Engine,
    Query,
    Results,
    SearchBusyError,
    SearchUnavailableError,
    open_engine,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URLS: dict[str, Callable[[Path], str]] = {"whoosh": lambda folder: f"whoosh://{folder}/index"}


@pytest.fixture(params=URLS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return URLS[request.param](tmp_path)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = open_engine(url)
    yield opened
    opened.close()


def document(key: str, headline: str, body: str = "", hours: int = 0, **rest) -> Document:
    texts = {"headline": headline, "body": body}
    return Document(key, texts, NOW - timedelta(hours=hours), **rest)


def keys(results: Results) -> list[str]:
    return [hit.key for hit in results.hits]


def find(engine: Engine, text: str, locale: str = "it", **rest) -> list[str]:
    return keys(engine.search(locale, Query(text, **{"at": NOW, **rest})))


def fill(engine: Engine, *documents: Document, locale: str = "it", position: int = 1) -> None:
    engine.write([(locale, each.key, each) for each in documents], position)


# Finding


@pytest.mark.parametrize(
    ("locale", "written", "typed"),
    [
        ("it", "Scioperi all’università di Bologna", "universita"),
        ("it", "Il governo apre la città", "governi citta"),
        ("zh-Hans", "中国记者在罗马采访意大利总理", "记者"),
        ("zh-Hans", "中国记者在罗马采访意大利总理", "意大利记者"),
        ("zh-Hant", "中國記者在羅馬採訪", "羅馬 記者"),
        ("zh-Hans", "税改方案公布：税", "税"),
        ("ja", "東京オリンピック開催", "オリンピック"),
        ("en", "Cities' councils vote", "city council"),
        ("ko", "대통령이 말했다", "대통령"),
    ],
)
def test_a_word_is_found_in_its_language(engine: Engine, locale: str, written: str, typed: str) -> None:
    fill(engine, document("a", written), document("b", "x"), locale=locale)

    assert find(engine, typed, locale) == ["a"]


def test_words_are_all_wanted_and_operators_hold(engine: Engine) -> None:
    fill(engine, document("a", "Roma vince"), document("b", "Roma perde"), document("c", "vince a Roma ancora"))

    assert sorted(find(engine, "roma vince")) == ["a", "c"]
    assert find(engine, '"roma vince"') == ["a"]
    assert sorted(find(engine, "roma -perde")) == ["a", "c"]
    assert sorted(find(engine, "perde OR ancora")) == ["b", "c"]
    assert find(engine, "-roma") == []
    assert find(engine, "?!") == []


def test_a_word_in_the_headline_weighs_more(engine: Engine) -> None:
    fill(
        engine,
        document("body", "Altro", "Roma e ancora altro"),
        document("head", "Roma", "altro e ancora altro"),
    )

    assert find(engine, "roma") == ["head", "body"]


def test_equal_hits_come_newest_first_then_by_key(engine: Engine) -> None:
    fill(engine, document("c", "Roma"), document("b", "Roma"), document("a", "Roma", hours=1))

    assert find(engine, "roma") == ["b", "c", "a"]


def test_pages_follow_each_other(engine: Engine) -> None:
    fill(engine, *(document(f"{number:02}", "Roma", hours=number) for number in range(25)))

    pages = [engine.search("it", Query("roma", NOW, offset=offset, limit=10)) for offset in (0, 10, 20, 30)]

    assert [key for page in pages for key in keys(page)] == [f"{number:02}" for number in range(25)]
    assert {page.total for page in pages} == {25}
    assert engine.search("it", Query("roma", NOW, limit=0)).total == 25


def test_hits_show_why_they_were_found(engine: Engine) -> None:
    fill(engine, document("a", "L’università", "Nulla qui"))

    (hit,) = engine.search("it", Query("universita", NOW)).hits

    assert [(each.field, each.html) for each in hit.snippets] == [("headline", "L’<mark>università</mark>")]


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", '"', "!" * 5_000, "parola " * 10_000, "词" * 10_000])
@pytest.mark.parametrize("locale", ["it", "zh-Hans", "never-seen", "../..", ""])
def test_nothing_typed_raises(engine: Engine, text: str, locale: str) -> None:
    fill(engine, document("a", "Parola \ud800 \x00", "词" * 20))

    engine.search(locale, Query(text, NOW, filters={"\ud800": frozenset({"\ud800"})}, exclude=frozenset({"\ud800"})))


# What counts


def test_what_ended_is_not_found(engine: Engine) -> None:
    fill(
        engine,
        document("a", "Roma", ends_at=NOW),
        document("b", "Roma", ends_at=NOW + timedelta(microseconds=1)),
    )

    assert find(engine, "roma") == ["b"]
    assert sorted(find(engine, "roma", at=NOW - timedelta(microseconds=1))) == ["a", "b"]
    assert engine.search("it", Query("roma", NOW)).total == 1


def test_filters_want_any_value_of_every_name(engine: Engine) -> None:
    fill(
        engine,
        document("a", "Roma", terms={"kind": ("ARTICLE",), "concept": ("sport", "rome")}),
        document("b", "Roma", terms={"kind": ("VIDEO",), "concept": ("sport",)}),
        document("c", "Roma", terms={"kind": ("PICTURE",)}),
    )

    def filtered(**filters: set[str]) -> list[str]:
        return sorted(find(engine, "roma", filters={name: frozenset(values) for name, values in filters.items()}))

    assert filtered(kind={"ARTICLE", "VIDEO"}) == ["a", "b"]
    assert filtered(kind={"ARTICLE", "PICTURE"}, concept={"sport"}) == ["a"]
    assert filtered(kind={"sport"}) == []
    assert filtered(kind=set()) == []


def test_facets_and_total_count_only_what_may_be_found(engine: Engine) -> None:
    def of(key: str, *concepts: str, **rest) -> Document:
        return document(key, "Roma", terms={"kind": ("ARTICLE",), "concept": concepts}, **rest)

    fill(
        engine,
        of("a", "sport"),
        of("b", "sport", "art"),
        of("c", "sport"),
        of("d", "art", ends_at=NOW),
        of("e"),
    )

    found = engine.search("it", Query("roma", NOW, exclude=frozenset({"c"}), limit=1, facets=("concept", "kind", "x")))

    assert found.total == 3
    assert found.facets == {"concept": {"sport": 2, "art": 1}, "kind": {"ARTICLE": 3}, "x": {}}


def test_thousands_may_be_excluded(engine: Engine) -> None:
    fill(engine, document("a", "Roma"), document("b", "Roma"))

    exclude = frozenset({"b", *(str(number) for number in range(20_000))})

    assert find(engine, "roma", exclude=exclude) == ["a"]


# Writing


def test_an_engine_that_never_held_anything_is_unavailable(engine: Engine) -> None:
    assert engine.position() == 0
    assert engine.locales() == ()
    assert engine.check() == ("nothing has been indexed yet",)
    with pytest.raises(SearchUnavailableError):
        engine.search("it", Query("roma", NOW))


def test_a_locale_without_documents_has_no_hits(engine: Engine) -> None:
    engine.write([("it", "a", None)], 3)

    assert engine.position() == 3
    assert engine.search("it", Query("roma", NOW, facets=("kind",))) == Results(facets={"kind": {}})
    assert engine.count("it") == engine.count("zh-Hans") == 0
    assert engine.check() == ()


def test_a_document_is_replaced_and_taken_out(engine: Engine) -> None:
    fill(engine, document("a", "Roma"), document("b", "Roma"))
    fill(engine, document("a", "Milano"), position=2)

    assert find(engine, "roma") == ["b"]
    assert find(engine, "milano") == ["a"]

    engine.write([("it", "b", None), ("it", "b", None), ("it", "never", None)], 3)

    assert find(engine, "roma") == []
    assert engine.count("it") == 1
    assert engine.position() == 3


def test_the_last_of_several_changes_holds(engine: Engine) -> None:
    engine.write(
        [
            ("it", "a", document("a", "Roma")),
            ("it", "a", document("a", "Milano")),
            ("it", "b", document("b", "Bari")),
            ("it", "b", None),
        ],
        1,
    )

    assert find(engine, "milano") == ["a"]
    assert find(engine, "roma OR bari OR torino") == []


def test_a_batch_may_be_written_again(engine: Engine) -> None:
    for _ in range(2):
        fill(engine, document("a", "Roma"), document("b", "Roma"))

    assert sorted(find(engine, "roma")) == ["a", "b"]
    assert engine.count("it") == 2


def test_locales_are_apart(engine: Engine) -> None:
    engine.write([("it", "a", document("a", "Roma")), ("zh-Hans", "a", document("a", "罗马"))], 1)

    assert engine.locales() == ("it", "zh-Hans")
    assert find(engine, "罗马", "zh-Hans") == ["a"]
    assert find(engine, "罗马", "it") == []


def test_a_locale_that_is_a_path_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="is no locale"):
        engine.write([("../it", "a", document("a", "Roma"))], 1)


def test_what_was_written_is_there_after_opening_again(engine: Engine, url: str) -> None:
    fill(engine, document("a", "Roma"), position=7)
    engine.close()
    again = open_engine(url)

    assert again.position() == 7
    assert find(again, "roma") == ["a"]
    assert again.check() == ()
    again.close()


def test_clearing_begins_anew(engine: Engine) -> None:
    fill(engine, document("a", "Roma"), position=7)
    assert find(engine, "roma") == ["a"]

    engine.clear()

    assert engine.position() == 0
    with pytest.raises(SearchUnavailableError):
        find(engine, "roma")
    fill(engine, document("b", "Roma"))
    assert find(engine, "roma") == ["b"]


def test_many_small_batches_agree_with_a_plain_dictionary(engine: Engine) -> None:
    """Merging of segments must lose no column, term or text, whatever was deleted before."""
    choice = random.Random(7)
    held: dict[str, Document] = {}
    for position in range(1, 31):
        batch = []
        for _ in range(choice.randint(1, 6)):
            key = str(choice.randint(0, 25))
            kinds = tuple(choice.sample(["A", "B", "C"], choice.randint(0, 3)))
            ends = choice.choice([None, NOW, NOW + timedelta(days=1)])
            new = document(key, f"Roma {key}", choice.choice(["bari", "pisa"]), terms={"kind": kinds}, ends_at=ends)
            batch.append(("it", key, choice.choice([new, new, None])))
        engine.write(batch, position)
        for _, key, each in batch:
            held.pop(key, None)
            if each:
                held[key] = each
        live = {key: each for key, each in held.items() if each.ends_at != NOW}
        found = engine.search("it", Query("roma", NOW, limit=50, facets=("kind",)))
        counted = {kind: sum(kind in each.terms["kind"] for each in live.values()) for kind in "ABC"}
        assert sorted(keys(found)) == sorted(live)
        assert found.facets["kind"] == {kind: count for kind, count in counted.items() if count}
        assert sorted(find(engine, "pisa", limit=50)) == sorted(k for k, v in live.items() if v.texts["body"] == "pisa")
        assert engine.count("it") == len(held)
    assert engine.check() == ()


# Threads and processes

WRITER = """
    import sys
    from datetime import UTC, datetime
    from search import Document, open_engine

    engine, at = open_engine(sys.argv[1]), datetime(2026, 3, 1, tzinfo=UTC)
    for position in range(engine.position() + 1, int(sys.argv[2])):
        # Two documents each, which belong together: a reader must see both or none.
        engine.write(
            [("it", f"{position}{half}", Document(f"{position}{half}", {"body": "roma " + "parola " * 200}, at))
             for half in "ab"],
            position,
        )
        print(position, flush=True)
"""


def writer(url: str, until: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), url, str(until)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def test_a_reader_follows_a_writer_in_another_process(engine: Engine, url: str) -> None:
    engine.write([], 1)
    seen = []
    with writer(url, 25) as process:
        while process.poll() is None:
            position = engine.position()
            total = engine.search("it", Query("roma", NOW, limit=2)).total
            assert total % 2 == 0
            assert total >= 2 * (position - 1)
            seen.append(total)
    assert process.returncode == 0
    assert seen == sorted(seen)
    assert len(set(seen)) > 3
    assert engine.count("it") == 46


@pytest.mark.parametrize("commits", [1, 3, 6])
def test_a_writer_that_is_killed_leaves_an_index_that_can_be_read(engine: Engine, url: str, commits: int) -> None:
    with writer(url, 10_000) as process:
        assert process.stdout is not None
        for _ in range(commits):
            last = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    position = engine.position()
    total = engine.search("it", Query("roma", NOW)).total

    assert engine.check() == ()
    assert position >= last
    assert total in {2 * position, 2 * position + 2}
    fill(engine, document("after", "Roma"), position=position + 1)
    assert engine.search("it", Query("roma", NOW)).total == total + 1


class SlowTexts(UserDict[str, str]):
    """Texts that keep a writer waiting in the middle of its batch."""

    def __init__(self) -> None:
        super().__init__(headline="Lento")
        self.reached, self.go_on = threading.Event(), threading.Event()

    def __getitem__(self, name: str) -> str:
        self.reached.set()
        self.go_on.wait(10)
        return super().__getitem__(name)


def test_a_second_writer_is_told_to_wait(engine: Engine, url: str) -> None:
    texts = SlowTexts()
    first = threading.Thread(target=fill, args=(engine, Document("slow", texts, NOW)))
    first.start()
    second = open_engine(url)
    try:
        assert texts.reached.wait(10)
        with pytest.raises(SearchBusyError):
            fill(second, document("a", "Roma"), position=2)
        with pytest.raises(SearchBusyError):
            second.clear()
    finally:
        texts.go_on.set()
        first.join()
    fill(second, document("a", "Roma"), position=2)

    assert second.count("it") == 2
    second.close()


def test_threads_read_while_one_writes(engine: Engine) -> None:
    fill(engine, *(document(f"{number}", "Roma", "parola " * 50) for number in range(30)))
    wrong: list[object] = []

    def read() -> None:
        for _ in range(25):
            try:
                total = engine.search("it", Query('roma -"a b"', NOW, limit=3)).total
            except Exception as error:  # noqa: BLE001 - whatever a thread meets is reported below
                wrong.append(error)
            else:
                wrong.extend([total] if total < 30 else [])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for position in range(2, 8):
        fill(engine, document(f"new{position}", "Roma"), position=position)
    for thread in threads:
        thread.join()

    assert wrong == []
    assert engine.count("it") == 36
