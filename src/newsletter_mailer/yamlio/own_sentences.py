"""The sentences for what the models themselves find wrong, beyond pydantic's own rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from newsletter_mailer.wording import Sentence, sentence
from newsletter_mailer.yamlio.finding import Explanation, Finding, Path
from newsletter_mailer.yamlio.meant import meant


def _alt_missing(finding: Finding) -> Explanation:
    what = sentence("a picture has no “alt”: who does not see it learns nothing")
    return (
        (*finding.path, "alt"),
        what,
        sentence("add `alt:` and say what it shows, or `decorative: true` if it says nothing"),
    )


def _link(finding: Finding) -> Explanation:
    value = finding.quote
    what = sentence("“{value}” is not a link", value=value)
    if "@" in value and ":" not in value:
        return finding.path, what, sentence("write mailto:{value}", value=value)
    if re.match(r"(www\.|[\w-]+(\.[\w-]+)+(/|$))", value):
        return finding.path, what, sentence("write https://{value}", value=value)
    return finding.path, what, sentence("links begin with https://, http://, mailto: or tel:")


def _footer(finding: Finding) -> Explanation:
    blocks = finding.value.get("blocks") if isinstance(finding.value, Mapping) else None
    blocks = blocks if isinstance(blocks, list) else []
    last = len(blocks) - 1
    feet = [
        n for n, block in enumerate(blocks) if isinstance(block, Mapping) and block.get("type") == "footer"
    ]
    if not feet:
        hint = sentence("add `- type: footer` at the end of “blocks”: it says who writes and how to leave")
        return ("blocks", max(last, 0)), sentence("an issue ends with a footer, and this one has none"), hint
    at: Path = ("blocks", feet[0])
    if len(feet) > 1:
        return ("blocks", feet[1]), sentence("a second footer"), sentence("keep the last one only")
    return at, sentence("the footer is not the last block"), sentence("move it to the end")


def _footer_when(finding: Finding) -> Explanation:
    last = len(finding.value["blocks"]) - 1
    what = sentence("the footer cannot have a “when”")
    return ("blocks", last, "when"), what, sentence("every reader must be able to leave: remove it")


def _profile(finding: Finding) -> Explanation:
    what = sentence("there is no profile “{value}”", value=finding.quote)
    return finding.path, what, meant(finding.quote, finding.details["names"])


OWN: Mapping[str, Callable[[Finding], Explanation]] = {
    "alt_missing": _alt_missing,
    "link": _link,
    "footer": _footer,
    "footer_when": _footer_when,
    "profile": _profile,
}

# Where under the value to look, what is wrong, how to mend it; {value} is the value as typed.
SIMPLE: Mapping[str, tuple[Path, Sentence, Sentence]] = {
    "alt_decorative": (
        ("decorative",),
        sentence("a picture with “alt” that is also decorative"),
        sentence("remove one of the two"),
    ),
    "link_decorative": (
        ("decorative",),
        sentence("a decorative picture with a link"),
        sentence("say with `alt:` where the link leads, and remove `decorative:`"),
    ),
    "link_space": ((), sentence("the link “{value}” has a space in it"), sentence("write %20 for it")),
    "one_line": (
        (),
        sentence("this text must stand on one line"),
        sentence("write it on one line, without `|`"),
    ),
    "colour": (
        (),
        sentence("“{value}” is not a colour"),
        sentence('write # and six digits or letters from a to f in quotation marks, such as "#0b5c5c"'),
    ),
    "year": (
        (),
        sentence("“{value}” is in no year that a calendar knows"),
        sentence("write a year from 1900 to 2199"),
    ),
    "ends_before": ((), sentence("it ends before it begins"), sentence("look at the dates and times")),
    "moment": (
        (),
        sentence("“{value}” is not a date, nor a date with a time"),
        sentence("write one such as 2026-11-22 or 2026-11-22 18:30"),
    ),
    "expires_before": (
        ("expires",),
        sentence("the issue expires before its date"),
        sentence("look at `date:` and `expires:`"),
    ),
    "end_without_start": (("end_time",), sentence("an “end_time” without a “time”"), sentence("add `time:`")),
    "empty_block": ((), sentence("this block is empty"), sentence("give it a title, a text or links")),
    "address": (
        (),
        sentence("“{value}” is not an e-mail address"),
        sentence("write one such as lettre@example.org"),
    ),
    "domain": ((), sentence("“{value}” is not a domain"), sentence("write one such as example.org")),
    "selector": (
        (),
        sentence("“{value}” cannot name a DKIM key"),
        sentence("write letters and digits, such as news2026"),
    ),
    "rate": (
        (),
        sentence("“{value}” is not a rate"),
        sentence("write one such as 200/h, 30/min or 5000/day"),
    ),
    "time_zone": ((), sentence("“{value}” is not a time zone"), sentence("write one such as Europe/Paris")),
    "clear_text": (
        ("security",),
        sentence("without encryption the password and the mails can be read on their way"),
        sentence("write `security: starttls` or `security: tls`"),
    ),
    "oauth_username": (
        ("oauth",),
        sentence("OAuth needs the mailbox for which it logs in"),
        sentence("add `username:` under “smtp”, such as lettre@example.org"),
    ),
    "two_inboxes": (
        ("host",),
        sentence("there is one mailbox, on a server or in a folder"),
        sentence("keep one of “host”, “maildir” and “mbox”, and take the others away"),
    ),
    "inbox_username": (
        ("host",),
        sentence("the mailbox's server asks who it is"),
        sentence("add `username:` under “inbox”"),
    ),
    "verp_domain": (
        ("smtp", "verp"),
        sentence(
            "mails cannot return to another domain than that of sender.email: SPF would not speak for them"
        ),
        sentence("write an `inbox.address` in the sender's domain, or take `verp` away"),
    ),
    "verp_length": (
        ("smtp", "verp"),
        sentence("the address to which mails return is too long for a mark of its own"),
        sentence("write an `inbox.address` with at most 22 letters before the @, or take `verp` away"),
    ),
    "inbox_after": (
        ("after",),
        sentence("mails cannot go there once they are done with"),
        sentence(
            "write the name of another folder, or `delete`; from an mbox file nothing is taken out: `keep`"
        ),
    ),
    "inline_password": (
        ("password",),
        sentence("a password does not stand in this file"),
        sentence("put it alone into a file that only you can read and name that in `password_file:`"),
    ),
}
