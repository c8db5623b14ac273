"""What Polyfocal says when it refuses.

    PolyfocalError
    ├── InvalidInputError        INVALID_INPUT
    │   ├── BodyError            INVALID_BODY
    │   ├── InvalidCursorError   INVALID_CURSOR
    │   ├── InvalidPageError     INVALID_PAGE
    │   └── UnknownLocaleError   UNKNOWN_LOCALE
    ├── NotFoundError            NOT_FOUND
    ├── UnauthenticatedError     UNAUTHENTICATED
    ├── ThrottledError           THROTTLED
    ├── ForbiddenError           FORBIDDEN
    ├── ConflictError            CONFLICT
    ├── SlugTakenError           SLUG_TAKEN
    ├── TransitionError          INVALID_TRANSITION
    ├── NotReadyError            NOT_READY
    ├── UnavailableError         UNAVAILABLE
    └── QueryTimeoutError        TIMEOUT

Every error has a stable `code` that programs may branch on, a message in plain words that may be shown to a
person, and a `path` to the part of the input that it speaks of. None of them carries a secret or a row that
the actor may not see, so each can be answered to the client as it is; anything else that is raised is a fault
of ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class PolyfocalError(Exception):
    """The root: catch it where an answer is made, raise one of its children."""

    code: ClassVar[str] = "ERROR"

    def __init__(self, message: str, *, path: Sequence[str | int] = ()) -> None:
        super().__init__(message)
        self.message, self.path = message, tuple(path)


class InvalidInputError(PolyfocalError):
    """A value is of the wrong type, too long, or breaks a rule that needs no database to see."""

    code = "INVALID_INPUT"


class BodyError(InvalidInputError):
    """An article body is no document of our schema; the path leads to the first node that is not."""

    code = "INVALID_BODY"


class InvalidCursorError(InvalidInputError):
    """A cursor was not made by this server, or was made for another list or another epoch."""

    code = "INVALID_CURSOR"


class InvalidPageError(InvalidInputError):
    """`first` or `last` is missing, negative, beyond the limit, or both were given."""

    code = "INVALID_PAGE"


class UnknownLocaleError(InvalidInputError):
    """A locale is well formed or not, but this newsroom has not configured it."""

    code = "UNKNOWN_LOCALE"


class NotFoundError(PolyfocalError):
    """What was named does not exist, or the actor may not know that it does."""

    code = "NOT_FOUND"


class UnauthenticatedError(PolyfocalError):
    """Nobody is signed in, or the password, token or session is wrong or over."""

    code = "UNAUTHENTICATED"


class ThrottledError(PolyfocalError):
    """Tried too often, by this account or from this address; the message says when to try again."""

    code = "THROTTLED"


class ForbiddenError(PolyfocalError):
    """The actor is known and may see the thing, but lacks the permission for this command."""

    code = "FORBIDDEN"


@dataclass(frozen=True, slots=True)
class Seen:
    """The revision of an item's part that somebody worked from, None if there was none."""

    item_id: int
    locale: str
    revision: int | None


class ConflictError(PolyfocalError):
    """Somebody else saved first, so that nothing was written: `current` is the revision that stands, None if
    none does; `seen` says of which draft, and what the actor saw instead.
    """

    code = "CONFLICT"

    def __init__(self, message: str, *, path: Sequence[str | int] = (), current: int | None, seen: Seen) -> None:
        super().__init__(message, path=path)
        self.current, self.seen = current, seen


class SlugTakenError(PolyfocalError):
    """Another item has the slug in this locale, or had it once: former slugs are never given away."""

    code = "SLUG_TAKEN"


class TransitionError(PolyfocalError):
    """The workflow has no such step from where the item stands, such as approving what is not in review."""

    code = "INVALID_TRANSITION"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not ready: a stable code, where it is (a locale and a field, or the item), in plain words.

    Where several items are looked at, `item_id` and `locale` say whose and in which text it is; the locale is None for
    the whole item and empty for its shared part.
    """

    code: str
    path: tuple[str, ...]
    message: str
    item_id: int | None = None
    locale: str | None = None


class NotReadyError(PolyfocalError):
    """What was to be published is not ready; `problems` says all that is missing, not the first of it only."""

    code = "NOT_READY"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(each.message for each in problems), path=problems[0].path)
        self.problems = tuple(problems)


class UnavailableError(PolyfocalError):
    """A backend (storage, search engine, database) does not answer now; the same request may succeed
    later.
    """

    code = "UNAVAILABLE"


class QueryTimeoutError(PolyfocalError):
    """A query met its time limit and was stopped; a narrower one may finish."""

    code = "TIMEOUT"
