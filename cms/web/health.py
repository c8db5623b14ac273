"""Whether the process lives, and whether it is ready to serve."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

Check = Callable[[], Awaitable[None]]


def health_routes(checks: dict[str, Check]) -> list[Route]:
    """`/health/live` answers while the process does; `/health/ready` runs each check, 503 if one fails."""

    async def live(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> JSONResponse:
        found: dict[str, str] = {}
        for name, check in checks.items():
            try:
                await check()
            except Exception as error:  # noqa: BLE001 - whatever it is, the process is not ready
                found[name] = f"failed: {type(error).__name__}"
            else:
                found[name] = "ok"
        healthy = all(state == "ok" for state in found.values())
        body = {"status": "ready" if healthy else "not ready", "checks": found}
        return JSONResponse(body, status_code=200 if healthy else 503)

    return [Route("/health/live", live), Route("/health/ready", ready)]
