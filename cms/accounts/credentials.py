"""Random secrets: what a session's cookie and an API token hold.

Only a SHA-256 of each is stored: it has 256 bits of randomness, so no slow hash is needed, and it is found by an index.
"""

import hashlib
import secrets


def new_secret() -> str:
    """A secret of 43 characters that may stand in a cookie or a header."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a secret, 64 hex digits; any text has one."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
