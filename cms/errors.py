"""What can be wrong with what somebody asked for: each with a stable code, a message in plain words, a path.

    PolyfocalError
    ├── InvalidInputError         INVALID_INPUT        a value does not fit its field
    │   ├── BodyError             INVALID_BODY         an article body is no valid document
    │   ├── UnknownLocaleError    UNKNOWN_LOCALE       the newsroom does not publish in it
    │   ├── InvalidCursorError    INVALID_CURSOR       a cursor is not one of this list
    │   └── InvalidPageError      INVALID_PAGE         a page is too large, or asked for in both directions
    ├── NotFoundError             NOT_FOUND            what a command names is not there
    ├── ConflictError             CONFLICT             somebody saved in between
    ├── SlugTakenError            SLUG_TAKEN           an address belongs to another item
    ├── TransitionError           INVALID_TRANSITION   the workflow does not allow this from here
    ├── UnauthenticatedError      UNAUTHENTICATED      nobody is named, or the token is not good
    ├── ForbiddenError            FORBIDDEN            the actor lacks the permission
    └── UnavailableError          UNAVAILABLE          a part that is needed is away, such as the index

`message` and `path` go to the client as they are: they hold nothing that it did not send or may not see.
"""

from collections.abc import Sequence
from typing import ClassVar


class PolyfocalError(Exception):
    """Any of them; `path` leads to the field or argument it is about."""

    code: ClassVar[str] = "ERROR"

    def __init__(self, message: str, *, path: Sequence[str | int] = ()) -> None:
        super().__init__(message)
        self.message, self.path = message, tuple(path)


class InvalidInputError(PolyfocalError):
    """A value does not fit its field."""

    code = "INVALID_INPUT"


class BodyError(InvalidInputError):
    """An article body is not a document of our schema; the path leads into it."""

    code = "INVALID_BODY"


class UnknownLocaleError(InvalidInputError):
    """The newsroom does not publish in this locale."""

    code = "UNKNOWN_LOCALE"


class InvalidCursorError(InvalidInputError):
    """A cursor is damaged, or belongs to another list, order or epoch."""

    code = "INVALID_CURSOR"


class InvalidPageError(InvalidInputError):
    """A page is negative or too large, or asked for in both directions."""

    code = "INVALID_PAGE"


class NotFoundError(PolyfocalError):
    """What a command names is not there."""

    code = "NOT_FOUND"


class ConflictError(PolyfocalError):
    """Somebody saved since the revision that the editor saw; `current` stands now, None if nothing does."""

    code = "CONFLICT"

    def __init__(self, message: str, *, path: Sequence[str | int] = (), current: int | None) -> None:
        super().__init__(message, path=path)
        self.current = current


class SlugTakenError(PolyfocalError):
    """A slug is, or was, another item's in the locale."""

    code = "SLUG_TAKEN"


class TransitionError(PolyfocalError):
    """The workflow does not allow this from where the item stands."""

    code = "INVALID_TRANSITION"


class UnauthenticatedError(PolyfocalError):
    """Nobody is named, or the token is unknown, revoked or expired."""

    code = "UNAUTHENTICATED"


class ForbiddenError(PolyfocalError):
    """The actor is known and lacks the permission."""

    code = "FORBIDDEN"


class UnavailableError(PolyfocalError):
    """A part that is needed is away for the moment."""

    code = "UNAVAILABLE"
