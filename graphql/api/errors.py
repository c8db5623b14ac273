"""Errors as GraphQL tells them: a message in plain words, a place, and a stable `extensions.code`.

The codes of PolyfocalError are the domain's (`cms.errors`); those of a request that never reached it are here.
"""

from collections.abc import Sequence
from typing import Any

import structlog
from graphql import FieldNode, GraphQLError, get_location

from cms.errors import PolyfocalError

BAD_REQUEST = "BAD_REQUEST"
PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_VARIABLES = "BAD_USER_INPUT"
LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
INTERNAL = "INTERNAL"

MESSAGE_MOST = 500
"""Characters of a message of graphql-core, which quotes what was sent, however long."""

log = structlog.get_logger()


class BadArgumentError(PolyfocalError):
    """A variable holds null, or nothing, where an argument needs a value; known only when the field is read."""

    code = BAD_VARIABLES


def located(error: PolyfocalError, node: FieldNode, path: Sequence[str | int]) -> dict[str, Any]:
    """An error of the domain that a field met."""
    formatted: dict[str, Any] = {"message": error.message}
    if node.loc is not None:
        place = get_location(node.loc.source, node.loc.start)
        formatted["locations"] = [{"line": place.line, "column": place.column}]
    return {**formatted, "path": list(path), "extensions": extensions(error)}


def extensions(error: PolyfocalError) -> dict[str, Any]:
    """The code of an error, and the path of the argument it is about."""
    return {"code": error.code, "argument": list(error.path)} if error.path else {"code": error.code}


def refused(code: str, message: str) -> dict[str, Any]:
    """An error of a request as a whole."""
    return {"message": message, "extensions": {"code": code}}


def internal(request_id: str) -> dict[str, Any]:
    """A fault of ours: nothing of it but the id that its log line has too."""
    return {
        "message": "Something went wrong here; it is logged.",
        "extensions": {"code": INTERNAL, "requestId": request_id},
    }


def _cut(message: str) -> str:
    return message if len(message) <= MESSAGE_MOST else f"{message[:MESSAGE_MOST]}…"


def formatted(error: GraphQLError, code: str = INTERNAL, *, request_id: str = "") -> dict[str, Any]:
    """An error of graphql-core. What is not meant for clients is logged, and told only as INTERNAL."""
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    answer: dict[str, Any] = {**error.formatted, "message": _cut(error.message)}
    if isinstance(cause, PolyfocalError):
        return {**answer, "message": cause.message, "extensions": extensions(cause)}
    if cause is None or isinstance(cause, GraphQLError) or code != INTERNAL:
        own = (error.extensions or {}).get("code")
        return {
            **answer,
            "extensions": {
                **(error.extensions or {}),
                "code": own or (BAD_VARIABLES if code == INTERNAL else code),
            },
        }
    log.error("graphql.internal_error", exc_info=cause, path=error.path)
    return {**answer, **internal(request_id)}
