"""What stands before every application: a request id and a log line, and the short way to the API."""

import re
import secrets
import time

import structlog
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FAULT = "This is a fault of the server, not of the request."
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")
log = structlog.get_logger("cms.web")


class RequestLog:
    """Gives each request an id, the client's own `X-Request-ID` if it is a plain one, and logs how it ended.

    The id is bound to every log line of the request, and sent back, also where the program fails.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope["request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception:
                log.exception("request.failed", method=scope["method"], path=scope["path"])
                if status:  # the answer has begun: only breaking it off tells the client
                    raise
                await JSONResponse({"error": FAULT}, status_code=500)(scope, receive, send_with_id)
            finally:
                log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status or None,  # None: the client went before there was an answer
                    ms=round((time.perf_counter() - started) * 1000, 2),
                )


class Direct:
    """Sends the requests of one path straight to their application, past the router of all the others.

    Matching patterns and guarding handlers costs as much as a small query.
    """

    def __init__(self, path: str, application: ASGIApp, others: ASGIApp) -> None:
        self._path, self._application, self._others = path, application, others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        chosen = self._application if scope["type"] == "http" and scope["path"] == self._path else self._others
        await chosen(scope, receive, send)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text: str = value.decode("latin-1")
            return text if _PLAIN.fullmatch(text) else secrets.token_hex(8)
    return secrets.token_hex(8)
