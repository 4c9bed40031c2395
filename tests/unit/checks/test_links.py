"""Whose pages answer at the public address: asked of real servers on this machine."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from newsletter_mailer.checks.links import answers_with
from smtp_servers import free_port


@contextmanager
def pages(status: int, body: bytes) -> Iterator[str]:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/letters/health" else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/letters/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body", "ours"),
    [
        (200, json.dumps({"ledger": "abc"}).encode(), True),
        (200, json.dumps({"ledger": "another"}).encode(), False),
        (200, b"<html>a parking page</html>", False),
        (200, b"[]", False),
        (200, b"\xff\xfe", False),
        (200, b"[" * 9_999, False),
        (500, json.dumps({"ledger": "abc"}).encode(), False),
    ],
)
def test_only_the_pages_of_this_ledger_are_linked(status: int, body: bytes, *, ours: bool) -> None:
    with pages(status, body) as url:
        assert answers_with(url, "abc") is ours


def test_pages_that_do_not_answer_are_not_linked() -> None:
    with free_port() as port:
        pass

    assert answers_with(f"http://127.0.0.1:{port}", "abc") is False


def test_what_answers_without_speaking_http_is_not_linked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mail:
        greeting = threading.Thread(target=_greet, args=(mail,))
        greeting.start()

        ours = answers_with(f"http://127.0.0.1:{mail.getsockname()[1]}", "abc")

        greeting.join()
    assert ours is False


def _greet(mail: socket.socket) -> None:
    with mail.accept()[0] as line:
        line.recv(1000)
        line.sendall(b"220 mail.example ESMTP\r\n")


@pytest.mark.parametrize("url", ["http://exa\x01mple.org", "http://example.org:port"])
def test_what_is_no_address_is_not_linked(url: str) -> None:
    assert answers_with(url, "abc") is False


def test_pages_that_drip_do_not_hold_the_dispatch() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, closing(Drip(listener)):
        port = listener.getsockname()[1]
        asking = threading.Thread(target=answers_with, args=(f"http://127.0.0.1:{port}", "abc"), daemon=True)
        asking.start()
        asking.join(timeout=30)  # a hang guard: six times the limit

        assert not asking.is_alive()


class Drip:
    """Answers every second with one byte of a header, until closed."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        line, _ = self._listener.accept()
        with line, suppress(OSError):
            line.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not self._over.wait(1):
                line.sendall(b"x")

    def close(self) -> None:
        self._over.set()
        self._thread.join()
