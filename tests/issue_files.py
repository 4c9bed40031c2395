"""Issue files and workspaces for tests: short to write, real on the disk."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.errors import Problem

SETTINGS = """\
identity:
  name: Réseau Exemple
  address: 1 rue de l'Exemple, 31000 Toulouse
  email: contact@example.org
sender:
  name: Réseau Exemple
  email: lettre@example.org
smtp: { host: 127.0.0.1, port: 1025, security: none }
subscriber_fields: { department: "" }
"""

HEAD = """\
id: lettre-2026-11
title: Lettre de novembre
subject: Des nouvelles
date: 2026-11-22
blocks:
"""
FOOT = "  - type: footer\n"


def issue_text(blocks: str = "", *, head: str = HEAD) -> str:
    """An issue with these blocks (indented by two spaces) between its head and its footer."""
    return head + blocks + FOOT


def workspace_at(root: Path) -> Workspace:
    """A workspace with settings and no issue."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "newsletter.yaml").write_text(SETTINGS, encoding="utf-8")
    (root / "issues").mkdir(exist_ok=True)
    return load_workspace(root, {})


def write_issue(workspace: Workspace, text: str, slug: str = "lettre") -> Path:
    """The issue.yaml of that slug, with that text."""
    path = workspace.issues / slug / "issue.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def said(problems: Iterable[Problem]) -> list[str]:
    """The problems as people read them, without the file's name."""
    return [str(problem).partition(".yaml:")[2].strip() for problem in problems]


def png(width: int, height: int, *, bits: int = 1) -> bytes:
    """A PNG whose header says that size; its pixels are missing, so nobody can have decoded them."""
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", b"") + _chunk(b"IEND", b"")


def gif(frames: int) -> bytes:
    """A GIF of one pixel with that many frames."""
    frame = b"!\xf9\x04\0\x05\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0"
    return b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff" + frame * frames + b";"


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
