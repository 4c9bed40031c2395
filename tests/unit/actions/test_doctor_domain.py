"""What the doctor says of a domain, and the line that mends it: from zone files, over a real DNS server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dns_server import DnsServer, dns_server
from issue_files import workspace_at
from newsletter_mailer.actions.doctor.domain import of_everybody, public_pages, published, signing
from newsletter_mailer.actions.doctor.houses import house_of
from newsletter_mailer.actions.doctor.mail_from import MailFrom, mail_from
from newsletter_mailer.actions.doctor.providers import rules
from newsletter_mailer.actions.doctor.signing import dkim_record, make_key
from newsletter_mailer.checks.dns import Dns
from newsletter_mailer.config import Workspace, providers
from newsletter_mailer.config.settings import DkimSettings
from newsletter_mailer.model.health import Mark, Point

NOW = 1_795_000_000_000
OVH = MailFrom("monclub.asso.fr", "monclub.asso.fr", "", "ssl0.ovh.net", "ovh", providers()["ovh"])
OWN = replace(OVH, host="mail.example", profile="unlimited", provider=providers()["unlimited"])


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    with dns_server({"gm2._domainkey.monclub.asso.fr": "v=DKIM1; k=ed25519; p=MCowBQ=="}) as running:
        yield running


def of(domain: str, mail: MailFrom = OVH) -> MailFrom:
    return replace(mail, author=domain, returns=domain)


def points(server: DnsServer, mail: MailFrom) -> dict[str, Point]:
    return {point.code: point for point in published(Dns(server.address), mail, None)}


def signed(root: Path, *, domain: str, selector: str = "news1", sender: str = "") -> Workspace:
    """A workspace with a key that signs for that domain."""
    workspace = workspace_at(root)
    dkim = DkimSettings(domain=domain, selector=selector, key_file="var/key.pem")
    smtp = workspace.settings.smtp.model_copy(update={"dkim": dkim, "host": "ssl0.ovh.net"})
    from_address = workspace.settings.sender.model_copy(update={"email": f"lettre@{sender or domain}"})
    settings = workspace.settings.model_copy(update={"smtp": smtp, "sender": from_address})
    made = replace(workspace, settings=settings)
    make_key(made)
    return made


def test_a_domain_in_order_is_fine_throughout(tmp_path: Path) -> None:
    workspace = signed(tmp_path, domain="monclub.asso.fr")
    key = dkim_record(workspace)
    assert key is not None

    with dns_server({key.dns.name: key.dns.text}) as server:
        found = list(published(Dns(server.address), mail_from(workspace, key, now=NOW), key))

    assert [(point.code, point.mark) for point in found] == [
        (code, Mark.FINE) for code in ("mx", "spf", "dkim", "dmarc", "alignment", "ptr")
    ]
    assert all(point.publish is None for point in found)
    assert {rule.mark for rule in rules(tuple(found))} == {Mark.FINE, Mark.UNKNOWN}  # TLS was not looked at


@pytest.mark.parametrize(
    ("domain", "what", "line"),
    [
        (
            "autreclub.asso.fr",
            "has no SPF record",
            'autreclub.asso.fr. IN TXT "v=spf1 include:mx.ovh.com ~all"',
        ),
        (
            "missing.example",
            "does not let ssl0.ovh.net send",
            'missing.example. IN TXT "v=spf1 mx include:mx.ovh.com -all"',
        ),
        (
            "twospf.example",
            "has 2 SPF records, so none counts",
            'twospf.example. IN TXT "v=spf1 include:mx.ovh.com ip4:192.0.2.0/25 -all"',
        ),
        ("everyone.example", "lets everybody send", 'everyone.example. IN TXT "v=spf1 a ~all"'),
        ("eleven.example", "counts as broken: it needs 11 look-ups", ""),
        ("typo.example", "counts as broken: “ipv4:192.0.2.1” in it means nothing", ""),
    ],
)
def test_what_is_wrong_with_spf_is_mended_by_a_line(
    server: DnsServer, domain: str, what: str, line: str
) -> None:
    point = points(server, of(domain))["spf"]

    assert point.mark is Mark.WRONG
    assert what in str(point.what)
    assert (point.publish.zone_line if point.publish else "") == line
    assert point.hint


def test_of_too_many_look_ups_it_is_told_which_terms_cost_them(server: DnsServer) -> None:
    point = points(server, of("eleven.example"))["spf"]

    assert str(point.hint).endswith("include:e1.example 5, include:e2.example 4, a:mail.example 1, mx 1")
    assert point.instead_of[0].startswith("v=spf1 include:e1.example")


def test_an_spf_record_that_says_nothing_of_others_is_doubted(server: DnsServer) -> None:
    point = points(server, of("open.example"))["spf"]

    assert point.mark is Mark.DOUBT
    assert point.publish is not None
    assert point.publish.text == "v=spf1 include:mx.ovh.com ~all"
    assert point.instead_of == ("v=spf1 include:mx.ovh.com",)


@pytest.mark.parametrize(
    ("domain", "mail", "mark"),
    [
        ("relay.example", OWN, Mark.FINE),  # by its address
        ("redirected.example", OWN, Mark.FINE),
        ("monclub.asso.fr", OWN, Mark.DOUBT),  # nobody knows
        ("monclub.asso.fr", replace(OWN, host="127.0.0.1"), Mark.DOUBT),
    ],
)
def test_a_server_of_ones_own_is_looked_for_by_its_address(
    server: DnsServer, domain: str, mail: MailFrom, mark: Mark
) -> None:
    assert points(server, of(domain, mail))["spf"].mark is mark


@pytest.mark.parametrize(
    ("mail", "line"),
    [
        (OWN, "v=spf1 a:mail.example ~all"),
        (replace(OWN, host="127.0.0.1"), "v=spf1 mx ~all"),
    ],
)
def test_the_first_spf_record_names_the_server(server: DnsServer, mail: MailFrom, line: str) -> None:
    record = points(server, of("autreclub.asso.fr", mail))["spf"].publish

    assert record is not None
    assert record.text == line


def test_a_key_is_compared_with_what_is_published(tmp_path: Path) -> None:
    workspace = signed(tmp_path, domain="monclub.asso.fr")
    key = dkim_record(workspace)
    assert key is not None
    name, at = key.dns.name, len(key.dns.text) // 2
    other = key.dns.text[:at] + "".join(reversed(key.dns.text[at : at + 8])) + key.dns.text[at + 8 :]
    mail = mail_from(workspace, key, now=NOW)
    found = []

    for text in ({}, {name: "v=DKIM1; p="}, {name: other}, {name: f"{key.dns.text}; t=y"}):
        with dns_server(text) as server:
            found += [p for p in published(Dns(server.address), mail, key) if p.code == "dkim"]

    assert [point.mark for point in found] == [Mark.WRONG, Mark.WRONG, Mark.WRONG, Mark.DOUBT]
    assert [str(point.what) for point in found][:3] == [
        f"the key of our DKIM signatures is not published: {name}",
        f"the DKIM record {name} is of no use: the key was withdrawn",
        f"{name} holds another key than var/key.pem",
    ]
    assert [point.publish for point in found] == [key.dns, key.dns, key.dns, None]


def test_where_the_provider_signs_its_known_selectors_are_looked_for(server: DnsServer) -> None:
    gandi = replace(OVH, profile="gandi", provider=providers()["gandi"])

    assert points(server, gandi)["dkim"].mark is Mark.FINE
    assert points(server, OVH)["dkim"].mark is Mark.DOUBT
    assert "--self-test" in str(points(server, OVH)["dkim"].hint)


@pytest.mark.parametrize(
    ("domain", "mark", "text"),
    [
        ("autreclub.asso.fr", Mark.WRONG, '_dmarc.autreclub.asso.fr. IN TXT "v=DMARC1; p=none"'),
        ("twice.example", Mark.WRONG, '_dmarc.twice.example. IN TXT "v=DMARC1; p=none"'),
        ("badpolicy.example", Mark.WRONG, '_dmarc.badpolicy.example. IN TXT "v=DMARC1; p=none"'),
        ("nopolicy.example", Mark.DOUBT, '_dmarc.nopolicy.example. IN TXT "v=DMARC1; p=none; sp=reject"'),
        ("old.example", Mark.DOUBT, '_dmarc.old.example. IN TXT "v=DMARC1; p=none"'),
        ("lettre.monclub.asso.fr", Mark.FINE, ""),
    ],
)
def test_dmarc_is_mended_where_the_registrar_keeps_it(
    server: DnsServer, domain: str, mark: Mark, text: str
) -> None:
    point = points(server, of(domain))["dmarc"]

    assert point.mark is mark
    assert (point.publish.zone_line if point.publish else "") == text


def test_a_record_is_never_proposed_for_the_suffix(server: DnsServer) -> None:
    record = points(server, of("lettre.autreclub.asso.fr"))["dmarc"].publish

    assert record is not None
    assert record.name == "_dmarc.autreclub.asso.fr"


@pytest.mark.parametrize(
    ("mail", "mark"),
    [
        (replace(OVH, signed="monclub.asso.fr"), Mark.FINE),
        (replace(OVH, signed="lettre.monclub.asso.fr"), Mark.FINE),
        (replace(OVH, signed="autreclub.asso.fr"), Mark.DOUBT),  # asso.fr is a public suffix
        (replace(OVH, signed="autreclub.asso.fr", returns="autreclub.asso.fr"), Mark.WRONG),
        (replace(OVH, signed="monclub.asso.fr", returns="autreclub.asso.fr"), Mark.DOUBT),
        (replace(of("strict.example"), returns="b.strict.example"), Mark.DOUBT),
    ],
)
def test_what_is_proved_must_be_proved_for_the_domain_that_readers_see(
    server: DnsServer, mail: MailFrom, mark: Mark
) -> None:
    assert points(server, mail)["alignment"].mark is mark


@pytest.mark.parametrize(
    ("domain", "mark", "what"),
    [
        ("monclub.asso.fr", Mark.FINE, "mx1.mail.ovh.example takes mail"),
        ("webonly.example", Mark.DOUBT, "has no MX record"),
        ("nomx.example", Mark.WRONG, "nobody takes mail"),
        ("nullmx.example", Mark.WRONG, "nobody takes mail"),
        ("lostmx.example", Mark.WRONG, "there is no such computer"),
        ("nowhere.example", Mark.WRONG, "there is no domain nowhere.example"),
    ],
)
def test_somebody_must_take_the_answers(server: DnsServer, domain: str, mark: Mark, what: str) -> None:
    point = points(server, of(domain))["mx"]

    assert point.mark is mark
    assert what in str(point.what)


@pytest.mark.parametrize(
    ("mail", "mark", "line"),
    [
        (OVH, Mark.FINE, ""),
        (OWN, Mark.FINE, ""),
        (replace(OWN, host="bare.example"), Mark.WRONG, "11.2.0.192.in-addr.arpa. IN PTR bare.example."),
        (
            replace(OWN, host="liar-host.example"),
            Mark.WRONG,
            "12.2.0.192.in-addr.arpa. IN PTR liar-host.example.",
        ),
        (replace(OVH, host="nobody.mail.ovh.net"), Mark.DOUBT, ""),
        (replace(OWN, host="nowhere.example"), Mark.WRONG, ""),
        (replace(OWN, host="localhost"), Mark.UNKNOWN, ""),
    ],
)
def test_name_and_address_of_the_server_confirm_each_other(
    server: DnsServer, mail: MailFrom, mark: Mark, line: str
) -> None:
    point = points(server, mail)["ptr"]

    assert point.mark is mark
    assert (point.publish.zone_line if point.publish else "") == line


def test_without_an_answer_nothing_is_said_to_be_wrong(server: DnsServer) -> None:
    gandi = replace(OVH, profile="gandi", provider=providers()["gandi"], host="x.broken.example")

    found = points(server, of("x.broken.example", gandi))

    assert {point.mark for point in found.values()} == {Mark.UNKNOWN}
    assert "the DNS gives no answer about" in str(found["spf"].what)


@pytest.mark.parametrize(
    ("author", "host", "mark"),
    [
        ("gmail.com", "ssl0.ovh.net", Mark.WRONG),
        ("orange.fr", "smtp.orange.fr", Mark.DOUBT),
        ("yahoo.fr", "smtp.orange.fr", Mark.WRONG),
    ],
)
def test_an_address_such_as_everybody_has_is_not_for_newsletters(author: str, host: str, mark: Mark) -> None:
    point = of_everybody(replace(OVH, author=author, host=host))

    assert point is not None
    assert point.mark is mark
    assert point.publish is None


@pytest.mark.parametrize(
    ("domain", "house"),
    [
        ("gmail.com", "Gmail"),
        ("hotmail.co.uk", "Outlook, Hotmail, Live"),
        ("yahoo.fr", "Yahoo, AOL"),
        ("me.com", "Apple iCloud"),
        ("wanadoo.fr", "Orange, Wanadoo"),
        ("laposte.net", "La Poste"),
        ("neuf.fr", "SFR"),
        ("free.fr", "Free"),
        ("club.free.fr", ""),
        ("mygmail.com", ""),
        ("monclub.asso.fr", ""),
    ],
)
def test_the_houses_are_known_by_their_domains(domain: str, house: str) -> None:
    assert house_of(domain) == house


def test_ones_own_domain_is_nobody_elses() -> None:
    assert of_everybody(OVH) is None


def test_rules_follow_from_the_points(server: DnsServer) -> None:
    found = tuple(points(server, of("autreclub.asso.fr")).values())

    judged = {(rule.provider, str(rule.what)[:20]): rule for rule in rules(found)}

    by_provider = {provider: rule.mark for (provider, _), rule in judged.items() if rule.mark is Mark.WRONG}
    assert by_provider == {"Apple iCloud": Mark.WRONG, "Orange, Wanadoo": Mark.WRONG}
    orange = judged["Orange, Wanadoo", "SPF, DKIM and DMARC "]
    assert str(orange.hint) == "mend above: SPF, DKIM, DMARC"
    many = judged["Outlook, Hotmail, Live", "from 5,000 mails a d"]
    assert many.mark is Mark.DOUBT  # not yet asked of who sends little


def test_every_provider_of_the_handbook_has_its_rules() -> None:
    names = {rule.provider for rule in rules(())}

    assert len(names) == 8
    assert all(any(word in name for name in names) for word in ("Gmail", "Yahoo", "Outlook", "Apple"))
    assert all(any(word in name for name in names) for word in ("Orange", "La Poste", "Free", "SFR"))


def test_signing_shows_its_record_where_nobody_looks_for_it(tmp_path: Path) -> None:
    workspace = signed(tmp_path, domain="monclub.asso.fr")

    (offline, key), (online, _) = (signing(workspace, online=online) for online in (False, True))

    assert key is not None
    assert (offline.mark, offline.publish) == (Mark.FINE, key.dns)
    assert (online.mark, online.publish) == (Mark.FINE, None)


def test_signing_says_what_is_weak_or_missing(tmp_path: Path) -> None:
    strange = signed(tmp_path / "strange", domain="monclub.asso.fr", sender="autreclub.asso.fr")

    weak, _ = signing(strange, online=False)
    plain, none = signing(workspace_at(tmp_path / "plain"), online=False)

    assert (weak.mark, str(weak.hint)[:16]) == (Mark.DOUBT, "mail comes from ")
    assert (plain.mark, none) == (Mark.UNKNOWN, None)
    assert "smtp.dkim" in str(plain.what)


def test_a_key_that_cannot_be_read_is_wrong(tmp_path: Path) -> None:
    workspace = signed(tmp_path, domain="monclub.asso.fr")
    (tmp_path / "var" / "key.pem").unlink()

    point, key = signing(workspace, online=True)

    assert (point.mark, key) == (Mark.WRONG, None)
    assert "no DKIM key" in str(point.what)


@pytest.mark.parametrize(
    ("url", "mark"),
    [
        (None, Mark.DOUBT),
        ("http://lettre.example.org", Mark.DOUBT),
        ("https://lettre.example.org", Mark.FINE),
    ],
)
def test_one_click_needs_public_pages(tmp_path: Path, url: str | None, mark: Mark) -> None:
    workspace = workspace_at(tmp_path)
    settings = workspace.settings.model_copy(update={"public_url": url})

    assert public_pages(replace(workspace, settings=settings)).mark is mark
