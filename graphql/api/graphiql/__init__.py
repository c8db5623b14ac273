"""The GraphiQL page, with everything it loads: nothing comes from another host."""

from functools import cache
from importlib.resources import files
from pathlib import Path

ASSETS = Path(str(files(__package__))) / "assets"
"""The page and what is ours of it."""

PACKAGED = ("graphene_django_graphiql_static", "static/graphene_django_graphiql_static")
"""GraphiQL 2.4.7 and React 17.0.2 as npm has them: the files of a distribution that is never imported."""

HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:;"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}


@cache
def page() -> bytes:
    """The page, as HTML."""
    return (ASSETS / "page.html").read_bytes()
