import io
import json
import logging
import sys

import httpx2
import pytest
import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from cms.logs import configure_logs
from cms.web.middleware import FAULT, RequestLog


async def fine(request):
    structlog.get_logger("test").info("inside")
    return PlainTextResponse(request.scope["request_id"])


async def broken(request):
    raise RuntimeError("una città segreta")


async def half_broken(request):
    async def pieces():
        yield b"first"
        raise RuntimeError("in the middle")

    return StreamingResponse(pieces())


@pytest.fixture
def client():
    routes = [Route("/fine", fine), Route("/broken", broken), Route("/half", half_broken)]
    app = Starlette(routes=routes, middleware=[Middleware(RequestLog)])
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://newsroom")


@pytest.fixture
def logged(monkeypatch):
    """The JSON log lines so far."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configure_logs("json", "info")
    structlog.configure(cache_logger_on_first_use=False)  # the next test captures another stderr
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


async def test_every_answer_and_log_line_has_the_requests_id(client, logged):
    answer = await client.get("/fine")
    request_id = answer.headers["x-request-id"]
    inside, request = logged()
    assert answer.text == inside["request_id"] == request["request_id"] == request_id
    assert (request["event"], request["level"], request["method"]) == ("request", "info", "GET")
    assert (request["path"], request["status"]) == ("/fine", 200)
    assert request["ms"] >= 0
    assert request["timestamp"].endswith("Z")
    assert (await client.get("/fine")).headers["x-request-id"] != request_id


@pytest.mark.parametrize(("given", "kept"), [("gateway-1.a_B", True), ("a b", False), ("x" * 65, False), ("è", False)])
async def test_a_plain_id_of_the_client_is_kept(client, logged, given, kept):
    answer = await client.get("/fine", headers=[(b"x-request-id", given.encode("latin-1"))])
    assert (answer.headers["x-request-id"] == given) is kept
    assert len({line["request_id"] for line in logged()}) == 1


async def test_what_is_not_found_has_an_id_too(client, logged):
    answer = await client.get("/citt%C3%A0%0A%1B[31m")
    (line,) = logged()
    assert (answer.status_code, line["status"]) == (404, 404)
    assert line["request_id"] == answer.headers["x-request-id"]


async def test_a_fault_is_answered_without_a_word_of_it_and_logged_with_the_id(client, logged):
    answer = await client.get("/broken")
    assert (answer.status_code, answer.json()) == (500, {"error": FAULT})
    fault, request = logged()
    assert (fault["event"], fault["level"], request["status"]) == ("request.failed", "error", 500)
    assert "una città segreta" in fault["exception"]
    assert fault["request_id"] == request["request_id"] == answer.headers["x-request-id"]


async def test_an_answer_that_broke_off_is_logged_as_it_began(client, logged):
    await client.get("/half")
    events = [line for line in logged() if line["event"] in {"request.failed", "request"}]
    assert [line["event"] for line in events] == ["request.failed", "request"]
    assert events[1]["status"] == 200
