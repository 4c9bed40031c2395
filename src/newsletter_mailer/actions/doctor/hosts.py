"""The computers behind the domain: who takes its mail, and whether the mail server is who it says it is."""

from __future__ import annotations

from newsletter_mailer.actions.doctor.mail_from import MailFrom
from newsletter_mailer.checks.dns import Dns, reverse_name
from newsletter_mailer.model.health import DnsRecord, Mark, Point
from newsletter_mailer.wording import sentence

_PUBLISH_MX = sentence("publish the MX record that the provider of your mailboxes names")
_NOBODY = (".",)  # a domain that wants no mail (RFC 7505)


def answers_point(dns: Dns, mail: MailFrom) -> Point:
    """Whether somebody takes mail for the sender's domain: Outlook asks for it, and readers answer."""
    domain = mail.author
    servers = dns.mail_servers(domain)
    if servers == _NOBODY:
        return _unreachable(domain)
    if not servers:
        return _without_mx(dns, domain)
    if any(map(dns.addresses, servers)):
        fine = sentence("{server} takes mail for {domain}", server=servers[0], domain=domain)
        return Point("mx", Mark.FINE, fine)
    return Point(
        "mx",
        Mark.WRONG,
        sentence(
            "{server} shall take mail for {domain}, but there is no such computer",
            server=servers[0],
            domain=domain,
        ),
        sentence("correct the MX record of {domain}", domain=domain),
    )


def _without_mx(dns: Dns, domain: str) -> Point:
    if not dns.exists(domain):
        return Point(
            "mx",
            Mark.WRONG,
            sentence("there is no domain {domain}", domain=domain),
            sentence("correct sender.email in newsletter.yaml, or renew the domain"),
        )
    if not dns.addresses(domain):
        return _unreachable(domain)
    return Point(  # RFC 5321 section 5.1: without MX, the host itself
        "mx",
        Mark.DOUBT,
        sentence("{domain} has no MX record: mail goes to its web server, if that takes any", domain=domain),
        _PUBLISH_MX,
    )


def _unreachable(domain: str) -> Point:
    return Point(
        "mx",
        Mark.WRONG,
        sentence("nobody takes mail for {domain}: answers to your letters are lost", domain=domain),
        _PUBLISH_MX,
    )


def pointer_point(dns: Dns, mail: MailFrom) -> Point:
    """Whether the mail server's address and name confirm each other (FCrDNS)."""
    host = mail.host
    if mail.here:
        return Point(
            "ptr",
            Mark.UNKNOWN,
            sentence(
                "the mail server is this computer: from which address it writes to the world is not known here"
            ),
        )
    addresses = dns.addresses(host)
    if not addresses:
        return Point(
            "ptr",
            Mark.WRONG,
            sentence("there is no computer {host}", host=host),
            sentence("correct smtp.host"),
        )
    lost = next((one for one in addresses if not _confirmed(dns, one)), "")
    if not lost:
        return Point("ptr", Mark.FINE, sentence("{host} and its address confirm each other", host=host))
    return _unconfirmed(mail, lost)


def _unconfirmed(mail: MailFrom, address: str) -> Point:
    what = sentence(
        "the address {address} of {host} does not say whose it is", address=address, host=mail.host
    )
    if mail.own_server:
        record = DnsRecord(reverse_name(address), "PTR", f"{mail.host}.")
        hint = sentence("whoever rents you the server publishes this line, often by a form (“reverse DNS”)")
        return Point("ptr", Mark.WRONG, what, hint, record)
    theirs = sentence("that is for your provider to see to; many send from other servers")
    return Point("ptr", Mark.DOUBT, what, theirs)


def _confirmed(dns: Dns, address: str) -> bool:
    return any(address in dns.addresses(name) for name in dns.names_of(address))
