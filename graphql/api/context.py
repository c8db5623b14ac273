"""What a request's resolvers and plans stand on."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graphql import DocumentNode
from strawberry.dataloader import DataLoader
from strawberry.types import Info as StrawberryInfo

from api.authentication import Authentication
from api.plans.fetching import Frame, Run
from api.plans.sql import Dialect
from cms.accounts.actors import Actor
from cms.accounts.throttling import Client
from cms.clock import Clock
from cms.freshness import Freshness
from cms.reading.scope import Scope
from cms.taxonomy.locales import Locales
from search import Engine

Batch = Callable[["Context", Frame, list[Any]], Awaitable[Sequence[Any]]]


@dataclass(slots=True)
class Context:
    """One request: who asks, from where and when, and what there is to answer from.

    `headers` are sent along with the answer. A subscription's lasts: it follows `feed`, and is renewed by `recognise`.
    """

    actor: Actor
    client: Client
    authentication: Authentication
    now: datetime
    scope: Scope
    locales: Locales
    engine: Engine
    dialect: Dialect
    files_url: str
    feed: Freshness
    clock: Clock
    request_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    recognise: Callable[[], Awaitable[Actor]] | None = None
    document: DocumentNode | None = None
    """The operation's document, if it was read and found valid already."""
    _loaders: dict[tuple[Batch, Frame], DataLoader[Any, Any]] = field(default_factory=dict)

    def run(self, variables: Mapping[str, Any]) -> Run:
        """The same for a plan."""
        return Run(self.dialect, self.now, self.scope, self.locales, self.engine, self.files_url, variables)

    async def renew(self) -> None:
        """Make a subscription's context one of the present: who asks, what time it is, and nothing loaded before.

        Raises:
            UnauthenticatedError: the token or session is good no more.
        """
        if self.recognise is not None:
            self.actor = await self.recognise()
        self.now = self.clock()
        self.scope = Scope(self.now)
        self._loaders.clear()

    async def load(self, batch: Batch, frame: Frame, key: Any) -> Any:
        """One key of a batch that is loaded together with its neighbours."""
        loader = self._loaders.get((batch, frame))
        if loader is None:

            async def load(keys: list[Any]) -> Sequence[Any]:
                return await batch(self, frame, keys)

            loader = self._loaders[batch, frame] = DataLoader(load_fn=load)
        return await loader.load(key)


Info = StrawberryInfo[Context, None]
