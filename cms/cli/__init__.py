"""The command `polyfocal`.

running    serve web worker migrate
accounts   token create, token revoke
operating  doctor backup restore retry
demo       demo
importing  import
schema     schema
settings   settings
"""

from typing import Any

import typer
from typer.core import TyperGroup

from cms.cli import accounts, demo, importing, operating, running, schema, settings
from cms.cli.running import refused
from cms.database import DatabaseError


class _Commands(TyperGroup):
    """Tells in a line that the database cannot be used, whatever the command."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except DatabaseError as error:
            raise refused(f"{error}. polyfocal doctor says more.") from None


main = typer.Typer(
    name="polyfocal",
    cls=_Commands,
    help="A headless CMS with a GraphQL API for newsrooms that publish in several languages.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
running.add_to(main)
accounts.add_to(main)
operating.add_to(main)
demo.add_to(main)
importing.add_to(main)
schema.add_to(main)
settings.add_to(main)
