"""GraphQL over HTTP, as a bare ASGI application: negotiation, limits, who asks, then a plan or Strawberry."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson
import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from starlette.types import Receive, Scope, Send
from strawberry import Schema

from api import errors
from api.authentication import Authentication, client_of
from api.context import Context
from api.graphiql import HEADERS, page
from api.plans.compiling import UncompilableError
from api.plans.fetching import NestedError
from api.plans.operations import InvalidDocumentError, Operation, Operations
from cms import events
from cms.accounts.actors import Actor
from cms.accounts.throttling import Client
from cms.database import Database, QueryTimeoutError
from cms.errors import ForbiddenError, UnauthenticatedError

JSON_TYPE = "application/json"
RESPONSE_TYPE = "application/graphql-response+json"
_ANSWERED = {RESPONSE_TYPE: RESPONSE_TYPE, JSON_TYPE: JSON_TYPE, "application/*": JSON_TYPE, "*/*": JSON_TYPE}
_QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")
log = structlog.get_logger("api")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None


class RefusedError(Exception):
    """A request that does not get as far as an operation: status and error of the answer."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.error, self.headers = status, errors.refused(code, message), headers or {}


class GraphQLEndpoint:
    """Answers GET and POST.

    `authentication` tells who asks, `context(actor, client, request id)` what there is to answer from.
    """

    def __init__(
        self,
        schema: Schema,
        operations: Operations,
        database: Database,
        *,
        authentication: Authentication,
        context: Callable[[Actor, Client, str], Context],
        body_limit: int,
        graphiql: bool,
    ) -> None:
        self.schema, self.operations, self._database = schema, operations, database
        self.authentication, self.context = authentication, context
        self._body_limit, self._graphiql = body_limit, graphiql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = dict(scope["headers"])
        accept = headers.get(b"accept", b"").decode("latin-1").lower() or "*/*"
        if self._graphiql and scope["method"] == "GET" and "text/html" in accept and not _asks(scope):
            await _send(send, 200, page(), "text/html; charset=utf-8", HEADERS)
            return
        media_type = _negotiated(accept)
        if media_type is None:
            answer = orjson.dumps({"errors": [errors.refused(errors.BAD_REQUEST, "Accept JSON, please.")]})
            await _send(send, 406, answer, JSON_TYPE)
            return
        status, body, extra = await self._answer(scope, receive, headers, media_type)
        await _send(send, status, body, f"{media_type}; charset=utf-8", extra)

    async def _answer(
        self, scope: Scope, receive: Receive, headers: Mapping[bytes, bytes], media_type: str
    ) -> tuple[int, bytes, Mapping[str, str]]:
        extra: Mapping[str, str] = {}
        try:
            asked = await self._read(scope, receive, headers)
            is_get = scope["method"] == "GET"
            actor = await self._recognise(headers, by_cookie=not is_get)
            context = self.context(actor, client_of(scope, headers), scope.get("request_id", ""))
            with events.coming_from(context.client.address or None):
                status, result = await self.execute(asked, context, is_get=is_get)
            extra = context.headers
        except RefusedError as refusal:
            status, result, extra = refusal.status, {"errors": [refusal.error]}, refusal.headers
        except Exception:
            log.exception("graphql.request_failed")
            status, result = 500, {"errors": [errors.internal(scope.get("request_id", ""))]}
        if status == 400 and media_type == JSON_TYPE and _reached_document(result):
            status = 200
        return status, orjson.dumps(result), extra

    async def _recognise(self, headers: Mapping[bytes, bytes], *, by_cookie: bool) -> Actor:
        """Who asks.

        Raises:
            RefusedError: the token or session is not good. The browser forgets such a session, or it could begin none.
        """
        try:
            return await self.authentication.recognise(headers, by_cookie=by_cookie)
        except ForbiddenError as error:
            raise RefusedError(403, error.code, error.message) from None
        except UnauthenticatedError as error:
            extra = {"WWW-Authenticate": "Bearer"}
            if b"authorization" not in headers:
                extra["Set-Cookie"] = self.authentication.forgetting()
            raise RefusedError(401, error.code, error.message, extra) from None

    async def _read(self, scope: Scope, receive: Receive, headers: Mapping[bytes, bytes]) -> Asked:
        """The request's parameters.

        Raises:
            RefusedError: another method, another type, too long, or no GraphQL request.
        """
        if scope["method"] == "GET":
            return _asked(_from_query_string(scope["query_string"]))
        if scope["method"] != "POST":
            raise RefusedError(405, errors.BAD_REQUEST, "Use POST, or GET for queries.", {"Allow": "GET, POST"})
        content_type, _, parameters = headers.get(b"content-type", b"").decode("latin-1").lower().partition(";")
        if content_type.strip() != JSON_TYPE or ("charset" in parameters and "utf-8" not in parameters):
            raise RefusedError(415, errors.BAD_REQUEST, "Send JSON in UTF-8 as application/json.")
        body = await _body(receive, self._body_limit)
        try:
            return _asked(orjson.loads(body))
        except orjson.JSONDecodeError as error:
            raise RefusedError(400, errors.BAD_REQUEST, f"The body is not JSON: {error.msg}.") from None

    async def execute(self, asked: Asked, context: Context, *, is_get: bool = False) -> tuple[int, dict[str, Any]]:
        """The status under `application/graphql-response+json`, and the result.

        Raises:
            RefusedError: an operation that does not go by this way.
        """
        try:
            operation = self.operations.find(asked.query, asked.operation_name)
        except GraphQLSyntaxError as error:
            return 400, {"errors": [errors.formatted(error, errors.PARSE_FAILED)]}
        except GraphQLError as error:
            return 400, {"errors": [errors.formatted(error, errors.VALIDATION_FAILED)]}
        except InvalidDocumentError as invalid:
            return 400, {"errors": [errors.formatted(each, errors.VALIDATION_FAILED) for each in invalid.errors]}
        _check_way(operation, is_get=is_get)
        variables = operation.variables.read(asked.variables)
        if isinstance(variables, list):
            return 400, {"errors": [errors.formatted(each, errors.BAD_VARIABLES) for each in variables]}
        if _has_nul(asked.variables):
            message = "A variable holds a NUL character, which no text of ours can hold."
            return 400, {"errors": [errors.refused(errors.BAD_VARIABLES, message)]}
        try:
            plan = operation.plan(self._database.dialect, variables)
        except UncompilableError:
            return 200, await self._by_strawberry(asked, operation, context)
        run = context.run(variables)
        try:
            return 200, await self._database.snapshots.run(lambda: plan.program(run), heavy=plan.heavy)
        except NestedError:
            return 200, await self._by_strawberry(asked, operation, context)
        except QueryTimeoutError:
            message = "This took too long; ask for less at once."
            return 200, {"data": None, "errors": [errors.refused("TIMEOUT", message)]}

    async def _by_strawberry(self, asked: Asked, operation: Operation, context: Context) -> dict[str, Any]:
        context.document = operation.document
        result = await self.schema.execute(
            asked.query,
            variable_values=dict(asked.variables),
            context_value=context,
            operation_name=operation.definition.name.value if operation.definition.name else None,
        )
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [errors.formatted(each, request_id=context.request_id) for each in result.errors]
        return answer


def _check_way(operation: Operation, *, is_get: bool) -> None:
    """Refuse an operation that does not go by HTTP, or not by GET.

    Raises:
        RefusedError: as it says.
    """
    if operation.is_subscription:
        message = "Subscribe over a WebSocket at this address, by graphql-transport-ws."
        raise RefusedError(400, errors.BAD_REQUEST, message)
    if is_get and not operation.is_query:
        raise RefusedError(405, errors.BAD_REQUEST, "GET is for queries; send mutations by POST.", {"Allow": "POST"})


def _reached_document(result: Mapping[str, Any]) -> bool:
    """Whether the request was well formed, so that a client that knows only JSON gets 200 for a bad document."""
    codes = {each.get("extensions", {}).get("code") for each in result["errors"]}
    return errors.BAD_REQUEST not in codes


def _asks(scope: Scope) -> bool:
    return b"query=" in scope["query_string"]


def _negotiated(accept: str) -> str | None:
    """The type of the answer: of the two we have, the one that is asked for most, then first; JSON for anything."""
    best, found = 0.0, None
    for part in accept.split(","):
        kind, *parameters = (each.strip() for each in part.split(";"))
        quality = next((_quality(each[2:]) for each in parameters if each.startswith("q=")), 1.0)
        if quality > best and kind in _ANSWERED:
            best, found = quality, _ANSWERED[kind]
    return found


def _quality(text: str) -> float:
    return float(text) if _QUALITY.fullmatch(text) else 0.0


def _asked(parameters: Any) -> Asked:
    if not isinstance(parameters, dict):
        raise RefusedError(400, errors.BAD_REQUEST, "The request must be a JSON object with a query.")
    query, variables = parameters.get("query"), parameters.get("variables")
    name, extensions = parameters.get("operationName"), parameters.get("extensions")
    if not isinstance(query, str):
        raise RefusedError(400, errors.BAD_REQUEST, "query must be a string.")
    if not isinstance(variables, dict | None):
        raise RefusedError(400, errors.BAD_REQUEST, "variables must be an object.")
    if not isinstance(name, str | None):
        raise RefusedError(400, errors.BAD_REQUEST, "operationName must be a string.")
    if not isinstance(extensions, dict | None):
        raise RefusedError(400, errors.BAD_REQUEST, "extensions must be an object.")
    return Asked(query, variables or {}, name or None)


def _from_query_string(text: bytes) -> dict[str, Any]:
    try:
        parameters: dict[str, Any] = dict(parse_qsl(text.decode("ascii"), errors="strict", max_num_fields=20))
        for name in ("variables", "extensions"):
            if name in parameters:
                parameters[name] = orjson.loads(parameters[name])
    except ValueError:
        raise RefusedError(400, errors.BAD_REQUEST, "The parameters of this address cannot be read.") from None
    return parameters


def _has_nul(value: Any) -> bool:
    """Whether a JSON value holds a NUL; it may be nested deeper than calls can be."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            if "\0" in each:
                return True
        elif isinstance(each, Mapping):
            waiting += each.keys()
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return False


async def _body(receive: Receive, limit: int) -> bytes:
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(400, errors.BAD_REQUEST, "The request broke off.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise RefusedError(413, errors.LIMIT_EXCEEDED, f"A request may have {limit} bytes at most.")
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


async def _send(
    send: Send, status: int, body: bytes, content_type: str, extra: Mapping[str, str] | None = None
) -> None:
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"vary", b"Accept, Authorization"),
        *((name.lower().encode(), value.encode()) for name, value in (extra or {}).items()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
