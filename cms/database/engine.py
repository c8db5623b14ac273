"""The transaction that both engines share: whatever happens in it, the connection comes back clean."""

from abc import abstractmethod
from types import TracebackType

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.connection import ConnectionToken, get_connections

from cms.database.settling import settle


class EngineTransaction(TransactionalDBClient):
    """A Tortoise client bound to one transaction; the engines say how to get a connection and give it back.

    A task that was started inside a transaction inherits this client with its context. While the transaction
    is open its ORM calls take part (Tortoise's own prefetching relies on it); once it is over the engines
    pass them on to the database.
    """

    committed = False

    @abstractmethod
    async def seize(self) -> None:
        """Take the connection. Cancellation here leaves nothing taken."""

    @abstractmethod
    async def release(self) -> None:
        """Give the connection back; it is in no transaction."""

    @abstractmethod
    async def abandon(self) -> None:
        """End the transaction without effect. Never raises: a connection that cannot roll back is closed."""


class WholeTransaction(TransactionContext):
    """`async with` around one transaction; Tortoise's own can leave it open when a task is cancelled."""

    def __init__(self, client: EngineTransaction) -> None:
        self.client: EngineTransaction = client
        self._token: ConnectionToken | None = None

    async def __aenter__(self) -> EngineTransaction:
        """Begin; an error or a cancellation leaves no transaction behind."""
        client = self.client
        await client.seize()
        try:
            await settle(client.begin())
        except BaseException:
            await self._leave()
            raise
        self._token = get_connections().set(client.connection_name, client)
        return client

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        """Commit, or end without effect if the body or the commit failed."""
        get_connections().reset(self._token)
        try:
            if exc_type is None and not self.client._finalized:
                await settle(self.client.commit())
        finally:
            await self._leave()

    async def _leave(self) -> None:
        async def leave() -> None:
            if not self.client._finalized:
                await self.client.abandon()
            await self.client.release()

        await settle(leave())
