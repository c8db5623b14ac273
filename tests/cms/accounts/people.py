"""People of a small newsroom, and where they sit."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cms.accounts.actors import SYSTEM, Actor
from cms.accounts.models import User
from cms.accounts.roles import Assignment, Role, grants_of
from cms.accounts.sessions import Lifetimes
from cms.accounts.throttling import Client
from cms.accounts.users import create_user

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIFETIMES = Lifetimes(idle=timedelta(hours=24), most=timedelta(days=14))
DESK = Client("192.0.2.7", "Firefox")
ELSEWHERE = Client("198.51.100.9", "curl")
PASSWORD = "perché-no-第一稿"
ADMINISTRATOR = (Assignment(Role.ADMINISTRATOR),)


async def make_user(
    email: str, name: str, roles: Sequence[Assignment] = ADMINISTRATOR, password: str = PASSWORD
) -> User:
    return await create_user(SYSTEM, email=email, name=name, password=password, roles=roles, now=NOON)


def acting(user: User, session_id: int | None = None) -> Actor:
    """The user as whoever signed in."""
    return Actor(user.name, grants_of(user.roles), user_id=user.id, session_id=session_id)
