"""A newsroom to try, in one command."""

import contextlib
from datetime import datetime

import typer

from cms.accounts.actors import SYSTEM, Grant, Permission
from cms.accounts.models import User
from cms.accounts.passwords import generate_password
from cms.accounts.roles import Assignment, Role
from cms.accounts.tokens import issue_token, revoke_tokens
from cms.accounts.users import change_password, create_user
from cms.app import Newsroom
from cms.cli.running import serve_until_stopped, settled
from cms.cli.telling import told
from cms.clock import utc_now
from cms.database import MODEL_MODULES, migrate
from cms.errors import NotFoundError
from cms.settings import Settings

TOKEN = "demo"  # noqa: S105 - the name of the token, not the token
EMAIL = "demo@polyfocal.example"


def add_to(main: typer.Typer) -> None:
    """Add the command."""
    main.command(name="demo")(demo)


def demo() -> None:
    """Migrate, seed a demonstration newsroom unless there is one, and serve it until Ctrl-C."""
    settings = settled()

    def prepare(address: str) -> str:
        token, password = told(lambda: _prepare(settings))
        return f"""
  Polyfocal is running.

    GraphiQL   {address}/graphql   (a first query is ready: press Ctrl-Enter)
    API token  {token}
               (send it as 'Authorization: Bearer …' with mutations)
    Sign-in    {EMAIL}
               {password}
               (an administrator; the token and this password are new at each start)

  Ctrl-C stops everything; the data stays in {settings.data_dir}/.
"""

    serve_until_stopped(settings, prepare)


async def _prepare(settings: Settings) -> tuple[str, str]:
    """A token and the password of the demonstration's administrator."""
    from cms.demo.seeding import seed_demo  # noqa: PLC0415 - it brings FFmpeg, 18 MB that no other command needs

    await migrate(settings.database, models=MODEL_MODULES)
    async with Newsroom.open(settings) as newsroom:
        made = await seed_demo(newsroom.storage, utc_now())
        typer.echo(f"Seeded {made} items." if made else "The newsroom is there already; its data was kept.")
        now = utc_now()
        with contextlib.suppress(NotFoundError):
            await revoke_tokens(SYSTEM, name=TOKEN, now=now)
        grants = [Grant(Permission.EDIT), Grant(Permission.PUBLISH)]
        _, token = await issue_token(SYSTEM, TOKEN, grants, now=now)
        return token, await _password(now)


async def _password(now: datetime) -> str:
    """Made anew at each start: what is known to many would go on opening the newsroom when it is served for real."""
    password = generate_password()
    if user := await User.get_or_none(email=EMAIL):
        await change_password(SYSTEM, user_id=user.id, password=password, now=now)
    else:
        roles = [Assignment(Role.ADMINISTRATOR)]
        await create_user(SYSTEM, email=EMAIL, name="Demo", password=password, roles=roles, now=now)
    return password
