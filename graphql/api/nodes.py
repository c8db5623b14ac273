"""Relay's Node and its global ids.

What an object says depends on the locale it is asked for in, so the id carries that locale: a client's cache never
mixes an article in Italian with the same one in Chinese. As an argument, any locale's id names the object.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Self

import strawberry

from cms.errors import InvalidInputError

_KEY_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class NodeId:
    """A type, its key in the database, and the locale the object is read in, perhaps in that one `exact`ly."""

    type: str
    key: int
    locale: str = ""
    exact: bool = False

    def encode(self) -> str:
        """The opaque global id."""
        return encode_id(self.type, self.key, self.locale, exact=self.exact)

    @classmethod
    def decode(cls, text: str) -> Self | None:
        """What a global id names; None for a text that is no id of ours."""
        try:
            kind, key, locale, *exact = base64.b64decode(text.encode("ascii"), validate=True).decode().split(":")
            number = int(key)
        except (ValueError, binascii.Error):
            return None
        if not key.isascii() or str(number) != key or not 0 <= number <= _KEY_MOST or exact not in ([], ["exact"]):
            return None
        return cls(kind, number, locale, exact=bool(exact))


def encode_id(kind: str, key: int, locale: str = "", *, exact: bool = False) -> str:
    """The opaque global id of an object."""
    text = f"{kind}:{key}:{locale}:exact" if exact and locale else f"{kind}:{key}:{locale}"
    return base64.b64encode(text.encode()).decode()


def key_of(text: str, *types: str, path: tuple[str | int, ...]) -> int:
    """The database key that an argument's id names.

    Raises:
        InvalidInputError: it is no id of these types.
    """
    node_id = NodeId.decode(text)
    if node_id is None or node_id.type not in types:
        raise InvalidInputError(f"This is not the id of a {' or '.join(types)}.", path=path)
    return node_id.key


@strawberry.interface(description="An object with a global id.")
class Node:
    """An object with a global id."""

    @strawberry.field(description="The object's global id, for the locale it was asked for in.")
    def id(self) -> strawberry.ID:
        """Each type has its own."""
        raise TypeError(type(self).__name__)
