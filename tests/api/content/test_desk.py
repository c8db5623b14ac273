"""The desk over GraphQL: items, revisions, conflicts, comments, assignments; what it costs and who may see what."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from tortoise.context import require_context

from api.nodes import encode_id
from cms.accounts.actors import SYSTEM, Grant, Permission
from cms.accounts.models import User
from cms.accounts.tokens import issue_token
from cms.content import presence
from cms.content.trashing import trash_item
from cms.database import Database
from cms.freshness import Freshness
from tests.api.newsrooms import Client, newsroom_on, token_of
from tests.desks import CHIEF, NOON, Desk, minutes


@dataclass
class Room:
    """A newsroom's endpoint and an editor's desk beside it."""

    client: Client
    desk: Desk
    token: str

    async def ask(self, text: str, token: str | None = None, **variables: Any) -> Any:
        answer = await self.client.ask(text, variables, token=token or self.token)
        assert "errors" not in answer, answer
        (found,) = answer["data"].values()
        return found

    async def code(self, text: str, token: str | None, **variables: Any) -> str:
        answer = await self.client.ask(text, variables, token=token)
        code: str = answer["errors"][0]["extensions"]["code"]
        return code


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    """The editor's desk, and not the API's, beside the database of the test."""
    async with Freshness(database) as freshness:
        desk = Desk(freshness)
        await desk.open()
        yield desk


@pytest.fixture
async def room(database: Database, desk: Desk, tmp_path: Any) -> AsyncIterator[Room]:
    async with newsroom_on(database, tmp_path, desk) as newsroom:
        yield Room(Client(newsroom), desk, await token_of("caporedattrice", *Permission))


@contextmanager
def listening() -> Iterator[list[str]]:
    """The statements that the database reads meanwhile, outside transactions."""
    told: list[str] = []
    client = type(require_context().db())
    with ExitStack() as stack:
        for name in ("execute_query", "execute_query_dict"):
            run = getattr(client, name)

            async def listened(self: Any, query: str, values: Any = None, run: Any = run) -> Any:
                told.append(query)
                return await run(self, query, values)

            stack.enter_context(patch.object(client, name, listened))
        yield told


def item(key: int) -> str:
    return encode_id("Item", key)


ITEMS = """query ($filter: ItemFilter, $orderBy: ItemOrder, $first: Int, $after: String) {
  items(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { id kind liveLocales trashedAt editing { name locale }
      drafts { locale status headline deskNote dueAt assignee { name } comments { text } } } } } }"""


async def ids(room: Room, **variables: Any) -> list[str]:
    return [edge["node"]["id"] for edge in (await room.ask(ITEMS, **variables))["edges"]]


async def test_items_are_filtered_ordered_and_paged(room: Room):
    first = await room.desk.live("it", "zh")
    room.desk.at(1)
    second = await room.desk.write("zh")
    room.desk.at(2)
    third = await room.desk.write("it", urgency=1)
    await trash_item(CHIEF, item_id=await room.desk.write("it"), now=room.desk.now)
    await room.desk.save(first, "it", headline="100% neve_fresca")
    assert await ids(room) == [item(third), item(first), item(second)]
    assert await ids(room, orderBy={"field": "CREATED_AT", "direction": "ASC"}) == [*map(item, (first, second, third))]
    for asked, wanted in (
        ({"kind": "VIDEO"}, []),
        ({"locale": "zh"}, [first, second]),
        ({"locale": "zh", "status": "IN_REVIEW"}, []),
        ({"text": "NEVE_"}, [first]),
        ({"text": "雪又"}, [first, second]),
        ({"text": "雪又", "locale": "it"}, []),
        ({"text": "0% n"}, [first]),
        ({"text": "%"}, [first]),
        ({"pubStatus": "CANCELED"}, []),
    ):
        assert await ids(room, filter=asked) == [*map(item, wanted)], asked
    assert len(await ids(room, filter={"trashed": True})) == 1
    seen, after = [], None
    while True:
        page = await room.ask(ITEMS, first=1, after=after)
        assert page["totalCount"] == 3
        seen += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == [item(third), item(first), item(second)]
    assert await room.code(ITEMS, room.token, after="a") == "INVALID_CURSOR"
    assert await room.code(ITEMS, room.token, filter={"locale": "fr"}) == "UNKNOWN_LOCALE"
    assert await room.code(ITEMS, room.token, filter={"assignee": item(first)}) == "INVALID_INPUT"


async def test_a_page_costs_the_same_however_long_it_is(room: Room):
    counts = []
    for many in (2, 9):
        for _ in range(many):
            key = await room.desk.write("it", "zh")
            await presence.be_editing(CHIEF, item_id=key, locale="it", now=room.desk.now)
        with listening() as statements:
            assert len((await room.ask(ITEMS))["edges"]) >= many
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8


DRAFT = "result { revision headline deskNote dueAt assignee { name } } userErrors { code path }"


async def test_who_may_read_some_locales_sees_those_drafts_only(room: Room):
    italian, both = await room.desk.write("it"), await room.desk.write("zh", "it")
    _, token = await issue_token(SYSTEM, "译者", [Grant(Permission.READ, locales=frozenset({"zh"}))], now=NOON)
    page = await room.ask(ITEMS, token)
    assert [(edge["node"]["id"], [d["locale"] for d in edge["node"]["drafts"]]) for edge in page["edges"]] == [
        (item(both), ["zh"])
    ]
    assert (await room.ask(ITEMS, token, filter={"text": "neve"}))["edges"] == []
    assert await room.ask(f'{{ item(id: "{item(italian)}") {{ uri }} }}', token) is None
    assert (await room.ask(f'{{ item(id: "{item(both)}") {{ drafts {{ locale }} }} }}', token))["drafts"] == [
        {"locale": "zh"}
    ]
    for text in (
        'revisions(item: "%s", locale: "it") { totalCount }',
        'revision(item: "%s", locale: "it", number: 1) { content }',
        'revisionDifference(item: "%s", locale: "it", before: 1) { after }',
    ):
        assert await room.code("{ " + text % item(both) + " }", token) == "FORBIDDEN"


async def test_strangers_see_nothing_of_the_desk(room: Room):
    key = item(await room.desk.live("it"))
    for text in (
        f'item(id: "{key}") {{ uri }}', "items { totalCount }", "myAssignments { totalCount }",
        f'revisions(item: "{key}") {{ totalCount }}', f'revision(item: "{key}", number: 1) {{ number }}',
        f'revisionDifference(item: "{key}", before: 1) {{ after }}', f'whereUsed(item: "{key}") {{ role }}',
    ):  # fmt: skip
        assert await room.code(f"{{ {text} }}", None) == "UNAUTHENTICATED", text
    for text in (
        f'duplicateItem(item: "{key}")', f'trashItem(item: "{key}")', f'undeleteItem(item: "{key}")',
        f'restoreRevision(item: "{key}", revision: 1, expectedRevision: 1)', f'addComment(item: "{key}", text: "a")',
        f'assignDraft(item: "{key}", user: null)', f'noteToDesk(item: "{key}", note: "a")',
        f'beEditing(item: "{key}")', f'stopEditing(item: "{key}")',
    ):  # fmt: skip
        assert await room.code(f"mutation {{ {text} {{ userErrors {{ code }} }} }}", None) == "UNAUTHENTICATED", text


REVISIONS = """query ($item: ID!, $first: Int, $after: String) {
  revisions(item: $item, locale: "it", first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { number kind author content } } } }"""
RESTORE = f"""mutation ($item: ID!) {{
  restoreRevision(item: $item, locale: "it", revision: 1, expectedRevision: 3) {{ {DRAFT} }} }}"""
ASSIGN = f"""mutation ($item: ID!, $user: ID!, $due: DateTime!) {{
  assignDraft(item: $item, locale: "it", user: $user, dueAt: $due) {{ {DRAFT} }} }}"""
COMMENT = """mutation ($item: ID!) { addComment(item: $item, locale: "it", text: "好") {
  result { id text author revision } userErrors { code } } }"""
DIFFERENCE = """query ($item: ID!) { revisionDifference(item: $item, locale: "it", before: 1) { before after
  fields { name before after words { said text } } blocks { id state moved parent words { said text } } } }"""


async def test_revisions_are_listed_compared_and_restored(room: Room):
    key = await room.desk.write("it")
    for headline in ("Neve", "Sole"):
        await room.desk.save(key, headline=headline)
    with listening() as statements:
        page = await room.ask(REVISIONS, item=item(key), first=2)
    assert len(statements) <= 8
    assert [(each["node"]["number"], each["node"]["content"]["headline"]) for each in page["edges"]] == [
        (3, "Sole"), (2, "Neve"),
    ]  # fmt: skip
    rest = await room.ask(REVISIONS, item=item(key), after=page["pageInfo"]["endCursor"])
    assert [each["node"]["number"] for each in rest["edges"]] == [1]
    found = await room.ask(DIFFERENCE, item=item(key))
    assert (found["before"], found["after"], [each["name"] for each in found["fields"]]) == (1, 3, ["headline"])
    assert {each["state"] for each in found["blocks"]} == {"SAME"}
    restored = await room.ask(RESTORE, item=item(key))
    assert (restored["result"]["revision"], restored["result"]["headline"]) == (4, "La neve è tornata")


SAVE = """mutation ($item: ID!, $headline: String!, $seen: Int!, $auto: Boolean!) {
  saveDraft(input: {item: $item, locale: "it", text: {headline: $headline}, autosave: $auto}, expectedRevision: $seen) {
    result { revision } userErrors { code currentRevision conflict {
      draft { revision headline } difference { before after fields { name words { said text } } } } } } }"""


async def test_the_second_of_two_editors_gets_the_current_revision_and_a_difference(room: Room):
    key = await room.desk.write("it")
    for seen, headline in ((1, "La neve è tornata qui"), (2, "La neve è tornata là")):
        saved = await room.ask(SAVE, item=item(key), headline=headline, seen=seen, auto=True)
        assert saved == {"result": {"revision": seen + 1}, "userErrors": []}
    refused = await room.ask(SAVE, item=item(key), headline="Sole", seen=2, auto=False)
    (error,) = refused["userErrors"]
    assert (refused["result"], error["code"], error["currentRevision"]) == (None, "CONFLICT", 3)
    assert error["conflict"] == {
        "draft": {"revision": 3, "headline": "La neve è tornata là"},
        "difference": {
            "before": 1,
            "after": 3,
            "fields": [
                {
                    "name": "headline",
                    "words": [{"said": "SAME", "text": "La neve è tornata"}, {"said": "ADDED", "text": " là"}],
                }
            ],
        },
    }
    assert (await room.ask(REVISIONS, item=item(key)))["totalCount"] == 2


async def test_comments_assignments_and_presence(room: Room):
    key = item(await room.desk.write("it"))
    user = await User.create(email="li@example.org", name="李雪", password="-", created_at=NOON)
    person = encode_id("User", user.id)
    assigned = await room.ask(ASSIGN, item=key, user=person, due=minutes(30).isoformat())
    assert assigned["result"]["assignee"] == {"name": "李雪"}
    due = minutes(31).isoformat()
    assert await ids(room, filter={"assignee": person, "dueBefore": due}) == [key]
    assert await ids(room, filter={"dueBefore": minutes(30).isoformat()}) == []
    assert await ids(room, orderBy={"field": "DUE_AT", "direction": "ASC"}) == [key]
    assert await room.ask("{ myAssignments { totalCount edges { node { headline } } } }") == {
        "totalCount": 0,
        "edges": [],
    }
    made = await room.ask(COMMENT, item=key)
    assert (made["result"]["text"], made["result"]["author"]) == ("好", "caporedattrice")
    for text, result in (
        ("resolveComment(comment: $c) { result { resolvedBy } }", {"result": {"resolvedBy": "caporedattrice"}}),
        ("deleteComment(comment: $c) { result }", {"result": True}),
    ):
        assert await room.ask(f"mutation ($c: ID!) {{ {text} }}", c=made["result"]["id"]) == result
    editing = "{ result { name locale } userErrors { code } }"
    assert await room.ask(f'mutation {{ beEditing(item: "{key}", locale: "it") {editing} }}') == {
        "result": [{"name": "caporedattrice", "locale": "it"}], "userErrors": [],
    }  # fmt: skip
    assert (await room.ask(f'mutation {{ stopEditing(item: "{key}", locale: "it") {editing} }}'))["result"] == []
    noted = await room.ask(f'mutation {{ noteToDesk(item: "{key}", locale: "it", note: "Foto?") {{ {DRAFT} }} }}')
    assert noted["result"]["deskNote"] == "Foto?"


async def test_trash_duplicates_and_uses(room: Room):
    key = await room.desk.write("zh")
    await room.desk.write("it", related=[key])
    (use,) = await room.ask(f'{{ whereUsed(item: "{item(key)}") {{ kind locale role draft live }} }}')
    assert use == {"kind": "ARTICLE", "locale": None, "role": "RELATED", "draft": True, "live": False}
    change = "{ result { id trashedAt availableActions drafts { locale revision } } userErrors { code path } }"
    copy = await room.ask(f'mutation {{ duplicateItem(item: "{item(key)}") {change} }}')
    assert [each["revision"] for each in copy["result"]["drafts"]] == [1, 1]
    gone = (await room.ask(f'mutation {{ trashItem(item: "{item(key)}") {change} }}'))["result"]
    assert (gone["trashedAt"], gone["availableActions"]) == (NOON.isoformat(), [])
    refused = await room.ask(SAVE, item=item(key), headline="雪", seen=1, auto=False)
    assert [each["code"] for each in refused["userErrors"]] == ["INVALID_TRANSITION"]
    back = await room.ask(f'mutation {{ undeleteItem(item: "{item(key)}") {change} }}')
    assert back["result"]["trashedAt"] is None
