"""A connection to the mail server: opened safely, closed politely; what it carries is in `carrier`."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable
from typing import Literal, NoReturn

from newsletter_mailer.errors import LoginRefused, NewsletterError, ServerUnreachable, Stopped, system_reason
from newsletter_mailer.model.outcome import Reply
from newsletter_mailer.smtp import login, trust
from newsletter_mailer.smtp.account import Account, is_loopback, own_name
from newsletter_mailer.smtp.events import Answered, Ended, Event
from newsletter_mailer.smtp.line import Line
from newsletter_mailer.smtp.protocol import Session
from newsletter_mailer.wording import say, sentence


class NoAnswer(ServerUnreachable):
    """The server was not to be had this time; it may be in a moment."""


class Connection:
    """An open, trusted, logged-in session; see `open_connection`."""

    def __init__(self, line: Line, account: Account) -> None:
        self._line = line
        self._account = account
        self._secret = account.password

    @property
    def line(self) -> Line:
        """The socket, and the session on it."""
        return self._line

    @property
    def alive(self) -> bool:
        """A message may be sent, as far as anybody knows."""
        return not self._line.session.closed

    async def close(self) -> None:
        """Say QUIT and hang up; nothing depends on how it ends."""
        seconds = self._account.timeouts.quit
        if self.alive:
            self._line.session.quit()
            await self._next()
        await self._line.hang_up(seconds)

    async def abort(self) -> None:
        """Drop the line: not a byte more leaves."""
        await self._line.abort()

    async def _next(self) -> Event:
        session, timeouts = self._line.session, self._account.timeouts
        while (event := await self._line.next_event(timeouts.of(session.awaiting))) is None:
            continue
        return event

    # -- opening -------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Greeting, EHLO, STARTTLS and EHLO again, AUTH: until messages can be sent."""
        await self._greeting()
        await self._hello()
        if self._account.security == "starttls":
            await self._starttls()
            await self._hello()
        if self._account.username:
            await self._login()

    async def _greeting(self) -> None:
        self._welcome(await self._answer())

    async def _hello(self) -> None:
        name = self._account.ehlo or own_name(socket.gethostname(), _address(self._line, "sockname"))
        self._welcome(await self._ask(lambda: self._line.session.hello(name)))

    async def _starttls(self) -> None:
        session, account = self._line.session, self._account
        if "STARTTLS" not in session.offered:
            raise trust.no_starttls(account, say("it is not among what the server offers"))
        reply = await self._ask(session.starttls)
        if reply.code >= 400:
            raise trust.no_starttls(account, str(reply))
        try:
            upgraded = await asyncio.get_running_loop().start_tls(
                self._line.transport,
                self._line,
                trust.context(account),
                server_hostname=account.host,
                ssl_handshake_timeout=account.timeouts.handshake,
            )
        except OSError as error:
            raise trust.failed(account, error) from error
        if upgraded is None:
            raise trust.failed(account, ConnectionResetError())
        self._line.transport = upgraded
        if self.alive:
            session.secured()

    async def _login(self) -> None:
        account = self._account
        token = await asyncio.to_thread(account.access_token) if account.access_token else ""
        self._secret = token or account.password
        mechanism, reply = await self._tried(self._line.session.offered.logins, token)
        if not (doubts := login.doubts(mechanism, reply)):
            return
        words = self._words(doubts)
        if 400 <= reply.code < 500:
            raise Stopped(
                sentence(
                    "{host} cannot check the password just now: {words}", host=account.host, words=words
                ),
                sentence("try again in a quarter of an hour"),
            )
        raise login_refused(account, words)

    async def _tried(self, offered: frozenset[str], token: str) -> tuple[login.Mechanism, Reply]:
        """The best way to log in, and what the server said to it; password and token are tried once."""
        account = self._account
        mechanism = login.choose(
            offered,
            username=account.username,
            password=account.password,
            token=token,
            nonce=secrets.token_urlsafe(18),
            host=account.host,
        )
        reply = await self._ask(lambda: self._line.session.login(mechanism))
        if others := login.other_ways(mechanism, reply, offered):
            return await self._tried(others, token)
        return mechanism, reply

    async def _ask(self, speak: Callable[[], None]) -> Reply:
        if self.alive:  # else the news of the end is waiting to be read
            speak()
        return await self._answer()

    async def _answer(self) -> Reply:
        event = await self._next()
        if isinstance(event, Ended):
            self._ended(event.detail, event.reply)
        assert isinstance(event, Answered), "no message is on its way while the session opens"
        return event.reply

    def _ended(self, detail: str, reply: Reply | None) -> NoReturn:
        if reply is not None:
            self._sent_away(reply)
        hint = sentence("port 465 wants `smtp.security: tls`") if self._account.port == 465 else None
        raise NoAnswer(
            sentence(
                "{host}:{port}: {why}",
                host=self._account.host,
                port=self._account.port,
                why=self._words(detail),
            ),
            hint,
        )

    def _words(self, said: str) -> str:
        return login.redacted(said, username=self._account.username, password=self._secret)

    def _welcome(self, reply: Reply) -> None:
        if reply.code >= 400:
            self._sent_away(reply)

    def _sent_away(self, reply: Reply) -> NoReturn:
        kind = NoAnswer if reply.code < 500 else ServerUnreachable
        words = sentence(
            "{host} does not take mail from here: {words}",
            host=self._account.host,
            words=self._words(str(reply)),
        )
        raise kind(words)


async def open_connection(account: Account) -> Connection:
    """Connect, trust, log in. Raises LoginRefused, Stopped or ServerUnreachable; the line is closed then."""
    if account.security == "none" and not is_loopback(account.host):
        raise _no_secret(account)
    line = await _connected(account)
    connection = Connection(line, account)
    try:
        if account.security == "none" and not is_loopback(_address(line, "peername")):
            raise _no_secret(account)
        await connection.open()
    except BaseException:
        await connection.abort()
        raise
    return connection


def _no_secret(account: Account) -> NewsletterError:
    return NewsletterError(
        sentence("{host} is not this computer, so `smtp.security: none` is refused", host=account.host),
        sentence("use `tls` (port 465) or `starttls` (port 587)"),
    )


async def _connected(account: Account) -> Line:
    implicit = account.security == "tls"
    line = Line(Session(private=implicit or account.security == "none", window=account.window))
    context = trust.context(account) if implicit else None
    try:
        async with asyncio.timeout(account.timeouts.connect):
            await asyncio.get_running_loop().create_connection(
                lambda: line,
                account.host,
                account.port,
                ssl=context,
                server_hostname=account.host if implicit else None,
                ssl_handshake_timeout=account.timeouts.handshake if implicit else None,
                # on loopback there is nothing to race for, and Python 3.11 forgets a socket when a race is cancelled
                happy_eyeballs_delay=None if is_loopback(account.host) else 0.25,
            )
    except OSError as error:
        if implicit and not isinstance(error, (socket.gaierror, ConnectionRefusedError, TimeoutError)):
            raise trust.failed(account, error) from error
        raise _no_connection(account, error) from error
    return line


def _no_connection(account: Account, error: OSError) -> NoAnswer:
    why: object = system_reason(error)
    if isinstance(error, TimeoutError):
        why = say("no answer in time")
    elif isinstance(error, socket.gaierror):
        why = say("nobody knows a server of that name")
    return NoAnswer(
        sentence("no connection to {host}:{port}: {why}", host=account.host, port=account.port, why=why),
        sentence("check `smtp.host`, `smtp.port` and that this computer is online"),
    )


def login_refused(account: Account, words: str) -> LoginRefused:
    """The server does not know us; its words are shown."""
    hint = sentence("check `smtp.username` and the password; some providers want an application password")
    if account.access_token:
        hint = sentence(
            "check `smtp.username` and whether your provider allows SMTP for this mailbox, "
            "then run `newsletter secret set oauth` again"
        )
    return LoginRefused(sentence("{host} refuses the login: {words}", host=account.host, words=words), hint)


def _address(line: Line, end: Literal["sockname", "peername"]) -> str:
    name = line.transport.get_extra_info(end)
    return str(name[0]) if name else "127.0.0.1"  # a socket that died at once has no name: nothing is sent
