"""How many failed sign-ins an account and an address have before they must wait.

Attempts are rows, written before the password is looked at: so they count in every process, after a restart, and while
many are being checked at once. An attempt that does not succeed counts as failed, also one whose process died.

An account that somebody else fails at stays open to its owner: an address that signed in to it lately is held to its
own failures there.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from cms.accounts.models import Outcome, SignIn
from cms.database import transaction
from cms.errors import ThrottledError
from cms.statements import on_postgresql, rows

WINDOW = timedelta(minutes=15)
ACCOUNT_MOST = 5
"""Failed sign-ins to one account within the window."""

ADDRESS_MOST = 20
"""Failed sign-ins from one address within the window, whatever the accounts: a newsroom may share one."""

FAMILIAR = timedelta(days=30)
"""How long an address stays known to an account that it signed in to."""

KEPT = timedelta(days=180)
"""How long the log keeps its lines."""

_ATTEMPTS_LOCK = 0x7369676E  # "sign": any number that nothing else in this database locks


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from, as far as the server can tell."""

    address: str = ""
    user_agent: str = ""

    @property
    def network(self) -> str:
        """What counts as one address: of IPv6 the /64, all of which one subscriber has."""
        try:
            address = ipaddress.ip_address(self.address)
        except ValueError:
            return ""
        return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


async def begin_attempt(account: str, client: Client, *, now: datetime) -> SignIn:
    """Count an attempt to sign in to an account, before it is checked; whoever checks it writes its outcome.

    Raises:
        ThrottledError: the account or the address has failed too often; nothing is written.
    """
    async with transaction():
        if on_postgresql():  # where two attempts would otherwise not see each other
            await rows("SELECT pg_advisory_xact_lock($1)", _ATTEMPTS_LOCK)
        await _check_address(client, now)
        await _check_account(account, client, now)
        await SignIn.filter(at__lt=now - KEPT).delete()
        return await SignIn.create(
            account=account,
            address=client.address,
            network=client.network,
            user_agent=client.user_agent,
            outcome=Outcome.ATTEMPTED,
            at=now,
        )


async def _check_address(client: Client, now: datetime) -> None:
    failed = SignIn.filter(network=client.network, at__gt=now - WINDOW).exclude(outcome=Outcome.SUCCEEDED)
    _refuse(await failed.order_by("-at").limit(ADDRESS_MOST).values_list("at", flat=True), ADDRESS_MOST, now)


async def _check_account(account: str, client: Client, now: datetime) -> None:
    lately = SignIn.filter(account=account, at__gt=now - WINDOW).exclude(outcome=Outcome.SUCCEEDED)
    if await SignIn.exists(account=account, network=client.network, outcome=Outcome.SUCCEEDED, at__gt=now - FAMILIAR):
        lately = lately.filter(network=client.network)
    _refuse(await lately.order_by("-at").limit(ACCOUNT_MOST).values_list("at", flat=True), ACCOUNT_MOST, now)


def _refuse(failures: object, most: int, now: datetime) -> None:
    assert isinstance(failures, list)
    if len(failures) == most:
        minutes = max(1, -(-(failures[-1] + WINDOW - now) // timedelta(minutes=1)))
        raise ThrottledError(f"There were too many failed sign-ins. Try again in {minutes} min.")
