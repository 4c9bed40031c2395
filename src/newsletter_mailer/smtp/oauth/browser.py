"""Permission by a browser on this machine (RFC 8252), bound to the one who asked for it (PKCE, RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import queue
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from newsletter_mailer.smtp.oauth.asking import NoPermission, Refused, again, ask, presentable
from newsletter_mailer.smtp.oauth.provider import Provider
from newsletter_mailer.smtp.oauth.token import Token, read_token
from newsletter_mailer.wording import language, say, sentence, use_language

PATIENCE_S = 600.0


def ask_in_browser(
    provider: Provider,
    show: Callable[[str], None],
    *,
    clock: Callable[[], int],
    patience_s: float = PATIENCE_S,
) -> Token:
    """The permission, when it was given at the address that is shown. Raises NoPermission, ServerUnreachable."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    with _listening(state) as (redirect, answers):
        show(_address(provider, redirect, state, verifier))
        try:
            answer = answers.get(timeout=patience_s)
        except queue.Empty:
            raise NoPermission(sentence("nobody gave the permission in time"), again()) from None
    if "code" not in answer:
        words = presentable(answer.get("error", "?"))
        raise NoPermission(
            sentence("{host} gives no permission: {words}", host=provider.host, words=words), again()
        )
    form = provider.form(
        grant_type="authorization_code", code=answer["code"], redirect_uri=redirect, code_verifier=verifier
    )
    try:
        return read_token(ask(provider.token_url, form), provider, now=clock())
    except Refused as refused:
        raise NoPermission(
            sentence("{host} gives no permission: {words}", host=provider.host, words=refused.words), again()
        ) from refused


def _address(provider: Provider, redirect: str, state: str, verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    fields = {
        "client_id": provider.client_id,
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": provider.scope,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "access_type": "offline",  # Google: with what renews it,
        "prompt": "consent",  # also the second time
    }
    separator = "&" if "?" in provider.authorise_url else "?"
    return f"{provider.authorise_url}{separator}{urlencode(fields)}"


@contextmanager
def _listening(state: str) -> Iterator[tuple[str, queue.Queue[dict[str, str]]]]:
    """Where the browser comes back to, and what it brings; whoever does not know `state` brings nothing."""
    answers: queue.Queue[dict[str, str]] = queue.Queue()
    spoken = language()

    class Visit(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            use_language(spoken)  # a thread of its own
            asked = urlsplit(self.path)
            brought = {name: values[0] for name, values in parse_qs(asked.query).items()}
            known = hmac.compare_digest(brought.get("state", "").encode(), state.encode())
            if asked.path != "/" or not known:
                self._page(400, say("This is not the answer that was waited for."))
                return
            self._page(200, say("Done. You can close this page and go back to the terminal."))
            answers.put(brought)

        def _page(self, status: int, words: str) -> None:
            page = f"<!doctype html><meta charset=utf-8><title>newsletter</title><p>{html.escape(words)}"
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Nowhere: the address holds the code."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Visit) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/", answers
        finally:
            server.shutdown()
