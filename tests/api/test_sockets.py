"""Subscriptions over real sockets: what is told, to whom, and what is bounded. The writer is another process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from gql import Client, gql
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.exceptions import TransportError

from api.nodes import encode_id
from api.sockets import Sockets
from cms.accounts.actors import SYSTEM, Actor, Grant, Permission
from cms.accounts.models import User
from cms.accounts.sessions import Lifetimes, begin_session
from cms.accounts.throttling import Client as Address
from cms.accounts.tokens import issue_token, revoke_token
from cms.app import build_endpoint
from cms.clock import utc_now
from cms.content import commenting, editing, presence
from cms.content.models import SHARED, Kind
from cms.content.serving import configure_locales
from cms.database import Database, transaction
from cms.freshness import Freshness
from tests.api.newsrooms import newsroom_on
from tests.desks import CHIEF, LOCALES, Desk
from tests.running import serving

PROTOCOL = "graphql-transport-ws"
CHANGED = """subscription ($item: ID!, $locale: Locale) { draftChanged(item: $item, locale: $locale) {
  draft { revision headline comments { text } } events { type actor } } }"""
EDITING = "subscription ($item: ID!) { editing(item: $item) { name locale } }"
PATIENCE = 60


@dataclass
class Room:
    """A server in a process of its own, and its database, open here."""

    url: str
    item_id: int
    secret: str
    token_id: int

    @property
    def item(self) -> str:
        return encode_id("Item", self.item_id)

    @asynccontextmanager
    async def client(self, secret: str | None = None) -> AsyncIterator[Any]:
        transport = AIOHTTPWebsocketsTransport(
            url=self.url.replace("http", "ws") + "/graphql",
            subprotocols=[PROTOCOL],
            init_payload={"authorization": f"Bearer {secret or self.secret}"},
        )
        async with Client(transport=transport) as session:
            yield session

    def follow(self, session: Any, text: str, **variables: Any) -> Any:
        asked = gql(text)
        asked.variable_values = {"item": self.item, **variables}
        return session.subscribe(asked)

    async def save(self, headline: str, seen: int, locale: str = "it") -> None:
        await editing.save_draft(
            CHIEF,
            item_id=self.item_id,
            locale=locale,
            changes={"headline": headline} if locale else {"urgency": seen},
            expected_revision=seen,
            now=utc_now(),
        )


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    """The editor's desk, and not the API's, beside the database of the test."""
    async with Freshness(database) as freshness:
        desk = Desk(freshness)
        await desk.open()
        yield desk


@pytest.fixture
async def room(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Room]:
    await configure_locales(SYSTEM, LOCALES)
    made = await editing.create_item(CHIEF, Kind.ARTICLE, source_locale="it", text={"headline": "Neve"}, now=utc_now())
    grants = [Grant(Permission.READ, locales=frozenset({"", "it"}))]
    token, secret = await issue_token(SYSTEM, "lettrice", grants, now=utc_now())
    settings = {"POLYFOCAL_DATA_DIR": str(tmp_path), "POLYFOCAL_DATABASE_URL": database_url}
    async with serving("web", settings) as url, asyncio.timeout(PATIENCE):
        yield Room(url, made.item.id, secret, token.id)


async def test_a_draft_is_told_as_it_is_and_whenever_it_changes(room: Room):
    async with room.client() as session:
        told = room.follow(session, CHANGED, locale="it")
        first = (await anext(told))["draftChanged"]
        assert first == {"draft": {"revision": 1, "headline": "Neve", "comments": []}, "events": []}
        await room.save("Sole", 1)
        second = (await anext(told))["draftChanged"]
        assert (second["draft"]["headline"], second["events"]) == (
            "Sole", [{"type": "draft.saved", "actor": CHIEF.name}],
        )  # fmt: skip
        await room.save("", 1, SHARED)
        await presence.be_editing(CHIEF, item_id=room.item_id, locale="it", now=utc_now())
        await commenting.add_comment(CHIEF, item_id=room.item_id, locale="it", text="好", now=utc_now())
        third = (await anext(told))["draftChanged"]
        assert third["draft"]["comments"] == [{"text": "好"}]
        assert [each["type"] for each in third["events"]] == ["comment.added"]


async def test_who_edits_is_told_when_it_begins_and_when_it_is_over_by_the_clock(room: Room):
    async with room.client() as session:
        told = room.follow(session, EDITING)
        assert (await anext(told))["editing"] == []
        await presence.be_editing(CHIEF, item_id=room.item_id, locale="it", now=utc_now())
        assert (await anext(told))["editing"] == [{"name": CHIEF.name, "locale": "it"}]
        other = Actor.holding("编辑", Permission)
        almost_over = utc_now() - presence.LASTING + timedelta(seconds=3)
        await presence.be_editing(other, item_id=room.item_id, locale=SHARED, now=almost_over)
        assert {each["name"] for each in (await anext(told))["editing"]} == {CHIEF.name, "编辑"}
        assert (await anext(told))["editing"] == [{"name": CHIEF.name, "locale": "it"}]
        await presence.stop_editing(CHIEF, item_id=room.item_id, locale="it", now=utc_now())
        assert (await anext(told))["editing"] == []


@pytest.mark.parametrize(("locale", "code"), [("zh", "FORBIDDEN"), ("fr", "UNKNOWN_LOCALE"), ("it", None)])
async def test_a_subscription_is_refused_where_the_query_would_be(room: Room, locale: str, code: str | None):
    async with room.client() as session:
        told = room.follow(session, CHANGED, locale=locale)
        if code is None:
            assert (await anext(told))["draftChanged"]["draft"]["headline"] == "Neve"
            return
        with pytest.raises(TransportError) as refused:
            await anext(told)
        assert code in str(refused.value)
        await told.aclose()
        alive = await anext(room.follow(session, CHANGED, locale="it"))
        assert alive["draftChanged"]["draft"]["revision"] == 1


async def test_a_revoked_token_hears_nothing_more_and_begins_nothing(room: Room):
    async with room.client() as session:
        told = room.follow(session, CHANGED, locale="it")
        await anext(told)
        await revoke_token(SYSTEM, token_id=room.token_id, now=utc_now())
        await room.save("Segreto", 1)
        with pytest.raises(TransportError) as refused:
            assert "Segreto" not in str(await anext(told))
        assert "Segreto" not in str(refused.value)
    assert await _closed_with(room, {"authorization": f"Bearer {room.secret}"}) == 4403


async def _closed_with(room: Room, payload: Any, **headers: str) -> int | None:
    """The code that a socket is closed with after its `connection_init`; None if it is acknowledged."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{room.url}/graphql", protocols=[PROTOCOL], headers=headers) as socket,
    ):
        await socket.send_json({"type": "connection_init", "payload": payload})
        message = await socket.receive()
        return socket.close_code if message.type is not aiohttp.WSMsgType.TEXT else None


async def test_a_cookie_counts_for_pages_of_ours_only(room: Room):
    user = await User.create(
        email="li@example.org", name="李雪", password="-", created_at=utc_now(), roles=[{"role": "READER"}]
    )
    lifetimes = Lifetimes(timedelta(hours=1), timedelta(days=1))
    async with transaction():
        signed_in = await begin_session(user, Address(), lifetimes, utc_now())
    cookie = f"polyfocal={signed_in.secret}"
    assert await _closed_with(room, {}, Cookie=cookie, Origin=room.url) is None
    assert await _closed_with(room, {}, Cookie=cookie, Origin="https://altro.example") == 4403
    assert await _closed_with(room, {}, Cookie="polyfocal=falso", Origin=room.url) == 4403
    bearer = {"authorization": f"Bearer {room.secret}"}
    assert await _closed_with(room, bearer, Origin="https://altro.example") is None
    assert await _closed_with(room, {"authorization": 7}) == 4403
    assert await _closed_with(room, {}) is None
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(
            f"{room.url}/graphql", protocols=[PROTOCOL], headers={"Cookie": cookie, "Origin": room.url}
        ) as socket,
    ):
        await socket.send_json({"type": "connection_init"})
        await socket.receive_json()
        for number, (query, told) in enumerate(
            (
                ("{ viewer { name } }", {"data": {"viewer": {"name": "李雪"}}}),
                ("{ nobody }", "GRAPHQL_VALIDATION_FAILED"),
                ("{", "GRAPHQL_PARSE_FAILED"),
                ("{ a: viewer { name } " * 3_000, "LIMIT_EXCEEDED"),
            )
        ):
            await socket.send_json({"id": str(number), "type": "subscribe", "payload": {"query": query}})
            answer = await socket.receive_json()
            if answer["type"] == "next":
                assert answer["payload"] == told
                assert (await socket.receive_json())["type"] == "complete"
            else:
                assert answer["payload"][0]["extensions"]["code"] == told


async def test_over_http_a_subscription_is_refused(room: Room):
    body = {"query": CHANGED, "variables": {"item": room.item}}
    headers = {"Authorization": f"Bearer {room.secret}", "Accept": "application/graphql-response+json"}
    async with aiohttp.ClientSession() as session, session.post(f"{room.url}/graphql", json=body, headers=headers) as r:
        assert r.status == 400
        assert "WebSocket" in (await r.json())["errors"][0]["message"]


# Bounds, without a server


class Socket:
    """The ASGI side of a client that sends those messages, and takes answers only while `taking`."""

    def __init__(self, *messages: Any) -> None:
        self.sent: list[Any] = []
        self.taking, self.told = asyncio.Event(), asyncio.Event()
        self.taking.set()
        self.waiting: asyncio.Queue[Any] = asyncio.Queue()
        self.waiting.put_nowait({"type": "websocket.connect"})
        for message in messages:
            self.say(message)
        self.scope = {
            "type": "websocket",
            "path": "/graphql",
            "headers": [],
            "subprotocols": [PROTOCOL],
            "client": None,
        }

    def say(self, message: Any) -> None:

        self.waiting.put_nowait({"type": "websocket.receive", "text": orjson.dumps(message).decode()})

    async def send(self, message: Any) -> None:
        await self.taking.wait()
        self.sent.append(message)
        self.told.set()

    async def until_sent(self, number: int) -> None:
        """Wait until the server has sent so many messages."""
        while len(self.sent) < number:
            self.told.clear()
            await self.told.wait()

    def serve(self, sockets: Sockets) -> asyncio.Task[None]:
        return asyncio.create_task(sockets(self.scope, self.waiting.get, self.send))


@asynccontextmanager
async def opened(database: Database, folder: Path, desk: Desk, **bounds: Any) -> AsyncIterator[Sockets]:
    async with newsroom_on(database, folder, desk) as newsroom:
        endpoint = build_endpoint(newsroom)
        yield Sockets(endpoint.schema, endpoint, **bounds)


async def test_one_socket_too_many_is_told_to_come_again(database: Database, desk: Desk, tmp_path: Path):
    async with opened(database, tmp_path, desk, most=1) as sockets:
        first, second, third = Socket(), Socket(), Socket()
        serving_first = first.serve(sockets)
        await first.until_sent(1)
        await second.serve(sockets)
        assert second.sent[-1]["code"] == 1013
        first.waiting.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await serving_first
        third.waiting.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await third.serve(sockets)
        assert [each["type"] for each in third.sent] == ["websocket.accept"]


async def test_a_client_that_takes_nothing_is_given_up(database: Database, desk: Desk, tmp_path: Path):
    async with opened(database, tmp_path, desk, to_take=0.01) as sockets:
        slow = Socket({"type": "connection_init"})
        task = slow.serve(sockets)
        await slow.until_sent(2)
        slow.taking.clear()
        slow.say({"id": "1", "type": "subscribe", "payload": {"query": "{ viewer { name } }"}})
        await asyncio.wait_for(task, PATIENCE)
        assert len(slow.sent) == 2
        assert sockets._open == 0


async def test_a_socket_has_so_many_operations(database: Database, desk: Desk, tmp_path: Path):
    key = encode_id("Item", await desk.write("it"))
    _, secret = await issue_token(SYSTEM, "lettrice", [Grant(Permission.READ)], now=desk.now)
    async with opened(database, tmp_path, desk) as sockets:
        socket = Socket({"type": "connection_init", "payload": {"authorization": f"Bearer {secret}"}})
        for number in range(21):
            query = f'subscription {{ editing(item: "{key}") {{ name }} }}'
            socket.say({"id": str(number), "type": "subscribe", "payload": {"query": query}})
        task = socket.serve(sockets)
        await socket.until_sent(23)
        assert sum('"error"' in each.get("text", "") for each in socket.sent) == 1
        socket.waiting.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await task
