"""The archive as an Atom feed (RFC 4287)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID, uuid5
from xml.etree import ElementTree as Xml  # writes only: nothing is parsed

if TYPE_CHECKING:
    from newsletter_mailer.actions.archive.archive import Entry

MOST = 50  #: issues in the feed; readers ask for all of it again and again
_OURS = UUID("2b1f5c0a-95b3-5d0e-8a55-7d6c8f3f4a10")  # the name space of our feed and entry ids
_NEVER = 0


def atom(entries: Sequence[Entry], *, title: str, language: str, home: str, ledger_id: str) -> bytes:
    """The newest issues; ids stay, whatever the issues' titles, slugs and addresses become.

    home: the index's address with its final slash, "" to name everything as seen from the feed.
    """
    newest = max((entry.publication.changed_at for entry in entries), default=_NEVER)
    feed = Xml.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": language})
    _add(feed, "title", title)
    _add(feed, "id", f"urn:uuid:{uuid5(_OURS, ledger_id)}")
    _add(feed, "updated", _time(newest))
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{home}feed.atom")
    _add(feed, "link", rel="alternate", type="text/html", href=home or "./")
    _add(_add(feed, "author"), "name", title)
    for entry in entries[:MOST]:
        _entry(feed, entry, home)
    Xml.indent(feed)
    body: bytes = Xml.tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body + b"\n"


def _entry(feed: Xml.Element, entry: Entry, home: str) -> None:
    issue, sent = entry.letter, entry.publication
    one = _add(feed, "entry", **{"xml:lang": issue.language})
    _add(one, "title", issue.title)
    _add(one, "id", f"urn:uuid:{uuid5(_OURS, sent.issue_id)}")
    _add(one, "published", _time(sent.sent_at))
    _add(one, "updated", _time(sent.changed_at))
    _add(one, "link", rel="alternate", type="text/html", href=f"{home}{entry.path}/")
    if issue.teaser:
        _add(one, "summary", issue.teaser)


def _add(parent: Xml.Element, name: str, text: str = "", **attributes: str) -> Xml.Element:
    child = Xml.SubElement(parent, name, attributes)
    child.text = "".join(letter for letter in text if letter.isprintable() or letter == "\n") or None
    return child


def _time(milliseconds: int) -> str:
    moment = dt.datetime.fromtimestamp(milliseconds // 1000, dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
