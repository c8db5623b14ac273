"""Who asks: a program by its Authorization header, or a person by the cookie of their session. The header wins.

Browsers send a cookie along with whatever a page of another site asks for. So it is SameSite=Lax, and counts only in a
POST, whose type has to be application/json, and only if the Origin, where one is sent, is our own or one that the
settings name. A GET is answered as it is to everybody.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from starlette.requests import cookie_parser
from starlette.types import Scope

from cms.accounts.actors import ANONYMOUS, Actor
from cms.accounts.sessions import Lifetimes, SignedIn, recognise_session
from cms.accounts.throttling import Client
from cms.accounts.tokens import recognise_token
from cms.clock import Clock
from cms.errors import ForbiddenError, UnauthenticatedError

USER_AGENT_MOST = 300
Headers = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Authentication:
    """Recognises actors, and makes the cookie that they are recognised by.

    `public_url` is where browsers reach this server; `origins` are others whose pages may use its sessions.
    """

    clock: Clock
    lifetimes: Lifetimes
    public_url: str
    origins: frozenset[str]

    async def recognise(self, headers: Headers, *, by_cookie: bool) -> Actor:
        """The actor that the headers stand for; `by_cookie` is whether a cookie counts.

        Raises:
            UnauthenticatedError: a token or session that is not, or no longer, good.
            ForbiddenError: a page of another origin used the cookie.
        """
        if authorization := _text(headers, b"authorization"):
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise UnauthenticatedError("Send the token as 'Authorization: Bearer …'.")
            return await recognise_token(token.strip(), now=self.clock())
        secret = self._secret(headers) if by_cookie else None
        if secret is None:
            return ANONYMOUS
        if not self._is_ours(headers):
            raise ForbiddenError("A page of another origin may not use this session.")
        return await recognise_session(secret, lifetimes=self.lifetimes, now=self.clock())

    def remembering(self, signed_in: SignedIn) -> str:
        """The Set-Cookie that gives the browser the session."""
        seconds = int((signed_in.session.ends_at - signed_in.session.created_at).total_seconds())
        return self._cookie(signed_in.secret, seconds)

    def forgetting(self) -> str:
        """The Set-Cookie that takes it away."""
        return self._cookie("", 0)

    @property
    def _secure(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def _name(self) -> str:
        # __Host-: browsers take it over https only, and never from another host of the same domain.
        return "__Host-polyfocal" if self._secure else "polyfocal"

    def _cookie(self, value: str, seconds: int) -> str:
        secure = "; Secure" if self._secure else ""
        return f"{self._name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"

    def _secret(self, headers: Headers) -> str | None:
        cookies = _text(headers, b"cookie")
        return cookie_parser(cookies).get(self._name) if cookies else None

    def _is_ours(self, headers: Headers) -> bool:
        origin = _text(headers, b"origin")
        if origin is None or origin in self.origins:
            return True
        public, host = "/".join(self.public_url.split("/")[:3]), _text(headers, b"host") or ""
        # Compared as text: an Origin is never taken apart, since anybody may send one.
        return origin in {public, f"http://{host}", f"https://{host}"} and bool(origin)


def client_of(scope: Scope, headers: Headers) -> Client:
    """Where a request comes from: the peer, or whoever a trusted proxy names, which the server has resolved."""
    peer, _ = scope.get("client") or ("", 0)
    return _client(peer, headers.get(b"user-agent", b""))


@lru_cache(maxsize=1024)
def _client(peer: str, agent: bytes) -> Client:
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        address = None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    readable = "".join(each for each in agent.decode("latin-1") if each.isprintable())
    return Client(str(address or ""), readable[:USER_AGENT_MOST])


def _text(headers: Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")
