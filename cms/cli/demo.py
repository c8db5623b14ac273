"""A newsroom to try, in one command."""

import typer

from cms.accounts.actors import Permission
from cms.accounts.models import ApiToken
from cms.accounts.tokens import issue_token
from cms.app import Newsroom
from cms.cli.running import serve_until_stopped, settled
from cms.cli.telling import told
from cms.clock import utc_now
from cms.database import MODEL_MODULES, migrate
from cms.settings import Settings

TOKEN = "demo"  # noqa: S105 - the name of the token, not the token


def add_to(main: typer.Typer) -> None:
    """Add the command."""
    main.command(name="demo")(demo)


def demo() -> None:
    """Migrate, seed a demonstration newsroom unless there is one, and serve it until Ctrl-C."""
    settings = settled()

    def prepare(address: str) -> str:
        token = told(lambda: _prepare(settings))
        return f"""
  Polyfocal is running.

    GraphiQL   {address}/graphql   (a first query is ready: press Ctrl-Enter)
    API token  {token}
               (new at each start; send it as 'Authorization: Bearer …' with mutations)

  Ctrl-C stops everything; the data stays in {settings.data_dir}/.
"""

    serve_until_stopped(settings, prepare)


async def _prepare(settings: Settings) -> str:
    from cms.demo.seeding import seed_demo  # noqa: PLC0415 - it brings FFmpeg, 18 MB that no other command needs

    await migrate(settings.database, models=MODEL_MODULES)
    async with Newsroom.open(settings) as newsroom:
        made = await seed_demo(newsroom.storage, utc_now())
        typer.echo(f"Seeded {made} items." if made else "The newsroom is there already; its data was kept.")
        now = utc_now()
        await ApiToken.filter(name=TOKEN, revoked_at=None).update(revoked_at=now)
        return await issue_token(TOKEN, [Permission.EDIT, Permission.PUBLISH], now=now)
