"""The command `polyfocal`.

running    serve web worker migrate
accounts   user create, user list, user password, token create, token revoke
operating  doctor backup restore retry
demo       demo
importing  import
schema     schema
settings   settings

supervising keeps the processes of `serve` alive, telling ends a command with a line.
"""

import typer

from cms.cli import accounts, demo, importing, operating, running, schema, settings

main = typer.Typer(
    name="polyfocal",
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
