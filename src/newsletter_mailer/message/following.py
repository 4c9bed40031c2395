"""An edition whose links are counted on their way, and whose copies may bear a token: rewritten once, for all readers.

The plain text keeps the true addresses: who reads it follows them uncounted. So do links that a merge tag is part of,
for they are a reader's own and could not be the same for everybody.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from newsletter_mailer.model.edition import Edition, Place, Segment, Slot
from newsletter_mailer.model.measuring import DECOY, Link
from newsletter_mailer.wording import in_language, say

TRACKER = "links.tracker_token"
WITHDRAW = "links.withdraw_token"
# While a page is looked through it is one text: NUL, a segment's number and NUL begin each segment, for NUL stands in
# no page; where a token is to stand is one of the two characters after it, and the third stands for a slot.
_MARK = re.compile(r"\x00(\d+)\x00")
_TRACKER, _WITHDRAW, _SLOT = "\x01", "\x02", "\x03"
_HREF = re.compile(
    r'(?P<tag><(?:a|v:[a-z]+)\s[^<>\x00]*?\bhref=")(?P<url>https?://[^"\x00]+)"', re.IGNORECASE
)
_OUT = re.compile(
    r'(?P<begin><a\s[^<>\x00]*?\bhref=")\x00(?P<slot>\d+)\x00\x03\x00\d+\x00(?P<end>"[^<>\x00]*>)(?:(?!</a>).)*</a>',
    re.DOTALL,
)
_TAG = re.compile(r"<[^<>]*>")
_ALT = re.compile(r'<img\b[^<>]*?\balt="([^"]*)"', re.IGNORECASE)
_LONGEST_LABEL = 200
_UNSEEN = 'width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0"'


def links_of(edition: Edition) -> tuple[Link, ...]:
    """The links of the page, as readers meet them; to http and https only."""
    found = {link.number: link for _, link in _links(_joined(edition.html))}
    return tuple(found[number] for number in sorted(found))


def replaced(edition: Edition, address: Callable[[Link], str]) -> Edition:
    """The edition with other addresses behind its links."""
    return replace(edition, html=_apart(_replaced(_joined(edition.html), address), edition.html, {}))


def counted(edition: Edition, *, link: Callable[[Link], str] | None, picture: str) -> Edition:
    """The edition with links that lead by us, and a picture that is loaded from us; the same for all readers.

    link: the address in the stead of one; None: links stay as they are. picture: its address, or "" for none.
    """
    page = _joined(edition.html)
    if link is not None:
        page = _replaced(page, link)
    if picture:
        page = _at_the_end(page, f'<img src="{html.escape(picture)}" {_UNSEEN}>')
    return replace(edition, html=_apart(page, edition.html, {}))


def tracked(edition: Edition, web_base: str, *, links: bool) -> Edition:
    """The edition for copies with a token of their own: a picture, and the way to say that one no longer wants it.

    links: they bear the token, too, and so does an address that no reader sees: it stands in a comment, for mails must
    not hide anything (standards 1.1 G12). Without it they stay as they are.
    """
    web = web_base.rstrip("/")
    page = _joined(edition.html)
    if links:
        page = _replaced(page, lambda link: f"{web}/l/{_TRACKER}/{link.number}")
        page = _at_the_end(page, f"<!-- {web}/l/{_TRACKER}/{DECOY} -->")
    page = _at_the_end(page, f'<img src="{web}/o/{_TRACKER}.gif" {_UNSEEN}>')
    with in_language(edition.language):
        label = say("No longer measure my reading")
    page = _with_way_out(page, edition, f"{web}/m/{_WITHDRAW}", html.escape(label))
    names = (*edition.expressions, TRACKER, WITHDRAW)
    first = len(edition.expressions)
    slots = {_TRACKER: first, _WITHDRAW: first + 1}
    said = (Segment(f"\n{label}\n{web}/m/"), Segment(Slot(first + 1, Place.PLAIN_URL_PART)), Segment("\n"))
    return replace(
        edition,
        html=_apart(page, edition.html, slots),
        text=(*edition.text, *said),
        expressions=names,
    )


def is_tracked(edition: Edition) -> bool:
    """Whether its copies bear a token."""
    return TRACKER in edition.expressions


def _joined(segments: tuple[Segment, ...]) -> str:
    return "".join(
        f"\x00{number}\x00{segment.content if isinstance(segment.content, str) else _SLOT}"
        for number, segment in enumerate(segments)
    )


def _apart(page: str, segments: tuple[Segment, ...], slots: dict[str, int]) -> tuple[Segment, ...]:
    """The page as segments again. slots: the expression for each place of a token."""
    _, *pieces = _MARK.split(page)
    return tuple(
        part
        for number, text in zip(pieces[::2], pieces[1::2], strict=True)
        for part in _segment(segments[int(number)], text, slots)
    )


def _segment(was: Segment, text: str, slots: dict[str, int]) -> Iterator[Segment]:
    if isinstance(was.content, Slot):
        yield was
        text = text.removeprefix(_SLOT)
    for piece in re.split(f"([{_TRACKER}{_WITHDRAW}])", text):
        if piece in slots:
            yield Segment(Slot(slots[piece], Place.HTML_URL_PART), was.when)
        elif piece:
            yield Segment(piece, was.when)


def _links(page: str) -> list[tuple[re.Match[str], Link]]:
    """Every link with the place where it stands. What Outlook draws as a button is the link that stands behind it."""
    found = [one for one in _HREF.finditer(page) if _leads_somewhere(html.unescape(one["url"]))]
    anchors = [one for one in found if one["tag"].lower().startswith("<a")]
    numbers = {one.start(): number for number, one in enumerate(anchors, 1)}
    links = []
    for one in found:
        same = next((a for a in anchors if a.start() >= one.start() and a["url"] == one["url"]), None)
        if same is not None:
            url = html.unescape(one["url"])
            links.append((one, Link(numbers[same.start()], url, _label(page, same.end()))))
    return links


def _leads_somewhere(url: str) -> bool:
    """Whether it is the whole address of a page elsewhere, and no trick: //evil, \\evil, a name before an @."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = not any(letter.isspace() or letter == "\\" or ord(letter) < 32 for letter in url)
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def _label(page: str, at: int) -> str:
    """What readers see of the link whose tag goes on there."""
    inside = page[at : page.find("</a>", at)].partition(">")[2]
    words = " ".join(html.unescape(_TAG.sub(" ", _MARK.sub("", inside).replace(_SLOT, "…"))).split())
    alt = _ALT.search(inside)
    return (words or (html.unescape(alt[1]) if alt else ""))[:_LONGEST_LABEL]


def _replaced(page: str, address: Callable[[Link], str]) -> str:
    pieces, at = [], 0
    for one, link in _links(page):
        pieces += [page[at : one.start("url")], html.escape(address(link))]
        at = one.end("url")
    return "".join((*pieces, page[at:]))


def _at_the_end(page: str, what: str) -> str:
    body, end, rest = page.rpartition("</body>")
    return f"{body}{what}{end}{rest}" if end else f"{page}{what}"


def _with_way_out(page: str, edition: Edition, address: str, label: str) -> str:
    """A link beside the one to unsubscribe, of the same looks; at the end where there is none."""
    numbers = {
        str(number)
        for number, segment in enumerate(edition.html)
        if isinstance(segment.content, Slot)
        and edition.expressions[segment.content.expression].strip() == "links.unsubscribe"
    }
    beside = [found for found in _OUT.finditer(page) if found["slot"] in numbers]
    if not beside:
        return _at_the_end(page, f'<p><a href="{address}">{label}</a></p>')
    last = beside[-1]
    mine = f" {last['begin']}{address}{last['end']}{label}</a>"
    return page[: last.end()] + mine + page[last.end() :]
