"""A login without a mail: whether the server lets us in, and what it offers then."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from newsletter_mailer.smtp.account import Account
from newsletter_mailer.smtp.connection import open_connection


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a server says of itself to who is logged in."""

    tls: str  #: "TLSv1.3"; "" without encryption, which only this machine gets
    most: int  #: bytes of a message that it takes, 0 when it does not say
    extensions: frozenset[str]  #: in capitals


def try_login(account: Account) -> Welcome:
    """Connect, trust, log in, say goodbye. Raises as `open_connection` does."""
    return asyncio.run(_try(account))


async def _try(account: Account) -> Welcome:
    connection = await open_connection(account)
    try:
        offered = connection.line.session.offered
        secured = connection.line.transport.get_extra_info("ssl_object")
        return Welcome(secured.version() if secured else "", offered.size, frozenset(offered.values))
    finally:
        await connection.close()
