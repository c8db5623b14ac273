"""The composition root: what a web process and a worker process are made of, read top to bottom."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from api import graphiql
from api.authentication import Authentication
from api.context import Context
from api.endpoint import GraphQLEndpoint
from api.limits import Limits
from api.plans.operations import Operations
from api.schema import build_schema
from api.sockets import Sockets
from cms import events
from cms.accounts.actors import Actor
from cms.accounts.sessions import Lifetimes
from cms.accounts.throttling import Client
from cms.assets.removing import removal_handlers
from cms.clock import Clock, utc_now
from cms.database import MODEL_MODULES, Database, DatabaseError
from cms.freshness import Freshness
from cms.reactions import REACTIONS
from cms.reading import scope as reading
from cms.reading.indexing import indexing_handlers
from cms.reading.mending import ask_for_mending, watched
from cms.settings import Settings
from cms.taxonomy.locales import Locales, load_locales
from cms.timers import timer_handlers
from cms.web.files import file_routes
from cms.web.health import health_routes
from cms.web.middleware import Direct, RequestLog
from cms.worker import LEASE, Worker
from media.storage import LocalStorage, open_storage
from search import Engine, SearchUnavailableError, open_engine


@dataclass
class Newsroom:
    """What every process of a newsroom shares: its database, index, storage, clock and locales."""

    settings: Settings
    database: Database
    engine: Engine
    storage: LocalStorage
    freshness: Freshness
    clock: Clock
    locales: Locales
    damaged: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the index was found missing or damaged."""

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings, clock: Clock = utc_now) -> AsyncIterator[Self]:
        """Open everything; close it in reverse."""
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(await Database.open(settings.database, models=MODEL_MODULES))
            damaged = asyncio.Event()
            engine = watched(open_engine(settings.search), damaged)
            stack.callback(engine.close)
            freshness = await stack.enter_async_context(Freshness(database))
            await events.epoch()
            storage = open_storage(settings.storage)
            yield cls(settings, database, engine, storage, freshness, clock, await load_locales(), damaged)

    async def follow_locales(self) -> None:
        """Keep `locales` in step with whatever process configures them."""
        position = await self.freshness.latest()
        while True:
            position = await self.freshness.wait(position)
            self.locales = await load_locales()


def build_worker(newsroom: Newsroom, *, lease: float = LEASE) -> Worker:
    """The worker: its reactions, and the handlers of their jobs, which a dead one keeps for `lease` seconds."""
    handlers = {
        **indexing_handlers(newsroom.engine, newsroom.clock),
        **timer_handlers(newsroom.clock),
        **removal_handlers(newsroom.storage),
    }
    return Worker(newsroom.freshness, REACTIONS, handlers, clock=newsroom.clock, lease=lease)


def build_authentication(newsroom: Newsroom) -> Authentication:
    """How actors are recognised."""
    settings = newsroom.settings
    lifetimes = Lifetimes(timedelta(hours=settings.session_idle_hours), timedelta(days=settings.session_days))
    return Authentication(newsroom.clock, lifetimes, settings.public_url, frozenset(settings.origins) - {"*"})


def build_endpoint(newsroom: Newsroom) -> GraphQLEndpoint:
    """The GraphQL endpoint."""
    schema = build_schema()
    operations = Operations(schema._schema, Limits(), introspection=newsroom.settings.introspection)  # noqa: SLF001 - Strawberry offers no other way to it
    authentication = build_authentication(newsroom)

    def context(actor: Actor, client: Client, request_id: str) -> Context:
        now = newsroom.clock()
        return Context(
            actor=actor,
            client=client,
            authentication=authentication,
            now=now,
            scope=reading.Scope(now),
            locales=newsroom.locales,
            engine=newsroom.engine,
            dialect=newsroom.database.dialect,
            files_url=newsroom.settings.files_url,
            feed=newsroom.freshness,
            clock=newsroom.clock,
            request_id=request_id,
        )

    return GraphQLEndpoint(
        schema,
        operations,
        newsroom.database,
        authentication=authentication,
        context=context,
        body_limit=newsroom.settings.body_limit,
        graphiql=newsroom.settings.graphiql,
    )


def build_web(newsroom: Newsroom) -> ASGIApp:
    """The web application around an open newsroom."""

    async def database_answers() -> None:
        await newsroom.freshness.latest()
        await newsroom.database.check()

    async def index_answers() -> None:
        try:
            for locale in newsroom.locales.tags:
                await asyncio.to_thread(newsroom.engine.count, locale)
        except SearchUnavailableError:
            if await events.Change.exists():  # before that there is nothing to index
                raise

    endpoint = build_endpoint(newsroom)
    routes: list[BaseRoute] = [
        WebSocketRoute("/graphql", Sockets(endpoint.schema, endpoint)),
        Route("/", lambda _request: RedirectResponse("/graphql")),
        *health_routes({"database": database_answers, "search": index_answers}),
        *file_routes(newsroom.storage, newsroom.clock),
    ]
    if newsroom.settings.graphiql:
        routes.append(Mount("/graphql/assets", StaticFiles(directory=graphiql.ASSETS, packages=[graphiql.PACKAGED])))
    served: ASGIApp = Direct("/graphql", endpoint, Starlette(routes=routes))
    if newsroom.settings.origins:
        served = CORSMiddleware(
            served,
            allow_origins=newsroom.settings.origins,
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "x-request-id"],
            allow_credentials="*" not in newsroom.settings.origins,  # sessions are not for just any page
            expose_headers=["x-request-id"],
            max_age=600,
        )
    return RequestLog(served)


class Web:
    """The ASGI application that a server runs: opens the newsroom at its start and closes it at its end."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        assert self._app is not None
        await self._app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            try:
                newsroom = await stack.enter_async_context(Newsroom.open(self._settings))
            except DatabaseError as error:
                await send({"type": "lifespan.startup.failed", "message": f"{error}. polyfocal doctor says more."})
                return
            self._app = build_web(newsroom)
            following = [
                asyncio.create_task(newsroom.follow_locales()),
                asyncio.create_task(ask_for_mending(newsroom.damaged, newsroom.clock)),
            ]
            await send({"type": "lifespan.startup.complete"})
            await receive()
            for task in following:
                task.cancel()
            await asyncio.wait(following)
        await send({"type": "lifespan.shutdown.complete"})
