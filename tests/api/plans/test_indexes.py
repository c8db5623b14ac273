"""Lists are read along an index: no growing table is read whole, nothing is sorted that an index holds in order.

SQLite says how it will go about it. PostgreSQL reads tables as small as a test's whole and sorts them; told to do
neither if it can be helped, it shows whether there is an index that helps.
"""

import re
import sqlite3

import asyncpg
import pytest

from cms.database.config import sqlite_path
from cms.database.snapshots import Statement
from tests.api.desks import Desk
from tests.api.plans.listening import heard

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL = {"locale", "l", "y", "epoch", "json_each", "numbered", "about", "r", "unnest"}
"""What is short by its nature: configuration, and what a statement brings with it."""

NODE = "{ edges { node { id headline } } }"
ORDERED = {
    "latest, exact": f'{{ articles(locale: "it", first: 20) {NODE} }}',
    "latest, along the chain": f'{{ articles(locale: "zh", fallback: CHAIN, first: 20) {NODE} }}',
    "latest, backwards": f'{{ articles(locale: "it", last: 20) {NODE} }}',
    "latest, from a cursor": f'{{ articles(locale: "it", first: 20, after: "$cursor") {NODE} }}',
    "videos": f'{{ videos(locale: "it", fallback: CHAIN) {NODE} }}',
    "series": f'{{ allFocusSeries(locale: "it", fallback: CHAIN) {NODE} }}',
    "changes": "{ changes(first: 200) { edges { node { uri } } } }",
}
FOUND = {
    "by slug": '{ article(slug: "a", locale: "zh") { headline } }',
    "in a period": """{ articles(locale: "it", filter: {publishedAfter: "2026-02-28T20:00:00Z",
        publishedBefore: "2026-03-01T08:00:00Z"}) { edges { node { id } } } }""",
    "with everything": """{ articles(locale: "it", first: 2) { edges { node { headline contributors { name }
        subjects { name broader { name } } credits { role organisation { name } } localizations { slug }
        corrections { note } series { edges { node { slug } } } related { edges { node { slug } } }
        leadVideo { duration poster { url } } } } } }""",
    "entries of a series": """{ allFocusSeries(locale: "it", fallback: CHAIN) { edges { node { entries {
        edges { node { item { headline } } } } } } } }""",
    "about a concept": '{ articles(locale: "it", filter: {concept: "Q29uY2VwdDoxOml0"}) { edges { node { id } } } }',
    "of a series": '{ articles(locale: "it", filter: {series: "Rm9jdXNTZXJpZXM6MjE6"}) { edges { node { id } } } }',
    "of a contributor": f'{{ articles(locale: "it", filter: {{contributor: "Q29udHJpYnV0b3I6MTo="}}) {NODE} }}',
    "of an organisation": f'{{ articles(locale: "it", filter: {{organisation: "T3JnYW5pc2F0aW9uOjE6"}}) {NODE} }}',
    "by id": '{ node(id: "QXJ0aWNsZTo1Oml0") { ... on Article { headline } } }',
    "a concept": '{ concept(uri: "medtop:sport", locale: "it") { name } }',
    "concepts": '{ concepts(scheme: "mediatopic", locale: "it") { edges { node { name } } } }',
    "search": '{ search(query: "Città", locale: "it") { edges { node { headline } } } }',
    "what changed": "{ changes(first: 20) { edges { node { item { headline } } } } }",
}  # fmt: skip


async def explained(desk: Desk, query: str) -> list[tuple[Statement, list[str]]]:
    """The statements of a query, and for each the lines of how the database goes about it."""
    if "$cursor" in query:
        found = await desk.read('{ articles(locale: "it", first: 1) { pageInfo { endCursor } } }')
        query = query.replace("$cursor", found["articles"]["pageInfo"]["endCursor"])
    with heard(desk) as told:
        await desk.read(query)
    assert told
    if desk.newsroom.database.dialect == "sqlite":
        connection = sqlite3.connect(sqlite_path(desk.newsroom.database.url))
        try:
            return [
                (each, [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {each.sql}", each.params)])
                for each in told
            ]
        finally:
            connection.close()
    connection = await asyncpg.connect(desk.newsroom.database.url)
    try:
        for name in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
            await connection.execute(f"SET {name} = off")
        return [
            (each, [row[0] for row in await connection.fetch(f"EXPLAIN (COSTS OFF) {each.sql}", *each.params)])
            for each in told
        ]
    finally:
        await connection.close()


def read_whole(statement: str, lines: list[str]) -> list[str]:
    """The growing tables that are read from end to end; walking an index up to a LIMIT is not that."""
    walked = r"(?! USING (?:COVERING )?INDEX)" if "LIMIT" in statement and not sorts(lines) else ""
    names = [name for line in lines for name in re.findall(rf"^SCAN (\w+)\b{walked}|Seq Scan on (?:\w+ )?(\w+)", line)]
    return [found for pair in names if (found := pair[0] or pair[1]) not in SMALL]


def sorts(lines: list[str]) -> list[str]:
    """Where rows are sorted; not what is put in order within equal places of an index."""
    return [line for line in lines if re.search(r"TEMP B-TREE FOR ORDER BY|^ *(->)? *Sort$", line)]


@pytest.mark.parametrize("name", ORDERED)
async def test_a_long_list_is_read_in_the_order_of_an_index(desk, name):
    for statement, lines in await explained(desk, ORDERED[name]):
        if "LIMIT" in statement.sql:
            assert sorts(lines) == [], "\n".join([statement.sql, *lines])


@pytest.mark.parametrize("name", [*ORDERED, *FOUND])
async def test_no_growing_table_is_read_whole(desk, name):
    for statement, lines in await explained(desk, {**ORDERED, **FOUND}[name]):
        assert read_whole(statement.sql, lines) == [], "\n".join([statement.sql, *lines])


async def test_this_would_notice(desk):
    query = '{ articles(locale: "it", orderBy: {field: HEADLINE}) { edges { node { id } } } }'
    ((_, lines),) = await explained(desk, query)
    assert sorts(lines)
    whole = ["SCAN s USING COVERING INDEX a", "  ->  Seq Scan on serving s", "SCAN json_each VIRTUAL TABLE INDEX 1:"]
    assert read_whole("", whole) == ["s", "s"]
    assert read_whole("LIMIT 1", whole) == ["s"]
