"""A test says which edition it is, so that somebody's yes can be bound to it. Mails to readers never carry this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from newsletter_mailer.model.edition import Edition, Segment
from newsletter_mailer.wording import in_language, say

_FOOT = (
    '<div lang="{language}" style="margin:0;padding:16px 20px;background:#fff3c4;color:#3d3000;'
    'font:14px/1.5 Arial,sans-serif;text-align:center;">{words}</div>'
)
_LINK = '<br><a href="{link}" style="color:#3d3000;text-decoration:underline;">{words}</a>'


def marked(edition: Edition, code: str, *, link: str = "") -> Edition:
    """The edition as a test shows it: its short code above the plain text and at the foot of the page.

    At the foot, so that the inbox shows the same first words as of the letter itself. link: the reviewers' page.
    """
    with in_language(edition.language):
        title = say("Test · edition {code}", code=code)
        yes = say("If it may leave like this, tell this code to whoever sends it.")
        go = say("Comment on it or approve it on its page")
    lines = [title, yes, *([f"{go}: {link}"] if link else [])]
    foot = f"<strong>{escape(title)}</strong><br>{escape(yes)}"
    foot += _LINK.format(link=escape(link), words=escape(go)) if link else ""
    html = _FOOT.format(language=escape(edition.language), words=foot)
    text = Segment("\n".join(lines) + "\n\n")
    return replace(edition, text=(text, *edition.text), html=_with_foot(edition.html, html))


def _with_foot(segments: Sequence[Segment], foot: str) -> tuple[Segment, ...]:
    """Before the end of the body; after everything where a page says no such end."""
    for number in range(len(segments) - 1, -1, -1):
        content = segments[number].content
        if isinstance(content, str) and "</body>" in content and segments[number].when is None:
            before, end, after = content.rpartition("</body>")
            return (*segments[:number], Segment(before + foot + end + after), *segments[number + 1 :])
    return (*segments, Segment(foot))
