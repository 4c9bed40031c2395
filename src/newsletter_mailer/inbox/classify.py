"""What a mail in the inbox is. Pure: any bytes, no exception, and work that is counted."""

from __future__ import annotations

from collections.abc import Iterable

from newsletter_mailer.inbox import arf, autoreply, dsn, notes, notification
from newsletter_mailer.inbox.addresses import by_flufl
from newsletter_mailer.inbox.parts import MOST_BYTES, REPORTS, Mail, first, take_apart
from newsletter_mailer.inbox.returned import readers, said_before, tokens, unquoted
from newsletter_mailer.inbox.rules import UNCLEAR
from newsletter_mailer.inbox.unsubscribe import wish
from newsletter_mailer.inbox.verdict import judge
from newsletter_mailer.inbox.words import one_line
from newsletter_mailer.model.bounce import BounceClass, Category, Failed, Kind, Returned

_MOST_SAID = 12_000  # letters of the words for people
_LONGEST_SUBJECT = 300
_TO_MANY = ("bulk", "junk", "list")


def read_mail(raw: bytes) -> Returned:
    """What the mail is, and of whom it speaks. Never raises; looks at 400 kB, 60 parts, 50 recipients at most."""
    mail = take_apart(raw[:MOST_BYTES])
    text = "\n".join(said_before(unquoted(text))[0] for text in mail.texts())[:_MOST_SAID]
    found = (
        _complaint(mail)
        or _notice(mail)
        or _report(mail, text)
        or _note(mail, text, raw)
        or _answer(mail)
        or _wish(raw)
        or _rest(mail)
    )
    return Returned(found.kind, found.recipients, tokens(mail), found.rule)


def _complaint(mail: Mail) -> Returned | None:
    said = arf.feedback(mail)
    if said is None:
        return None
    if not said.is_complaint:
        return Returned(Kind.UNKNOWN, rule=f"feedback: {one_line(said.kind)[:40]}")
    return Returned(
        Kind.COMPLAINT, _complained(said.addresses or readers(mail), said.kind), rule=f"feedback: {said.kind}"
    )


def _complained(addresses: Iterable[str], kind: str) -> tuple[Failed, ...]:
    rule = f"feedback: {kind}"
    return tuple(
        Failed(one_line(address)[:254], BounceClass.OTHER, "", None, kind, rule, Category.COMPLAINT)
        for address in addresses or ("",)
    )


def _notice(mail: Mail) -> Returned | None:
    said = next((found for text in mail.texts() if (found := notification.notice(text))), None)
    if said is None:
        return None
    if said.kind == "complaint":
        if said.detail not in ("", *arf.COMPLAINTS):
            return Returned(Kind.UNKNOWN, rule="notice: feedback of another kind")
        people = _complained((address for address, _, _ in said.recipients), said.detail or "abuse")
        return Returned(Kind.COMPLAINT, people, rule="notice: complaint")
    failed = tuple(judge(address, words=words, status=status) for address, status, words in said.recipients)
    kind = {"bounce": Kind.BOUNCE, "delivery": Kind.DELIVERED}.get(said.kind, Kind.UNKNOWN)
    return Returned(kind, failed if kind is Kind.BOUNCE else (), rule=f"notice: {said.kind}")


def _report(mail: Mail, text: str) -> Returned | None:
    """By the fields of a report, in their own part or among the words for people."""
    reports = [part.text for part in mail.of(REPORTS)]
    if not reports and "final-recipient:" in text.lower():
        reports = [text]
    found = [group for report in reports for group in dsn.groups(report)][: dsn.MOST_RECIPIENTS]
    if not found:
        return None
    late = [group for group in found if not group.delivered]
    if not late:
        return Returned(Kind.DELIVERED, rule="report: delivered")
    kind = Kind.DELAYED if all(group.delayed for group in late) else Kind.BOUNCE
    around = dict(notes.recipients(mail, text)) if len(late) > 1 else {late[0].address.lower(): text}
    failed = (
        judge(
            group.address,
            words=group.diagnostic,
            status=group.status,
            around=around.get(group.address.lower(), ""),
            last_word=not group.delayed,
        )
        for group in late
    )
    return Returned(kind, tuple(failed), rule=f"report: {'delayed' if kind is Kind.DELAYED else 'failed'}")


def _note(mail: Mail, text: str, raw: bytes) -> Returned | None:
    """A bounce by its words: a mail system speaks, and says of whom, or the subject is a bounce's."""
    if notes.is_success(mail):
        return Returned(Kind.DELIVERED, rule="note: delivered")
    if not notes.is_bounce(mail, text):
        return None
    found = [] if (said := notes.recipients(mail, text)) else by_flufl(raw) or readers(mail)
    said += [(address, text) for address in found]
    delay = notes.is_delay(mail, text)
    around = f"{mail.subject[:_LONGEST_SUBJECT]}\n{text}" if len(said) < 2 else ""
    failed = tuple(
        judge(address, words=words, around=around, last_word=not delay)
        for address, words in said or [("", text)]
    )
    understood = delay or notes.has_its_subject(mail) or any(one.rule != UNCLEAR.name for one in failed)
    if not understood:  # somebody at a postmaster's desk
        return None
    kind = Kind.DELAYED if delay else Kind.BOUNCE
    return Returned(kind, failed, rule=f"note: {'delayed' if delay else 'failed'}")


def _answer(mail: Mail) -> Returned | None:
    return Returned(Kind.AUTO_REPLY, rule="an automatic answer") if autoreply.is_autoreply(mail) else None


def _wish(raw: bytes) -> Returned | None:
    said = wish(raw[:MOST_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n").partition(b"\n\n")[0])
    if said.automatic or not (said.asks or said.candidates):
        return None
    return Returned(Kind.UNSUBSCRIBE, rule="asks to be taken off")


def _rest(mail: Mail) -> Returned:
    if notes.from_a_mail_system(mail):
        return Returned(Kind.UNKNOWN, rule="a mail system, not understood")
    if notes.without_sender(mail):
        if first(mail.head, "precedence").lower() in _TO_MANY:
            return Returned(Kind.AUTO_REPLY, rule="an automatic answer")
        return Returned(Kind.UNKNOWN, rule="a program, not understood")
    if "from" not in mail.head:
        return Returned(Kind.UNKNOWN, rule="no mail")
    return Returned(Kind.REPLY, rule="a person, as far as anybody can tell")
