"""Whether linked pages are there: asked of real servers on this machine, which are allowed for the length of a test."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from newsletter_mailer.checks.links import Answer, State, ask, ask_all, is_public
from newsletter_mailer.checks.targets.asked import asked
from newsletter_mailer.model.issue import Issue
from smtp_servers import free_port

HERE = "127.0.0.1"


class Site(ThreadingHTTPServer):
    """Answers each path as its name says, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HERE, 0), Pages)
        self.asked: list[tuple[str, str]] = []
        self.ended = threading.Event()

    def url(self, path: str) -> str:
        return f"http://{HERE}:{self.server_port}{path}"


class Pages(BaseHTTPRequestHandler):
    """One answer."""

    server: Site

    def do_HEAD(self) -> None:
        self.server.asked.append((self.command, self.path))
        name = self.path.strip("/")
        if name == "drip":
            while not self.server.ended.wait(0.05):
                self.wfile.write(b"H")
            return
        if name == "get-only" and self.command == "HEAD":
            name = "405"
        self.send_response(int(name) if name.isdigit() else 301 if name.startswith("to") else 200)
        if name.startswith("to"):
            places = {
                "to-page": "/page",
                "to-loop": "/to-loop",
                "to-accents": "/été".encode().decode("latin-1"),
            }
            self.send_header("Location", places.get(name, "http://10.0.0.1/"))
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@contextmanager
def site() -> Iterator[Site]:
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()


def allowed(number: str) -> bool:
    """This machine, and no other private one."""
    return number == HERE or is_public(number)


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("/page", State.THERE),
        ("/404", State.GONE),
        ("/410", State.GONE),
        ("/403", State.UNCERTAIN),
        ("/500", State.UNCERTAIN),
        ("/get-only", State.THERE),
        ("/to-page", State.MOVED),
        ("/to-loop", State.UNCERTAIN),
        ("/to-inside", State.REFUSED),
    ],
)
def test_the_answer_tells_what_became_of_the_page(path: str, state: State) -> None:
    with site() as server:
        answer = ask(server.url(path), allowed=allowed)

    assert answer.state is state


def test_a_page_that_moved_says_where_to() -> None:
    with site() as server:
        assert ask(server.url("/to-page"), allowed=allowed).leads_to == server.url("/page")


def test_get_is_asked_only_where_head_did_not_do() -> None:
    with site() as server:
        ask(server.url("/page"), allowed=allowed)
        ask(server.url("/get-only"), allowed=allowed)

        assert server.asked == [("HEAD", "/page"), ("HEAD", "/get-only"), ("GET", "/get-only")]


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
        "fe80::1%eth0",
        "100.64.0.1",
        "224.0.0.1",
        "0.0.0.0",
        "192.0.0.8",
        "64:ff9b::7f00:1",
        "2002:a01:203::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_machines_of_networks_that_are_not_public_are_never_asked(number: str) -> None:
    assert not is_public(number)


@pytest.mark.parametrize(
    "number", ["93.184.215.14", "2606:2800:21f::1", "64:ff9b::5db8:d70e", "::ffff:5db8:d70e"]
)
def test_public_machines_are_asked_by_whatever_road(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize("host", [HERE, "localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"])
def test_no_spelling_of_this_machine_is_asked(host: str) -> None:
    with site() as server:
        answer = ask(f"http://{host}:{server.server_port}/page")

        assert answer.state is State.REFUSED
        assert server.asked == []


def test_a_site_that_drips_is_given_up() -> None:
    with site() as server:
        assert ask(server.url("/drip"), allowed=allowed, patience_s=0.3).state is State.UNCERTAIN


def test_a_site_whose_name_takes_as_long_as_all_of_it_may_is_given_up_too() -> None:
    def slowly(_number: str) -> bool:
        return not looked_up.wait(0.6)

    looked_up = threading.Event()
    with site() as server:
        assert ask(server.url("/drip"), allowed=slowly, patience_s=0.3).state is State.UNCERTAIN


def test_a_page_that_moved_to_an_address_with_accents_is_found() -> None:
    with site() as server:
        ask(server.url("/to-accents"), allowed=allowed)

        assert server.asked[-1] == ("HEAD", "/%C3%A9t%C3%A9")


def test_nobody_there_is_uncertain_and_other_schemes_are_refused() -> None:
    with free_port() as port:
        pass

    assert ask(f"http://{HERE}:{port}/", allowed=allowed).state is State.UNCERTAIN
    assert ask("http://nobody.invalid/", allowed=allowed).state in (State.NAMELESS, State.UNCERTAIN)
    assert ask("ftp://example.org/", allowed=allowed).state is State.REFUSED


def test_each_address_is_asked_once_and_each_gets_its_answer() -> None:
    with site() as server:
        pages = [server.url(path) for path in ("/a", "/b", "/404", "/a")]

        answers = ask_all(pages, allowed=allowed, pause_s=0)

        assert [answers[page].state for page in pages] == [State.THERE, State.THERE, State.GONE, State.THERE]
        assert [path for command, path in server.asked if command == "HEAD"] == ["/a", "/b", "/404"]


ISSUE = Issue.model_validate(
    {
        "id": "lettre-2026-11",
        "title": "Lettre",
        "subject": "Lettre",
        "date": "2026-11-22",
        "blocks": [
            {
                "type": "text",
                "text": "[un](https://un.fr/a), [deux](https://deux.fr/#b), [nous](mailto:a@un.fr)",
            },
            {"type": "footer"},
        ],
    }
)


@pytest.mark.parametrize(
    ("states", "codes"),
    [
        ((State.THERE, State.THERE), []),
        ((State.GONE, State.UNSAFE), ["link-dead", "link-dead"]),
        ((State.REFUSED, State.UNCERTAIN), ["link-dead", "link-uncertain"]),
        ((State.NAMELESS, State.MOVED), ["link-dead", "link-moved"]),
        ((State.NAMELESS, State.NAMELESS), ["link-uncertain"]),  # nobody is on line
    ],
)
def test_what_the_sites_said_becomes_findings_at_their_links(
    states: tuple[State, State], codes: list[str]
) -> None:
    def answers(targets: Iterable[str]) -> dict[str, Answer]:
        return dict(zip(targets, map(Answer, states), strict=True))

    found = list(asked(ISSUE, answers))

    assert [finding.code for finding in found] == codes
    assert all(str(finding.what) for finding in found)
