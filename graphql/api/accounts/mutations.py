"""Mutations of accounts: each calls one command. Signing in sets the session's cookie, signing out takes it away."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import strawberry

from api.accounts.inputs import CreateUserInput, IssueTokenInput, RoleInput, assignments, grants, user_key
from api.accounts.payloads import (
    CreatedUser,
    CreateUserPayload,
    DonePayload,
    IssuedToken,
    IssueTokenPayload,
    SignInPayload,
    TokenPayload,
    UserPayload,
)
from api.accounts.types import ApiToken, User, Viewer
from api.content.payloads import UserError, authenticated, refusable
from api.context import Info
from api.nodes import key_of
from api.scalars import Locale
from cms.accounts import sessions, tokens, users
from cms.accounts.actors import Actor
from cms.accounts.models import User as UserRow
from cms.accounts.passwords import generate_password
from cms.accounts.roles import grants_of
from cms.accounts.signing_in import sign_in, sign_out
from cms.errors import UnauthenticatedError

T = TypeVar("T")

UserArgument = Annotated[strawberry.ID, strawberry.argument(description="The user's id.")]


@strawberry.type
class AccountsMutation:
    """Commands on accounts."""

    @strawberry.mutation(description="Begin a session; the answer sets its cookie. Failed attempts are throttled.")
    async def sign_in(
        self,
        info: Info,
        email: Annotated[str, strawberry.argument(description="The address of the account.")],
        password: Annotated[str, strawberry.argument(description="Its password.")],
    ) -> SignInPayload:
        """See `cms.accounts.signing_in.sign_in`."""
        context = info.context

        async def change() -> Viewer:
            authentication = context.authentication
            begun = await sign_in(
                email, password, client=context.client, lifetimes=authentication.lifetimes, now=context.now
            )
            user, session = begun.user, begun.session
            context.actor = Actor(user.name, grants_of(user.roles), user_id=user.id, session_id=session.id)
            context.headers |= {"Set-Cookie": authentication.remembering(begun), "Cache-Control": "no-store"}
            return Viewer(actor=context.actor, row=user)

        try:
            return await refusable(SignInPayload, [], change)
        except UnauthenticatedError as error:  # nothing is missing in the request: what it says is wrong
            refusal = UserError(code=error.code, path=[], message=error.message)
            return SignInPayload(result=None, user_errors=[refusal])

    @strawberry.mutation(description="End the session that asks; the answer takes its cookie away.")
    async def sign_out(self, info: Info) -> DonePayload:
        """See `cms.accounts.signing_in.sign_out`."""
        context = info.context

        async def change() -> bool:
            await sign_out(context.actor, now=context.now)
            context.headers["Set-Cookie"] = context.authentication.forgetting()
            return True

        return await refusable(DonePayload, [], change)

    @strawberry.mutation(description="End a session, one's own or, with newsroom.administer, anybody's.")
    async def revoke_session(
        self, info: Info, session: Annotated[strawberry.ID, strawberry.argument(description="The session's id.")]
    ) -> DonePayload:
        """See `cms.accounts.sessions.revoke_session`."""
        context = info.context

        async def change() -> bool:
            key = key_of(session, "Session", path=("session",))
            await sessions.revoke_session(context.actor, session_id=key, now=context.now)
            if key == context.actor.session_id:
                context.headers["Set-Cookie"] = context.authentication.forgetting()
            return True

        return await _changed(info, DonePayload, change)

    @strawberry.mutation(description="Give a person an account. Needs the permission newsroom.administer.")
    async def create_user(
        self,
        info: Info,
        input: Annotated[CreateUserInput, strawberry.argument(description="The person.")],  # noqa: A002 - Relay's name
    ) -> CreateUserPayload:
        """See `cms.accounts.users.create_user`."""
        context = info.context

        async def change() -> CreatedUser:
            made = generate_password() if input.password is None else None
            user = await users.create_user(
                context.actor,
                email=input.email,
                name=input.name,
                password=made or input.password or "",
                roles=assignments(context, input.roles),
                locale=input.locale,
                now=context.now,
            )
            return CreatedUser(user=User(row=user), password=made)

        return await _changed(info, CreateUserPayload, change, "input")

    @strawberry.mutation(
        description="Change a password, and end the other sessions of its owner: one's own by knowing it, those of"
        " others with newsroom.administer."
    )
    async def change_password(
        self,
        info: Info,
        user: UserArgument,
        password: Annotated[str, strawberry.argument(description="The new one: from 12 characters on.")],
        current: Annotated[str | None, strawberry.argument(description="The one it was, if it is one's own.")] = None,
    ) -> UserPayload:
        """See `cms.accounts.users.change_password`."""
        context = info.context

        async def change() -> UserRow:
            return await users.change_password(
                context.actor,
                user_id=user_key(user),
                password=password,
                current=current,
                client=context.client,
                now=context.now,
            )

        return await _user(info, change)

    @strawberry.mutation(
        description="Give a person these roles instead of those they have. Needs the permission newsroom.administer."
    )
    async def set_roles(
        self,
        info: Info,
        user: UserArgument,
        roles: Annotated[list[RoleInput], strawberry.argument(description="All their roles.")],
    ) -> UserPayload:
        """See `cms.accounts.users.set_roles`."""
        context = info.context

        async def change() -> UserRow:
            given = assignments(context, roles)
            return await users.set_roles(context.actor, user_id=user_key(user), roles=given, now=context.now)

        return await _user(info, change)

    @strawberry.mutation(description="Close an account and end its sessions. Needs the permission newsroom.administer.")
    async def deactivate_user(self, info: Info, user: UserArgument) -> UserPayload:
        """See `cms.accounts.users.deactivate_user`."""
        context = info.context
        return await _user(info, lambda: users.deactivate_user(context.actor, user_id=user_key(user), now=context.now))

    @strawberry.mutation(description="Open a closed account again. Needs the permission newsroom.administer.")
    async def reactivate_user(self, info: Info, user: UserArgument) -> UserPayload:
        """See `cms.accounts.users.reactivate_user`."""
        context = info.context
        return await _user(info, lambda: users.reactivate_user(context.actor, user_id=user_key(user), now=context.now))

    @strawberry.mutation(description="Keep the language that one likes to work in.")
    async def prefer_locale(
        self,
        info: Info,
        locale: Annotated[Locale | None, strawberry.argument(description="The language; null for none.")] = None,
    ) -> UserPayload:
        """See `cms.accounts.users.prefer_locale`."""
        return await _user(info, lambda: users.prefer_locale(info.context.actor, locale))

    @strawberry.mutation(description="Give a program a token. Needs the permission newsroom.administer.")
    async def issue_token(
        self,
        info: Info,
        input: Annotated[IssueTokenInput, strawberry.argument(description="The program.")],  # noqa: A002 - as above
    ) -> IssueTokenPayload:
        """See `cms.accounts.tokens.issue_token`."""
        context = info.context

        async def change() -> IssuedToken:
            given = grants(context, input.grants)
            token, secret = await tokens.issue_token(
                context.actor, input.name, given, now=context.now, expires_at=input.expires_at
            )
            return IssuedToken(token=ApiToken(row=token), secret=secret)

        return await _changed(info, IssueTokenPayload, change, "input")

    @strawberry.mutation(description="Revoke a token at once. Needs the permission newsroom.administer.")
    async def revoke_token(
        self, info: Info, token: Annotated[strawberry.ID, strawberry.argument(description="The token's id.")]
    ) -> TokenPayload:
        """See `cms.accounts.tokens.revoke_token`."""
        context = info.context

        async def change() -> ApiToken:
            key = key_of(token, "ApiToken", path=("token",))
            return ApiToken(row=await tokens.revoke_token(context.actor, token_id=key, now=context.now))

        return await _changed(info, TokenPayload, change)


async def _changed(info: Info, payload: Callable[..., T], change: Callable[[], Awaitable[Any]], *path: str) -> T:
    """Run a change of somebody who is known; whoever is not is refused before what was sent is looked at."""
    authenticated(info)
    return await refusable(payload, path, change)


async def _user(info: Info, change: Callable[[], Awaitable[UserRow]]) -> UserPayload:
    async def changed() -> User:
        return User(row=await change())

    return await _changed(info, UserPayload, changed)
