"""GraphQL over WebSockets (graphql-transport-ws): subscriptions, and whatever else a client sends the same way.

A program names its token in the payload of `connection_init`, as `{"authorization": "Bearer …"}`; a person is known by
the cookie that came with the handshake, if the page is one of ours. Each operation recognises its actor anew, and a
subscription does at every event, so that what was revoked ends. All is bounded: sockets of a process, operations of a
socket, the time to begin, and the time that a client may take to take an answer.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry import Schema
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation

from api import errors
from api.authentication import client_of
from api.context import Context
from api.endpoint import Asked, GraphQLEndpoint, RefusedError
from api.plans.operations import InvalidDocumentError
from cms import events
from cms.accounts.actors import Actor
from cms.errors import ForbiddenError, UnauthenticatedError

SOCKETS_MOST = 500
OPERATIONS_MOST = 20
TO_BEGIN = timedelta(seconds=10)
TO_TAKE = 15.0
"""Seconds that a client may leave one answer untaken; then its socket is given up."""

TRY_AGAIN_LATER = 1013
_GIVEN_UP = "polyfocal.given_up"
log = structlog.get_logger("api.sockets")


class Connection:
    """One socket: the headers of its handshake, and what `connection_init` brought."""

    def __init__(self, endpoint: GraphQLEndpoint, scope: Scope) -> None:
        self._endpoint, self._scope = endpoint, scope
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.connection_params: Mapping[str, Any] = {}
        """Set by Strawberry."""

    async def recognise(self) -> Actor:
        """Who is at the other end, now. Raises as `Authentication.recognise` does."""
        headers = dict(self.headers)
        token = self.connection_params.get("authorization", self.connection_params.get("Authorization"))
        if token is not None:
            if not isinstance(token, str):
                raise UnauthenticatedError("authorization must be text.")
            headers[b"authorization"] = token.encode("latin-1", "replace")
        return await self._endpoint.authentication.recognise(headers, by_cookie=True)

    async def context(self) -> Context:
        """What one operation stands on."""
        context = self._endpoint.context(await self.recognise(), client_of(self._scope, self.headers), "")
        context.recognise = self.recognise
        return context


class _Handler(BaseGraphQLTransportWSHandler[Any, None]):
    """Runs operations under the limits, validation and errors of the endpoint."""

    view: "Sockets"

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        try:
            await self._run(operation)
        except WebSocketDisconnected:
            return
        except Exception:
            log.exception("socket.operation_failed")
            await self._refuse(operation, [errors.internal("")])

    async def _run(self, operation: Operation[Any, None]) -> None:
        endpoint = self.view.endpoint
        variables = operation.variables if isinstance(operation.variables, dict) else {}
        if not isinstance(operation.query, str) or not isinstance(operation.operation_name, str | None):
            await self._refuse(operation, [errors.refused(errors.BAD_REQUEST, "query must be a string.")])
            return
        asked = Asked(operation.query, variables, operation.operation_name or None)
        try:
            found = endpoint.operations.find(asked.query, asked.operation_name)
            context: Context = await self.context.context()
        except GraphQLSyntaxError as error:
            await self._refuse(operation, [errors.formatted(error, errors.PARSE_FAILED)])
        except GraphQLError as error:
            await self._refuse(operation, [errors.formatted(error, errors.VALIDATION_FAILED)])
        except InvalidDocumentError as invalid:
            await self._refuse(operation, [errors.formatted(each, errors.VALIDATION_FAILED) for each in invalid.errors])
        except (UnauthenticatedError, ForbiddenError) as error:
            await self._refuse(operation, [errors.refused(error.code, error.message)])
        else:
            context.document = found.document
            with events.coming_from(context.client.address or None):
                answer = self._stream if found.is_subscription else self._answer
                await answer(operation, asked, context)

    async def _answer(self, operation: Operation[Any, None], asked: Asked, context: Context) -> None:
        """A query or a mutation, as over HTTP."""
        try:
            _, result = await self.view.endpoint.execute(asked, context)
        except RefusedError as refusal:
            await self._refuse(operation, [refusal.error])
            return
        if "data" not in result:
            await self._refuse(operation, result["errors"])
            return
        await self._tell(operation, "next", result)
        await self._tell(operation, "complete")

    async def _stream(self, operation: Operation[Any, None], asked: Asked, context: Context) -> None:
        stream: Any = await self.schema.stream(
            asked.query,
            variable_values=dict(asked.variables),
            context_value=context,
            operation_name=asked.operation_name,
        )
        begun = False
        try:
            async for result in stream:
                told = [errors.formatted(each) for each in result.errors or ()]
                if told and result.data is None and not begun:
                    await self._refuse(operation, told)
                    return
                begun = True
                payload = {"data": result.data, **({"errors": told} if told else {})}
                await self._tell(operation, "next", payload)
        finally:
            await stream.aclose()
        await self._tell(operation, "complete")

    async def _refuse(self, operation: Operation[Any, None], told: list[dict[str, Any]]) -> None:
        await self._tell(operation, "error", told)

    async def _tell(self, operation: Operation[Any, None], kind: str, payload: Any = None) -> None:
        message: Any = {"id": operation.id, "type": kind, **({} if payload is None else {"payload": payload})}
        await operation.send_operation_message(message)


class _Adapter(ASGIWebSocketAdapter):
    """Sends within the time that there is, or gives the socket up."""

    view: "Sockets"

    def __init__(self, view: Any, request: WebSocket, response: WebSocket) -> None:
        super().__init__(view, request, response)
        self._serving = asyncio.current_task()

    async def send_json(self, message: Mapping[str, object]) -> None:
        try:
            async with asyncio.timeout(self.view.to_take):
                await super().send_json(message)
        except TimeoutError:
            log.warning("socket.given_up")
            self.ws.scope[_GIVEN_UP] = True
            if self._serving is not None:
                self._serving.cancel()
            raise WebSocketDisconnected from None


class Sockets(GraphQL[Any, None]):
    """The ASGI application that serves the WebSockets of `/graphql`, beside the endpoint for HTTP."""

    websocket_adapter_class = _Adapter
    graphql_transport_ws_handler_class = _Handler

    def __init__(
        self,
        schema: Schema,
        endpoint: GraphQLEndpoint,
        *,
        most: int = SOCKETS_MOST,
        to_begin: timedelta = TO_BEGIN,
        to_take: float = TO_TAKE,
    ) -> None:
        super().__init__(
            schema,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=to_begin,
            max_subscriptions_per_connection=OPERATIONS_MOST,
        )
        self.endpoint, self.to_take = endpoint, to_take
        self._most, self._open = most, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket to its end."""
        if self._open >= self._most:
            socket = WebSocket(scope, receive, send)
            await socket.accept(subprotocol=next(iter(scope["subprotocols"]), None))
            await socket.close(TRY_AGAIN_LATER, "Too many connections; try again later.")
            return
        self._open += 1
        task = asyncio.current_task()
        try:
            await super().__call__(scope, receive, send)
        except asyncio.CancelledError:
            if task is None or _GIVEN_UP not in scope:
                raise
            task.uncancel()
        finally:
            self._open -= 1

    def is_websocket_origin_allowed(self, request: WebSocket, origin: str) -> bool:
        """Any page may connect, as a program with a token may: a cookie counts for pages of ours only."""
        return True

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Connection:
        """One for each socket."""
        return Connection(self.endpoint, request.scope)

    async def on_ws_connect(self, context: Connection) -> Any:
        """Turn away whoever brings a token or a session that is not good. A stranger may ask what strangers may."""
        try:
            await context.recognise()
        except (UnauthenticatedError, ForbiddenError) as error:
            raise ConnectionRejectionError from error
        return await super().on_ws_connect(context)
