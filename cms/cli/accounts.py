"""Accounts of people and tokens of programs from the command line, which has the database in its hands."""

import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, TypeVar

import typer

from cms.accounts.actors import SYSTEM, Grant, Permission
from cms.accounts.models import User
from cms.accounts.passwords import generate_password
from cms.accounts.roles import Assignment, Role, held
from cms.accounts.tokens import issue_token, revoke_tokens
from cms.accounts.users import change_password, create_user, find_user
from cms.cli.running import settled
from cms.cli.telling import told
from cms.clock import utc_now
from cms.content.models import Kind
from cms.database import MODEL_MODULES, Database
from cms.taxonomy.locales import load_locales

T = TypeVar("T")

users = typer.Typer(help="Accounts of people.", no_args_is_help=True)
tokens = typer.Typer(help="API tokens.", no_args_is_help=True)

Locales = Annotated[
    list[str] | None, typer.Option("--locale", help="For texts in this locale only; repeat for several.")
]
Kinds = Annotated[list[Kind] | None, typer.Option("--kind", help="For this kind only; repeat for several.")]
FromStdin = Annotated[
    bool, typer.Option("--stdin", help="Read the password from the standard input instead of making one.")
]


def add_to(main: typer.Typer) -> None:
    """Add the commands."""
    main.add_typer(users, name="user")
    main.add_typer(tokens, name="token")


@users.command(name="create")
def user_create(
    email: Annotated[str, typer.Argument(help="The address that they will sign in with.")],
    name: Annotated[str, typer.Option(help="The name that their revisions will be signed with.")],
    role: Annotated[list[Role], typer.Option(help="A role; repeat for several.")],
    locale: Locales = None,
    kind: Kinds = None,
    stdin: FromStdin = False,
) -> None:
    """Give a person an account; a password that was made is printed, once."""
    password = _password(stdin=stdin)

    async def create() -> User:
        roles = [Assignment(each, _kinds(kind), await _locales(locale)) for each in role]
        return await create_user(SYSTEM, email=email, name=name, password=password, roles=roles, now=utc_now())

    user = _run(create)
    typer.echo(f"{user.email} can sign in." if stdin else password)


@users.command(name="list")
def user_list() -> None:
    """List the accounts: address, name, roles, and whether they are deactivated."""

    async def read() -> list[User]:
        return await User.all().order_by("id")

    for user in _run(read):
        roles = ", ".join(_told(each) for each in held(user.roles)) or "no role"
        typer.echo("\t".join([user.email, user.name, roles, *([] if user.active else ["deactivated"])]))


@users.command(name="password")
def user_password(
    email: Annotated[str, typer.Argument(help="The address of the account.")], stdin: FromStdin = False
) -> None:
    """Change a password and end the sessions of its owner; a password that was made is printed, once."""
    password = _password(stdin=stdin)

    async def change() -> None:
        user = await find_user(email)
        await change_password(SYSTEM, user_id=user.id, password=password, now=utc_now())

    _run(change)
    typer.echo("The password is changed." if stdin else password)


@tokens.command(name="create")
def token_create(
    name: Annotated[str, typer.Argument(help="Who will use it; revisions are signed with it.")],
    permission: Annotated[
        list[Permission] | None,
        typer.Option(help="What it may do; repeat for several. Edit and publish by default."),
    ] = None,
    locale: Locales = None,
    kind: Kinds = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires; never by default.")] = None,
) -> None:
    """Issue a token and print it, once."""

    async def issue() -> str:
        now = utc_now()
        expires_at = now + timedelta(days=days) if days else None
        locales = await _locales(locale)
        wanted = permission or [Permission.EDIT, Permission.PUBLISH]
        grants = [Grant(each, _kinds(kind), locales) for each in wanted]
        _, secret = await issue_token(SYSTEM, name, grants, now=now, expires_at=expires_at)
        return secret

    typer.echo(_run(issue))


@tokens.command(name="revoke")
def token_revoke(name: Annotated[str, typer.Argument(help="The name it was issued for.")]) -> None:
    """Revoke every token of a name, at once."""

    async def end() -> int:
        return await revoke_tokens(SYSTEM, name=name, now=utc_now())

    typer.echo(f"Revoked {_run(end)}.")


def _run(act: Callable[[], Awaitable[T]]) -> T:
    """Act on the open database; exits with a line if it refuses."""

    async def run() -> T:
        async with await Database.open(settled().database, models=MODEL_MODULES):
            return await act()

    return told(run)


def _password(*, stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\r\n") if stdin else generate_password()


def _kinds(given: list[Kind] | None) -> frozenset[str] | None:
    return frozenset(kind.value for kind in given) if given else None


async def _locales(given: list[str] | None) -> frozenset[str] | None:
    configured = await load_locales()
    return frozenset(configured.check(tag, "locale") for tag in given) if given else None


def _told(assignment: Assignment) -> str:
    """A role and its limits, such as `translator (zh)`."""
    limits = sorted((assignment.kinds or frozenset()) | (assignment.locales or frozenset()))
    return f"{assignment.role} ({', '.join(limits)})" if limits else str(assignment.role)
