"""Sockets stay where they are looked for, also those of modules that import-linter cannot tell apart."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import newsletter_mailer

SOURCE = Path(newsletter_mailer.__file__).parent
WIRES = ("smtp/", "inbox/", "web/", "checks/links.py", "checks/dns.py")
SOCKETS = (
    "asyncio",
    "ftplib",
    "http",
    "imaplib",
    "poplib",
    "smtplib",
    "socket",
    "socketserver",
    "ssl",
    "urllib.request",
    "xmlrpc",
)


def opened(source: str) -> Iterator[str]:
    """The modules with sockets that a source imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            yield from (module for module in SOCKETS if f"{name}.".startswith(f"{module}."))


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import urllib.request", ["urllib.request"]),
        ("from urllib import request", ["urllib.request"]),
        ("def f():\n    from urllib.request import urlopen", ["urllib.request"]),
        ("from http.client import HTTPException", ["http"]),
        ("import socket, json", ["socket"]),
        ("from urllib.parse import quote", []),
        ("import httpless", []),
    ],
)
def test_an_import_with_sockets_is_seen_however_it_is_written(source: str, modules: list[str]) -> None:
    assert list(opened(source)) == modules


def test_sockets_are_opened_on_the_wires_and_in_the_faces_of_the_web_only() -> None:
    found = {
        str(path.relative_to(SOURCE).as_posix()): sorted(opened(path.read_text(encoding="utf-8")))
        for path in SOURCE.rglob("*.py")
    }

    assert {path: modules for path, modules in found.items() if modules and not path.startswith(WIRES)} == {}
    assert found["checks/links.py"]
    assert found["smtp/connection.py"]
