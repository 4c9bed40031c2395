"""The pages: a list of mails beside the one that is open. No script is needed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from newsletter_mailer.web.arrived.mails import Mail
from newsletter_mailer.wording import language, say

VIEWS = ("html", "text", "headers")


def names() -> dict[str, str]:
    """The views as people call them."""
    return {"html": say("Mail"), "text": say("Plain text"), "headers": say("Headers")}


def page(rows: Sequence[tuple[str, str]], mail: Mail, number: int, view: str) -> str:
    """The whole page. rows: recipient and subject of each mail, in order of arrival; number counts from 0."""
    entries = "".join(
        f'<li><a href="/?mail={n}&amp;view={view}"{_current(n == number)}>'
        f"<b>{escape(recipient)}</b><span>{escape(subject)}</span></a></li>"
        for n, (recipient, subject) in enumerate(rows)
    )
    tabs = "".join(
        f'<a href="/?mail={number}&amp;view={key}"{_current(key == view)}>{escape(name)}</a>'
        for key, name in names().items()
    )
    attached = escape(say("Attached: {names}", names=", ".join(mail.attachments)))
    files = f"<p>{attached}</p>" if mail.attachments else ""
    title = escape(say("What arrived"))
    mails = escape(say("Mails that arrived"))
    harmless = escape(say("These mails went to a sandbox; nothing left this machine."))
    return f"""<!DOCTYPE html>
<html lang="{language()}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="/page.css">
</head>
<body>
<nav aria-label="{mails}">
<h1>{title} <small>{len(rows)}</small></h1>
<p>{harmless}</p>
<ol>{entries}</ol>
</nav>
<main>
<header>
<h2>{escape(mail.subject)}</h2>
<p>{escape(mail.sender)} → {escape(mail.recipient)}</p>{files}
<div class="views">{tabs}</div>
</header>
{_view(mail, number, view)}
</main>
</body>
</html>"""


def _current(is_it: bool) -> str:
    return ' aria-current="true"' if is_it else ""


def _view(mail: Mail, number: int, view: str) -> str:
    if view == "html":
        title = escape(say("Mail"))
        return f'<iframe sandbox title="{title}" src="/mail/{number}"></iframe>'
    return f"<pre>{escape(mail.text if view == 'text' else mail.headers)}</pre>"
