"""Why a run stops, in one sentence for the officer: what the server has against us, and what to do."""

from __future__ import annotations

from newsletter_mailer.model.replies import Reply, Verb, meaning
from newsletter_mailer.model.reply_table import Cause
from newsletter_mailer.wording import Sentence, sentence

_LONGEST = 300  # letters of the server's own words: some write a page

_SENTENCES: dict[Cause, tuple[Sentence, Sentence]] = {
    Cause.NONE: (
        sentence("{host} refuses every mail, whoever the reader: {words}"),
        sentence("ask your mail provider, with these words"),
    ),
    Cause.LOGIN: (
        sentence("{host} refuses the login: {words}"),
        sentence("check `smtp.username` and the password; some providers want an application password"),
    ),
    Cause.SENDER: (
        sentence("{host} does not take mail from your address: {words}"),
        sentence("check `sender.email` with your mail provider"),
    ),
    Cause.QUOTA: (
        sentence("what you may send through {host} is used up for now: {words}"),
        sentence(
            "nobody is lost: use the same command again when your provider's limit allows, or set `smtp.profile`"
        ),
    ),
    Cause.AUTHENTICATION: (
        sentence(
            "your domain does not prove that the mail is yours (SPF, DKIM, DMARC), says {host}: {words}"
        ),
        sentence("have these set up in the DNS of your domain; `newsletter doctor` shows the DKIM record"),
    ),
    Cause.REPUTATION: (
        sentence("{host} blocks mail from your server or your domain: {words}"),
        sentence("ask your mail provider to have it unblocked before you go on"),
    ),
    Cause.CONTENT: (
        sentence("{host} takes this issue for spam or for dangerous: {words}"),
        sentence("look at its words and links, and try it with `newsletter test` before you go on"),
    ),
    Cause.MALFORMED: (
        sentence("{host} finds fault with how the message is written: {words}"),
        sentence(
            "look at subject and sender; if they are plain, report these words as a fault of this program"
        ),
    ),
    Cause.SIZE: (
        sentence("the message is too big for {host}: {words}"),
        sentence("make its pictures smaller, or take some out"),
    ),
    Cause.CONFUSED: (
        sentence("{host} lost the thread: {words}"),
        sentence("use the same command again; if it stays so, ask your mail provider"),
    ),
}


def stop_sentence(reply: Reply, to: Verb, host: str) -> tuple[Sentence, Sentence]:
    """What the server has against us, ending in its own words, and what to do about it."""
    what, hint = _SENTENCES[meaning(reply, to).cause]
    words = str(reply)
    shown = words if len(words) <= _LONGEST else words[:_LONGEST].rstrip() + "…"
    return Sentence(what.template, {"host": host, "words": shown}), hint
