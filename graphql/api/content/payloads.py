"""What mutations answer with: the result, or why it was refused; and the arguments that they share."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar

import strawberry

from api.content.comparisons import Difference, difference
from api.content.drafts import Draft, Item
from api.content.places import place_of
from api.content.rows import ITEM_TYPES
from api.context import Info
from api.nodes import encode_id, key_of
from api.scalars import Locale
from cms.accounts.actors import ANONYMOUS, STRANGER
from cms.content import models
from cms.content.revisions import compare_with_current
from cms.errors import (
    ConflictError,
    ForbiddenError,
    NotReadyError,
    PolyfocalError,
    Problem,
    Seen,
    UnauthenticatedError,
)

T = TypeVar("T")


@strawberry.type(description="The draft that stands in the way of a save, and what became of it meanwhile.")
class Conflict:
    """What somebody else saved."""

    draft: Draft = strawberry.field(description="The draft as it now is.")
    difference: Difference = strawberry.field(
        description="From the revision you saw to the draft as it now is; from the last one kept before it, where an "
        "autosave took that one up."
    )


@strawberry.type(description="Why a change was refused.")
class UserError:
    """A refusal."""

    code: str = strawberry.field(description="A stable code, such as CONFLICT.")
    path: list[str] = strawberry.field(
        description="Where among the arguments the trouble is, such as `input`, `text`, `headline`."
    )
    message: str = strawberry.field(description="What is wrong, in plain words.")
    current_revision: int | None = strawberry.field(
        default=None, description="For CONFLICT: the revision that now stands."
    )
    item: strawberry.ID | None = strawberry.field(
        default=None, description="Where several items are changed at once: the one it is about."
    )
    seen: strawberry.Private[Seen | None] = None

    @strawberry.field(description="For CONFLICT: what somebody else saved; null if there is no draft at all.")
    async def conflict(self) -> Conflict | None:
        """Read only if it is asked for, by one who may write that draft."""
        compared = await compare_with_current(self.seen) if self.seen is not None else None
        if self.seen is None or compared is None:
            return None
        row = await models.Draft.get(item_id=self.seen.item_id, locale=self.seen.locale)
        return Conflict(draft=Draft(row=row), difference=difference(compared))


@strawberry.type(description="What came of a change to a draft.")
class DraftPayload:
    """The draft, or why not."""

    result: Draft | None = strawberry.field(description="The draft as it now is; null if refused.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused; empty if it was not.")


@strawberry.type(description="What came of a change to an item.")
class ItemPayload:
    """The item, or why not."""

    result: Item | None = strawberry.field(description="The item as it now is; null if refused.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused; empty if it was not.")


async def refusable(payload: Callable[..., T], path: Sequence[str], change: Callable[[], Awaitable[Any]]) -> T:
    """Run a change; a refusal of the domain becomes userErrors below `path`."""
    try:
        return payload(result=await change(), user_errors=[])
    except (UnauthenticatedError, ForbiddenError):
        raise
    except NotReadyError as error:
        return payload(result=None, user_errors=[_refusal(each) for each in error.problems])
    except PolyfocalError as error:
        refusal = UserError(code=error.code, path=place_of(error, path), message=error.message)
        if isinstance(error, ConflictError):
            refusal.current_revision, refusal.seen = error.current, error.seen
        return payload(result=None, user_errors=[refusal])


def _refusal(problem: Problem) -> UserError:
    item = strawberry.ID(encode_id("Item", problem.item_id)) if problem.item_id is not None else None
    return UserError(code=problem.code, path=list(problem.path), message=problem.message, item=item)


def item_key(text: str, *, name: str = "item") -> int:
    """The key of the item that the id argument of that name is of, whatever it is served as.

    Raises:
        InvalidInputError: it is the id of something else.
    """
    return key_of(text, *ITEM_TYPES, path=(name,))


ItemArgument = Annotated[
    strawberry.ID, strawberry.argument(description="The id of the item, or of what it is served as.")
]
LocalesArgument = Annotated[list[Locale], strawberry.argument(description="The locales whose texts are meant.")]


DraftLocaleArgument = Annotated[
    Locale | None, strawberry.argument(description="The locale of the text; null means the shared part.")
]
RevisionArgument = Annotated[int, strawberry.argument(description="The revision you saw.")]


def authenticated(info: Info) -> None:
    """Refuse a stranger before looking at what was sent, so that refusals tell nothing about content."""
    if info.context.actor is ANONYMOUS:
        raise UnauthenticatedError(STRANGER)
