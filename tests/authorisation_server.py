"""An authorisation server for tests on this machine: device codes, PKCE and renewals, with every form remembered."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from newsletter_mailer.smtp.oauth.provider import Provider

CLIENT_ID = "newsletter-of-an-association"


class AuthorisationServer:
    """Gives token after token: access-1, access-2 … Tests say what else it does."""

    def __init__(self) -> None:
        self.forms: list[tuple[str, dict[str, str]]] = []  #: path and fields of each request
        self.device: dict[str, Any] = {"interval": 5, "expires_in": 900}  #: added to the device answer
        self.answers: list[tuple[int, Any]] = []  #: for the token address, before its own: status and JSON
        self.expires_in: object = 3600
        self.renews = True  #: a refresh token comes along, and is taken
        self.codes: dict[str, tuple[str, str]] = {}  #: code -> (challenge, redirect address)
        self.given = 0
        self.user = "lettre"  #: whose mailbox the newest token opens
        outer = self

        class Visit(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/tokeninfo"):
                    outer._answer(self, *outer._owner(self.path))
                else:
                    outer._authorise(self)

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                form = {n: v[0] for n, v in parse_qs(self.rfile.read(length).decode()).items()}
                outer.forms.append((self.path, form))
                outer._post(self, form)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Visit)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> AuthorisationServer:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def provider(self, name: str = "microsoft", *, client_secret: str = "") -> Provider:
        """How a client knows this server."""
        return Provider(
            "google" if name == "google" else "microsoft",
            CLIENT_ID,
            f"{self.url}/{'authorise' if name == 'google' else 'device'}",
            f"{self.url}/token",
            "send",
            client_secret,
        )

    def asked(self, path: str = "/token") -> list[dict[str, str]]:
        """The forms that came to that path."""
        return [form for at, form in self.forms if at == path]

    def _post(self, visit: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        if visit.path == "/device":
            self._answer(visit, *self._device())
        elif visit.path == "/elsewhere":
            visit.send_response(307)
            visit.send_header("Location", f"{self.url}/token")
            visit.end_headers()
        elif self.answers:
            self._answer(visit, *self.answers.pop(0))
        else:
            self._answer(visit, *self._token(form))

    def _device(self) -> tuple[int, Any]:
        answer = {
            "device_code": "device-secret",
            "user_code": "ABCD-EFGH",
            "verification_uri": f"{self.url}/activate",
            **self.device,
        }
        return (400, answer) if "error" in answer else (200, answer)

    def _token(self, form: dict[str, str]) -> tuple[int, Any]:
        wrong = {"error": "invalid_grant", "error_description": f"No.\r\nTrace: {form.get('refresh_token')}"}
        kind = form.get("grant_type", "")
        if kind == "refresh_token" and not (self.renews and form["refresh_token"].startswith("refresh-")):
            return 400, wrong
        if kind == "authorization_code":
            challenge, redirect = self.codes.pop(form["code"], ("", ""))
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            shown = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if shown != challenge or form.get("redirect_uri") != redirect:
                return 400, wrong
        self.given += 1
        answer = {"access_token": f"access-{self.given}", "token_type": "Bearer"}
        if self.renews:
            answer["refresh_token"] = f"refresh-{self.given}"
        return 200, {**answer, "expires_in": self.expires_in}

    def _owner(self, path: str) -> tuple[int, Any]:
        """Whose token it is, for a mail server that asks (RFC 7662)."""
        told = parse_qs(urlsplit(path).query).get("access_token", [""])[0]
        return (200, {"email": self.user}) if told == f"access-{self.given}" else (401, {"error": "no"})

    def _authorise(self, visit: BaseHTTPRequestHandler) -> None:
        """The person says yes at once, and the browser is sent back."""
        asked = {n: v[0] for n, v in parse_qs(urlsplit(visit.path).query).items()}
        self.forms.append(("/authorise", asked))
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.forms)}"
        self.codes[code] = (asked["code_challenge"], asked["redirect_uri"])
        visit.send_response(302)
        back = urlencode({"code": code, "state": asked["state"]})
        visit.send_header("Location", f"{asked['redirect_uri']}?{back}")
        visit.end_headers()

    @staticmethod
    def _answer(visit: BaseHTTPRequestHandler, status: int, answer: Any) -> None:
        raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        visit.send_response(status)
        visit.send_header("Content-Type", "application/json")
        visit.send_header("Content-Length", str(len(raw)))
        visit.end_headers()
        visit.wfile.write(raw)


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self, now: int = 1_700_000_000_000) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += int(seconds * 1000)
