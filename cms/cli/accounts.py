"""API tokens from the command line."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer

from cms.accounts.actors import Permission
from cms.accounts.tokens import issue_token, revoke_token
from cms.cli.running import refused, settled
from cms.clock import utc_now
from cms.database import MODEL_MODULES, Database
from cms.errors import PolyfocalError

tokens = typer.Typer(help="API tokens.", no_args_is_help=True)


def add_to(main: typer.Typer) -> None:
    """Add the commands."""
    main.add_typer(tokens, name="token")


@tokens.command()
def create(
    name: Annotated[str, typer.Argument(help="Who will use it; revisions are signed with it.")],
    permission: Annotated[
        list[Permission] | None,
        typer.Option(help="What it may do; repeat for several. Edit and publish by default."),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires; never by default.")] = None,
) -> None:
    """Issue a token and print it, once."""

    async def issue() -> str:
        async with await Database.open(settled().database, models=MODEL_MODULES):
            now = utc_now()
            expires_at = now + timedelta(days=days) if days else None
            wanted = permission or [Permission.EDIT, Permission.PUBLISH]
            return await issue_token(name, wanted, now=now, expires_at=expires_at)

    try:
        typer.echo(asyncio.run(issue()))
    except PolyfocalError as error:
        raise refused(error.message) from None


@tokens.command()
def revoke(name: Annotated[str, typer.Argument(help="The name it was issued for.")]) -> None:
    """Revoke every token of a name, at once."""

    async def end() -> int:
        async with await Database.open(settled().database, models=MODEL_MODULES):
            return await revoke_token(name, now=utc_now())

    try:
        typer.echo(f"Revoked {asyncio.run(end())}.")
    except PolyfocalError as error:
        raise refused(error.message) from None
