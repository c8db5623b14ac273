"""Newsrooms for tests of the API: an open database with a world in it, behind a clock that stands still."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from starlette.types import ASGIApp

from cms.accounts.actors import SYSTEM, Grant, Permission
from cms.accounts.tokens import issue_token
from cms.app import Newsroom, build_endpoint, build_web
from cms.database import MODEL_MODULES, Database
from cms.freshness import Freshness
from cms.settings import Settings
from cms.taxonomy.locales import load_locales
from media.storage import open_storage
from tests.api.engines import HeadlineEngine
from tests.databases import fresh_database
from tests.worlds import NOON


@asynccontextmanager
async def open_newsroom(
    dialect: str, folder: Path, build: Callable[[], Any], clock: Callable[[], datetime] = lambda: NOON
) -> AsyncIterator[tuple[Newsroom, Any]]:
    """A newsroom on a database that `build` fills, and what `build` returned; its index is one change behind."""
    async with (
        fresh_database(dialect, folder, MODEL_MODULES) as url,
        await Database.open(url, models=MODEL_MODULES) as database,
        Freshness(database) as freshness,
    ):
        built = await build()
        yield await _newsroom(database, freshness, folder, clock), built


@asynccontextmanager
async def newsroom_on(database: Database, folder: Path, clock: Callable[[], datetime]) -> AsyncIterator[Newsroom]:
    """A newsroom on a database that is open already."""
    async with Freshness(database) as freshness:
        yield await _newsroom(database, freshness, folder, clock)


async def _newsroom(database: Database, freshness: Freshness, folder: Path, clock: Callable[[], datetime]) -> Newsroom:
    settings = Settings(data_dir=folder, database_url=database.url, public_url="https://cms.example.org")
    engine: Any = await HeadlineEngine.indexing(behind=1)
    storage = open_storage(settings.storage)
    return Newsroom(settings, database, engine, storage, freshness, clock, await load_locales())


async def token_of(name: str, *permissions: Permission, at: datetime = NOON, expires_at: datetime | None = None) -> str:
    """The secret of a token with those permissions, for every kind and locale, issued at that time."""
    grants = [Grant(permission) for permission in permissions]
    _, secret = await issue_token(SYSTEM, name, grants, now=at, expires_at=expires_at)
    return secret


class Client:
    """Asks the endpoint as a server would, without one; or the `whole` web application with what is around it."""

    def __init__(self, newsroom: Newsroom, *, whole: bool = False) -> None:
        self.newsroom = newsroom
        self.endpoint: ASGIApp = build_web(newsroom) if whole else build_endpoint(newsroom)

    async def ask(
        self, query: str, variables: Mapping[str, Any] | None = None, *, token: str | None = None
    ) -> dict[str, Any]:
        """The answer to a well-formed request by POST."""
        status, _, answer = await self.post({"query": query, "variables": variables or {}}, token=token)
        assert status == 200, answer
        return answer

    async def post(self, body: Any, *, token: str | None = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        """Status, headers and JSON; `body` is sent as it is if bytes, else as JSON."""
        sent = body if isinstance(body, bytes) else orjson.dumps(body)
        given = {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        if token is not None:
            given["authorization"] = f"Bearer {token}"
        return await self.request("POST", given, sent)

    async def get(self, **parameters: str) -> tuple[int, dict[str, str], Any]:
        """The answer to a GET with these parameters, which are quoted here."""
        text = "&".join(f"{name}={quote(value)}" for name, value in parameters.items())
        return await self.request("GET", {}, b"", text.encode())

    async def request(
        self, method: str, headers: Mapping[str, str], body: bytes = b"", parameters: bytes = b""
    ) -> tuple[int, dict[str, str], Any]:
        """The answer to any request, which is JSON."""
        status, received, answer = await self.exchange(method, headers, body, parameters)
        return status, received, orjson.loads(answer)

    async def exchange(
        self,
        method: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        parameters: bytes = b"",
        path: str = "/graphql",
    ) -> tuple[int, dict[str, str], bytes]:
        """The answer to any request, as it came."""
        messages: list[dict[str, Any]] = []
        pieces: Sequence[bytes] = [body[at : at + 65_536] for at in range(0, len(body), 65_536)] or [b""]
        waiting = [
            {"type": "http.request", "body": piece, "more_body": n + 1 < len(pieces)} for n, piece in enumerate(pieces)
        ][::-1]

        async def receive() -> Any:
            return waiting.pop()

        async def send(message: Any) -> None:
            messages.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "method": method,
            "path": path,
            "query_string": parameters,
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        }
        await self.endpoint(scope, receive, send)
        start, *rest = messages
        received = {name.decode(): value.decode() for name, value in start["headers"]}
        return start["status"], received, b"".join(each.get("body", b"") for each in rest)
