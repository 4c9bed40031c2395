"""The sender's domain: what is known of it here, and what the DNS says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from newsletter_mailer.actions.doctor.hosts import answers_point, pointer_point
from newsletter_mailer.actions.doctor.mail_from import MailFrom
from newsletter_mailer.actions.doctor.points import unanswered, wrong
from newsletter_mailer.actions.doctor.records import alignment_point, dkim_point, dmarc_point, spf_point
from newsletter_mailer.actions.doctor.signing import (
    Published,
    dkim_record,
    how_to_sign,
    not_signed,
    without_certificate,
)
from newsletter_mailer.checks.dns import Dns, NoDnsAnswer
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.health import Mark, Point
from newsletter_mailer.wording import sentence


def signing(workspace: Workspace, *, online: bool) -> tuple[Point, Published | None]:
    """Whether mails are signed here, and with what. online: whether its record is there is told apart."""
    try:
        key = dkim_record(workspace)
    except NewsletterError as error:
        return wrong("signing", error), None
    if key is None:
        return Point("signing", Mark.UNKNOWN, not_signed(), how_to_sign(workspace)), None
    signed = sentence("mails are signed with {file} ({bits} bits)", file=key.key_file, bits=key.bits)
    if key.warnings:
        return Point("signing", Mark.DOUBT, signed, key.warnings[0]), key
    if online:
        return Point("signing", Mark.FINE, signed), key
    hint = sentence("this record must be published; --online looks whether it is")
    return Point("signing", Mark.FINE, signed, hint, key.dns), key


def public_pages(workspace: Workspace) -> Point:
    """Whether readers can leave with one click (RFC 8058)."""
    if unencrypted := without_certificate(workspace):
        return Point("one-click", Mark.DOUBT, unencrypted)
    if workspace.settings.public_url:
        return Point("one-click", Mark.FINE, sentence("readers can leave with one click"))
    return Point(
        "one-click",
        Mark.DOUBT,
        sentence("readers leave by mail: there are no public pages"),
        sentence(
            "that is enough below 5,000 mails a day; above, Gmail wants `newsletter serve` and public_url"
        ),
    )


def of_everybody(mail: MailFrom) -> Point | None:
    """That the address is one such as Gmail gives to everybody: nothing can be published for it."""
    if not mail.of_everybody:
        return None
    domain, own = (
        mail.author,
        sentence("write from an address of a domain of your own; sender.email says which"),
    )
    if mail.host.endswith(f".{domain}"):
        what = sentence(
            "{domain} gives addresses to everybody, and lets few mails leave from each", domain=domain
        )
        return Point("sender", Mark.DOUBT, what, own)
    what = sentence(
        "{domain} gives addresses to everybody: mails of other servers in its name count as forged",
        domain=domain,
    )
    return Point("sender", Mark.WRONG, what, own)


def published(dns: Dns, mail: MailFrom, key: Published | None) -> Iterator[Point]:
    """What the DNS says of the domain; a question without an answer is a point as well."""
    looks: dict[str, Callable[[], Point]] = {
        "mx": lambda: answers_point(dns, mail),
        "spf": lambda: spf_point(dns, mail),
        "dkim": lambda: dkim_point(dns, mail, key),
        "dmarc": lambda: dmarc_point(dns, mail),
        "alignment": lambda: alignment_point(dns, mail),
        "ptr": lambda: pointer_point(dns, mail),
    }
    for code, look in looks.items():
        try:
            yield look()
        except NoDnsAnswer as error:
            yield unanswered(code, error)
