"""What is written to the server: the one place where a command or a message is checked and put into bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.outcome import Reply
from newsletter_mailer.wording import sentence

MAX_COMMAND = 512  # with CRLF, RFC 5321 4.5.3.1.4
MAX_PARAMETERS = 700  # what SIZE, BODY, SMTPUTF8 and DSN may add (RFC 1870, 6152, 6531, 3461)
MAX_AUTH = 12_288  # RFC 4954 section 4
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOT_IN_A_PATH = re.compile(r"[<>\s]")
_NOT_IN_XTEXT = re.compile(r"[^!-*,-<>-~]")
_XTEXT = re.compile(rb"[^!-*,-<>-~]")


class UnfitMessage(NewsletterError):
    """This message or this address cannot be sent by anyone: nothing was written, other readers may go on."""


class UnfitServer(NewsletterError):
    """This server cannot take messages like ours: nothing was written, and the next would fare the same."""


@dataclass(frozen=True, slots=True)
class Extensions:
    """What the server offered in answer to EHLO (RFC 5321 section 4.1.1.1); empty after HELO."""

    values: Mapping[str, str] = field(default_factory=dict)  #: keyword in capitals -> its parameters

    @classmethod
    def read(cls, reply: Reply) -> Extensions:
        """The keywords of an EHLO reply; its first line is the server's name."""
        values: dict[str, str] = {}
        for line in reply.text.split("\n")[1:]:
            # "AUTH=LOGIN PLAIN" is how servers wrote it before RFC 2554; some still say both.
            keyword, _, parameters = re.sub(r"^(AUTH)=", r"\1 ", line, flags=re.IGNORECASE).partition(" ")
            known = values.get(keyword.upper(), "")
            values[keyword.upper()] = f"{known} {parameters}".strip()
        return cls(MappingProxyType(values))

    def __contains__(self, keyword: str) -> bool:
        return keyword in self.values

    @property
    def size(self) -> int:
        """The largest message in bytes that the server says it takes, 0 when it does not say (RFC 1870)."""
        value = self.values.get("SIZE", "")
        return int(value) if value.isascii() and value.isdigit() else 0

    @property
    def logins(self) -> frozenset[str]:
        """Names of the ways to log in, in capitals."""
        return frozenset(self.values.get("AUTH", "").upper().split())


def command(line: str, *, limit: int = MAX_COMMAND) -> bytes:
    """A command line with its CRLF; every command passes here. Raises UnfitMessage for what could end it."""
    if not (line.isascii() and line.isprintable()) and _FORBIDDEN.search(line):
        raise UnfitMessage(sentence("an address or a name for the mail server holds a control character"))
    raw = line.encode() + b"\r\n"
    if len(raw) > limit:
        raise UnfitMessage(
            sentence("a command for the mail server is longer than {limit} bytes", limit=limit)
        )
    return raw


class Envelopes:
    """Writes MAIL and RCPT with the parameters that a server offers and a message needs."""

    __slots__ = ("_dsn", "_offered", "_sender", "_sender_line", "_size", "most")

    def __init__(self, offered: Extensions) -> None:
        self.most = offered.size  #: bytes of a message, 0 when the server does not say
        self._offered = offered
        self._size = "SIZE" in offered
        self._dsn = "DSN" in offered
        self._sender = ""
        self._sender_line = ""  # of the last message: nearly always the next one's, too

    def mail(
        self, mail_from: str, rcpt_to: str, data: bytes, *, envid: str = "", clean: bool = False
    ) -> bytes:
        """MAIL FROM. clean: the message is known to be ASCII."""
        if mail_from != self._sender or not mail_from:
            self._sender_line = f"MAIL FROM:{_path(mail_from)}"
            self._sender = mail_from
        line = self._sender_line
        if self._size:
            line = f"{line} SIZE={len(data)}"
        if not clean and not data.isascii():
            line += _eight_bits(self._offered)
        if not (mail_from.isascii() and rcpt_to.isascii()):
            line += _international(self._offered)
        if self._dsn:
            line += f" RET=HDRS ENVID={xtext(envid)}" if envid else " RET=HDRS"
        return command(line, limit=MAX_COMMAND + MAX_PARAMETERS)

    def rcpt(self, rcpt_to: str) -> bytes:
        """RCPT TO; asks for a report of failure and delay where the server can write one (RFC 3461)."""
        line = f"RCPT TO:{_path(rcpt_to)}"
        if self._dsn:
            line += " NOTIFY=FAILURE,DELAY"
            line += f" ORCPT=rfc822;{xtext(rcpt_to)}" if rcpt_to.isascii() else ""
        return command(line, limit=MAX_COMMAND + MAX_PARAMETERS)


def xtext(text: str) -> str:
    """Text as a parameter's value: everything but plain letters and signs as +XX (RFC 3461 section 4)."""
    if not _NOT_IN_XTEXT.search(text):  # most addresses: a third of the time
        return text
    return _XTEXT.sub(lambda found: b"+%02X" % found[0][0], text.encode()).decode()


def _path(address: str) -> str:
    if _NOT_IN_A_PATH.search(address):
        raise UnfitMessage(
            sentence("the address {address} cannot be written on an envelope", address=repr(address))
        )
    return f"<{address}>"


def _eight_bits(offered: Extensions) -> str:
    if "8BITMIME" not in offered:
        raise UnfitServer(sentence("the mail server takes only 7-bit messages"))
    return " BODY=8BITMIME"


def _international(offered: Extensions) -> str:
    if "SMTPUTF8" not in offered:
        raise UnfitMessage(sentence("the mail server does not take addresses with letters such as é (5.6.7)"))
    return " SMTPUTF8"
