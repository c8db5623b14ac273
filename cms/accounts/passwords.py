"""Passwords: what is asked of one, and Argon2id, which is slow on purpose.

Hashing takes some 50 ms and 64 MiB, so it runs in two threads of its own: neither the event loop nor a transaction
waits for it, and a flood of sign-ins takes 128 MiB at most.
"""

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from cms.errors import InvalidInputError

LEAST, MOST = 12, 1_000
"""How many characters a password has."""

_HASH = PasswordHash.recommended()
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="password")


def check_password(password: str, *personal: str) -> None:
    """Refuse a password that is guessed first. `personal`: the owner's name and address.

    Raises:
        InvalidInputError: too short, too long, one character over and over, or personal.
    """
    text = _normal(password[: MOST + 1])
    if not LEAST <= len(text) <= MOST:
        raise InvalidInputError(f"A password has from {LEAST} to {MOST} characters.", path=("password",))
    if len(set(text)) < 4 or text.casefold() in {each.casefold() for each in personal}:
        raise InvalidInputError("This password is too easily guessed.", path=("password",))


def generate_password() -> str:
    """A password of 118 random bits for a person to be given, in groups that can be read out."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
    return "-".join("".join(secrets.choice(letters) for _ in range(6)) for _ in range(4))


async def hash_password(password: str) -> str:
    """What is stored of it: an Argon2id hash with its salt and cost."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASH.hash, _bytes(password))


async def verify_password(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Whether it is the one, and a new hash to store if the cost has risen since.

    `stored` is None where there is no such account: that takes as long and answers no.
    """
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, password, stored)


def _verify(password: str, stored: str | None) -> tuple[bool, str | None]:
    decoy = _decoy()  # in any case, or the first unknown account would take twice as long
    try:
        # A text that no password can be is checked all the same, cut: the time must not tell.
        matches, better = _HASH.verify_and_update(_bytes(password[:MOST]), decoy if stored is None else stored)
    except UnknownHashError:
        return False, None
    matches = matches and stored is not None and len(password) <= MOST
    return matches, better if matches else None


@cache
def _decoy() -> str:
    """The hash of a password that nobody knows."""
    return _HASH.hash(secrets.token_urlsafe(32))


def _normal(password: str) -> str:
    """One form for what keyboards type differently: è may be one code point or two."""
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    return _normal(password).encode("utf-8", "replace")
