"""Questions to web addresses: whether our own pages answer, and whether pages that an issue links to are there."""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from http.client import HTTPException
from queue import Empty, SimpleQueue
from urllib.parse import SplitResult, urljoin, urlsplit

from newsletter_mailer import __version__
from newsletter_mailer.errors import system_reason
from newsletter_mailer.message.headers import ascii_url
from newsletter_mailer.wording import Sentence, sentence

_SECONDS = 5
_MOST_BYTES = 10_000
MOST_REDIRECTS = 5
AT_ONCE = 8  #: hosts asked at the same time; each gets one question after the other
_NOT_THERE = frozenset({404, 410})
_ASK_OTHERWISE = frozenset({400, 403, 404, 405, 406, 410, 429, 500, 501, 503})  #: some sites know no HEAD
_FOR_EVER = frozenset({301, 308})
_HEADERS = {
    "User-Agent": f"newsletter-mailer/{__version__} (asks whether linked pages are there)",
    "Accept": "*/*",
}

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291 section 2.4
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_PROTOCOLS = ipaddress.IPv4Network("192.0.0.0/24")  # RFC 6890

_NO_NAME = sentence("no site has that name")
_LATE = sentence("no answer in time")

Allowed = Callable[[str], bool]  #: whether the machine with that number may be asked


class State(Enum):
    """What became of a question."""

    THERE = "there"  #: the page answered
    MOVED = "moved"  #: for ever, the site says
    GONE = "gone"  #: the site says that there is no such page
    NAMELESS = "nameless"  #: no site has that name; or nobody can be asked, for this computer is not on line
    UNSAFE = "unsafe"  #: its certificate is not valid: browsers show a warning instead
    UNCERTAIN = "uncertain"  #: no answer, or one that is meant for programs only
    REFUSED = "refused"  #: it leads into a network that is not public: nobody was asked


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one address."""

    state: State
    detail: Sentence | str = ""  #: the code of the answer, or why there was none
    leads_to: str = ""  #: where it led in the end


def is_public(number: str) -> bool:
    """Whether everybody on the Internet means the same machine by that number."""
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        return is_public(str(inner)) if inner else address in _GLOBAL_UNICAST and address.is_global
    return address.is_global and not address.is_multicast and address not in _PROTOCOLS


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The machine of the older Internet that is reached through an address: mapped, NAT64, 6to4."""
    translated = ipaddress.IPv4Address(address.packed[12:]) if address in _NAT64 else None
    return address.ipv4_mapped or address.sixtofour or translated


def ask_all(
    targets: Iterable[str],
    *,
    allowed: Allowed = is_public,
    patience_s: float = 10.0,
    pause_s: float = 0.5,
) -> Mapping[str, Answer]:
    """Ask each address for its page's head, many sites at once, the pages of one site one after the other.

    patience_s: for the whole of one answer. pause_s: between two questions to one site.
    """
    by_site: defaultdict[str, list[str]] = defaultdict(list)
    for target in dict.fromkeys(targets):
        by_site[urlsplit(target).netloc.lower()].append(target)
    waiting: SimpleQueue[list[str]] = SimpleQueue()
    for site in by_site.values():
        waiting.put(site)
    found: dict[str, Answer] = {}

    def work() -> None:
        while True:
            try:
                site = waiting.get_nowait()
            except Empty:
                return
            for place, target in enumerate(site):
                time.sleep(pause_s if place else 0)
                found[target] = ask(target, allowed=allowed, patience_s=patience_s)

    crew = [threading.Thread(target=work, daemon=True) for _ in range(min(AT_ONCE, len(by_site)))]
    for worker in crew:
        worker.start()
    for worker in crew:
        worker.join()
    return found


def ask(target: str, *, allowed: Allowed = is_public, patience_s: float = 10.0) -> Answer:
    """Whether the page at that address is there. Follows a few redirections; each may lead to public machines only."""
    url, moved = target, False
    try:
        for _ in range(MOST_REDIRECTS + 1):
            code, onward = _head_or_get(url, allowed, patience_s)
            if not onward:
                return _judged(code, url if moved else "")
            moved = moved or code in _FOR_EVER
            url = urljoin(url, onward)
    except _NotPublicError as error:
        return Answer(State.REFUSED, str(error))
    except ssl.SSLCertVerificationError as error:
        return Answer(State.UNSAFE, error.verify_message)
    except socket.gaierror as error:
        temporary = error.errno in (socket.EAI_AGAIN, socket.EAI_FAIL)
        return Answer(State.UNCERTAIN if temporary else State.NAMELESS, _NO_NAME)
    except TimeoutError:
        return Answer(State.UNCERTAIN, _LATE)
    except OSError as error:
        return Answer(State.UNCERTAIN, system_reason(error))
    except (HTTPException, ValueError) as error:
        return Answer(State.UNCERTAIN, str(error) or type(error).__name__)
    return Answer(State.UNCERTAIN, sentence("it leads on and on"))


def _judged(code: int, moved_to: str) -> Answer:
    if code in _NOT_THERE:
        return Answer(State.GONE, str(code))
    if code >= 400:
        return Answer(State.UNCERTAIN, str(code))
    return Answer(State.MOVED if moved_to else State.THERE, str(code), moved_to)


def _head_or_get(url: str, allowed: Allowed, patience_s: float) -> tuple[int, str]:
    """The code of the answer, and where it sends us on; "" when nowhere."""
    code, onward = _question("HEAD", url, allowed, patience_s)
    if code in _ASK_OTHERWISE:
        code, onward = _question("GET", url, allowed, patience_s)
    return code, onward if 300 <= code < 400 else ""


def _question(method: str, url: str, allowed: Allowed, patience_s: float) -> tuple[int, str]:
    """One question and the head of its answer; the page itself is not read."""
    target = urlsplit(ascii_url(url))
    if target.scheme not in ("http", "https") or not target.hostname:
        raise _NotPublicError(url)
    line = _Line(target, allowed, patience_s)
    # A timeout of the socket counts anew with each byte; a server that drips would hold us for hours.
    end = threading.Timer(patience_s, line.cut)
    end.daemon = True
    end.start()
    try:
        path = f"{target.path or '/'}{'?' + target.query if target.query else ''}"
        line.request(method, path, headers=_HEADERS)
        answer = line.getresponse()
        return answer.status, _as_sent(answer.getheader("Location") or "")
    finally:
        end.cancel()
        line.close()


def _as_sent(header: str) -> str:
    """Letters of an address that a site sent as they are: in UTF-8, where `http.client` reads single bytes."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeDecodeError:
        return header


class _NotPublicError(OSError):
    """The address leads to a machine that is none of the public network."""


class _Line(http.client.HTTPConnection):
    """A connection to the very number that was judged: a name may mean another machine at the next look-up."""

    def __init__(self, target: SplitResult, allowed: Allowed, patience_s: float) -> None:
        secure = target.scheme == "https"
        port = target.port or (443 if secure else 80)
        super().__init__(target.hostname or "", port, timeout=patience_s)
        self.default_port = 443 if secure else 80  # it is left out of the Host field
        self._allowed = allowed
        self._late = False
        self._tls = ssl.create_default_context() if secure else None

    def connect(self) -> None:
        """To the first of the site's machines; none of them may stand in a network that is not public."""
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        for *_, there in found:
            if not self._allowed(str(there[0])):
                raise _NotPublicError(f"{self.host} → {there[0]}")
        self.sock = self._reached([(str(there[0]), self.port) for *_, there in found])
        self._check_time()
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)
            self._check_time()

    def _check_time(self) -> None:
        """While a name is looked up, and while keys are exchanged, there is no socket that could be cut."""
        if self._late:
            raise TimeoutError

    def _reached(self, machines: list[tuple[str, int]]) -> socket.socket:
        for machine in machines[:-1]:
            try:
                return socket.create_connection(machine, self.timeout)
            except OSError:
                continue
        return socket.create_connection(machines[-1], self.timeout)

    def cut(self) -> None:
        """Hang up, whatever the other side is about to say."""
        self._late = True
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def answers_with(public_url: str, ledger_id: str) -> bool:
    """Whether the pages at `public_url` are those of this ledger: `/health` says `{"ledger": "<id>"}`.

    No answer within five seconds in all, or another's answer, is a no: links to such pages would be dead.
    """
    heard: list[object] = []
    # A timeout of the socket counts anew with each byte; a server that drips would hold the dispatch for hours.
    asking = threading.Thread(target=lambda: heard.append(_ledger_at(public_url)), daemon=True)
    asking.start()
    asking.join(_SECONDS)
    return heard == [ledger_id]


def _ledger_at(public_url: str) -> object:
    """What the pages say is their ledger, None when they say nothing of it."""
    url = f"{public_url.rstrip('/')}/health"  # the settings allow http and https only
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            said = json.loads(answer.read(_MOST_BYTES))
    except (OSError, ValueError, HTTPException, RecursionError):
        # URLError and timeouts are OSErrors, JSON and encoding errors ValueErrors; what is no HTTP is neither
        return None
    return said.get("ledger") if isinstance(said, dict) else None
