"""Serving stored files, but only those of items that may be seen."""

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from tortoise.expressions import Q

from cms.assets.models import VideoAsset
from cms.clock import Clock
from cms.content.models import Edition
from cms.files.models import File
from cms.reading.scope import Scope
from media.storage import LocalStorage

MAX_AGE = 60
"""Seconds that a client may keep a file without asking again: how long a kill may go unnoticed there."""


def file_routes(storage: LocalStorage, clock: Clock) -> list[Route]:
    """`/files/{key}`: ranges, ETag and HEAD; 404 unless a live item that everybody may see shows the file."""

    async def serve(request: Request) -> Response:
        key: str = request.path_params["key"]
        # PostgreSQL knows no NUL, not even to ask for it.
        file = None if "\0" in key else await File.get_or_none(key=key)
        if file is None or not await _visible(file, Scope(clock())) or not await storage.exists(file.key):
            return JSONResponse({"error": "There is no such file."}, status_code=404)
        headers = {
            "Cache-Control": f"public, max-age={MAX_AGE}",
            "X-Content-Type-Options": "nosniff",
            "ETag": f'"{file.sha256}"',
        }
        if _is_known(request.headers.get("if-none-match", ""), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return FileResponse(storage.path(file.key), media_type=file.content_type, headers=headers)

    return [Route("/files/{key:path}", serve, methods=["GET", "HEAD"])]


def _is_known(tags: str, tag: str) -> bool:
    """Whether the client says that it has these bytes; weak or strong is the same here (RFC 9110, 13.1.2)."""
    given = {each.strip().removeprefix("W/") for each in tags.split(",")}
    return tag in given or "*" in given


async def _visible(file: File, scope: Scope) -> bool:
    shown = VideoAsset.filter(Q(master_id=file.id) | Q(poster_id=file.id)).filter(scope.q("item__"))
    items = await shown.values_list("item_id", flat=True)
    return bool(items) and await Edition.exists(item_id__in=list(items))
