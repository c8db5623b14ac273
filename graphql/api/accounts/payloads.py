"""What mutations of accounts answer with."""

import strawberry

from api.accounts.types import ApiToken, User, Viewer
from api.content.payloads import UserError


@strawberry.type(description="What came of a sign-in.")
class SignInPayload:
    """Who signed in, or why not."""

    result: Viewer | None = strawberry.field(description="Who signed in; null if refused.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused; empty if it was not.")


@strawberry.type(description="What came of a change that leaves nothing to show.")
class DonePayload:
    """Done, or why not."""

    result: bool | None = strawberry.field(description="True; null if refused.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused; empty if it was not.")


@strawberry.type(description="What came of a change to an account.")
class UserPayload:
    """The user, or why not."""

    result: User | None = strawberry.field(description="The user as they now are; null if refused.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused; empty if it was not.")


@strawberry.type(description="An account that was made.")
class CreatedUser:
    """The user and what they sign in with."""

    user: User = strawberry.field(description="The user.")
    password: str | None = strawberry.field(
        description="The password that was made for them, shown this once; null if one was chosen."
    )


@strawberry.type(description="What came of making an account.")
class CreateUserPayload:
    """The account, or why not."""

    result: CreatedUser | None = strawberry.field(description="The account; null if refused.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused; empty if it was not.")


@strawberry.type(description="A token that was issued.")
class IssuedToken:
    """The token and its secret."""

    token: ApiToken = strawberry.field(description="The token.")
    secret: str = strawberry.field(description="What the program sends, shown this once.")


@strawberry.type(description="What came of issuing a token.")
class IssueTokenPayload:
    """The token, or why not."""

    result: IssuedToken | None = strawberry.field(description="The token; null if refused.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused; empty if it was not.")


@strawberry.type(description="What came of a change to a token.")
class TokenPayload:
    """The token, or why not."""

    result: ApiToken | None = strawberry.field(description="The token as it now is; null if refused.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused; empty if it was not.")
