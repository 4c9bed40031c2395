"""What all the readers' pages work with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from newsletter_mailer.actions.consent.links import SignedLinks
from newsletter_mailer.actions.consent.pages import Pages
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import Busy
from newsletter_mailer.web.public.visitors import Patience, language_of
from newsletter_mailer.wording import LANGUAGES, sentence

LONGEST_FORM = 16_384  #: bytes; ours have a few hundred
MOST_FIELDS = 200
BODY_S = 10.0  #: for the whole of a form: who sends a letter a minute keeps nothing open
PATIENCE_S = 25.0  #: mail programs that unsubscribe for their readers wait about as long
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Site:
    """The opened parts, and what one visitor may do."""

    workspace: Workspace
    pages: Pages
    links: SignedLinks
    patience: Patience
    base: str  #: path of the public address, without a slash at its end
    clock: Callable[[], int]  #: milliseconds since 1970, UTC
    asked: Callable[[], None]  #: called when a mail is to leave
    mail_own_link: Callable[[int, str], None]  #: to a reader, given their number and language

    @property
    def association(self) -> str:
        """As readers know it."""
        return self.workspace.settings.identity.name

    def language(self, request: Request, own: str = "") -> str:
        """In which the answer speaks. own: the reader's, where the page knows them."""
        return language_of(request, self.workspace.settings.language) if not own else _own(request, own)


def _own(request: Request, own: str) -> str:
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else own


async def fields(request: Request) -> dict[str, list[str]]:
    """The fields of a form of ours. Raises HTTPException for one that is too long, too slow or no form."""
    try:
        async with asyncio.timeout(BODY_S):
            body = await _read(request)
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:  # nobody reads the answer
        raise HTTPException(400) from None
    if len(body) > LONGEST_FORM:
        raise HTTPException(413)
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HTTPException(400) from None


async def drained(request: Request) -> None:
    """Read what the visitor sends, of any kind, as far as it is of a length that makes sense; keep nothing of it.

    What never comes, or breaks off, is done without: the address of the request has said everything.
    """
    with suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(BODY_S):
            await _read(request)


async def _read(request: Request) -> bytes:
    """The body; of a longer one than a form of ours only the beginning, which is too long as well."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            break
    return body


def first(given: dict[str, list[str]], name: str) -> str:
    """The first value of a field, "" without it."""
    return given.get(name, [""])[0]


async def done(future: Future[T]) -> T:
    """What a write came to. Raises Busy when it takes longer than visitors wait; it is done all the same."""
    try:
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), PATIENCE_S)
    except TimeoutError:
        raise Busy(sentence("another program has been writing into the ledger for a long time")) from None
