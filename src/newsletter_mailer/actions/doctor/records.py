"""SPF, DKIM and DMARC of the sender's domain: what is published, and the line that mends it."""

from __future__ import annotations

from collections.abc import Callable

from newsletter_mailer.actions.doctor.mail_from import MailFrom
from newsletter_mailer.actions.doctor.signing import Published
from newsletter_mailer.checks.dns import Dns
from newsletter_mailer.checks.domain import dmarc, spf
from newsletter_mailer.checks.domain.dkim import PublishedKey, published_key
from newsletter_mailer.model.health import DnsRecord, Mark, Point
from newsletter_mailer.wording import Sentence, sentence

_RARE = sentence(
    "ask your provider which line belongs there, or see what arrives: newsletter doctor --self-test"
)
_HAND_OVER = sentence(
    "hand this to whoever keeps your domain, your registrar or web host: it goes into the DNS"
)
_REPLACE = sentence("put this line in the place of the one there now")


# -- SPF ---------------------------------------------------------------------------------------------------


def spf_point(dns: Dns, mail: MailFrom) -> Point:
    """Whether the domain to which mails return lets the mail server send."""
    domain = mail.returns
    found = spf.survey(dns, domain)
    if not found.records:
        text = f"v=spf1 {_own_term(mail)} ~all"
        return _to_publish(
            "spf", sentence("{domain} has no SPF record", domain=domain), DnsRecord(domain, "TXT", text)
        )
    if len(found.records) > 1:
        what = sentence(
            "{domain} has {count} SPF records, so none counts", domain=domain, count=len(found.records)
        )
        return _to_publish("spf", what, DnsRecord(domain, "TXT", spf.merged(found.records)), found.records)
    if found.problems:
        return _broken_spf(mail, found)
    if found.otherwise == "+":
        what = sentence("the SPF record of {domain} lets everybody send in its name", domain=domain)
        words = " ".join(w for w in found.records[0].split() if w.lower() not in ("+all", "all"))
        return _to_publish("spf", what, DnsRecord(domain, "TXT", f"{words} ~all"), found.records)
    return _lets_us(dns, mail, found)


def _broken_spf(mail: MailFrom, found: spf.Survey) -> Point:
    why = "; ".join(map(str, found.problems))
    mend = sentence("take out of it what does not send for you any more, or correct the word")
    if found.lookups > spf.MOST_LOOKUPS:
        costs = ", ".join(f"{term} {count}" for term, count in found.costs)
        mend = sentence(
            "take out of it what does not send for you any more; its look-ups: {costs}", costs=costs
        )
    return Point(
        "spf",
        Mark.WRONG,
        sentence("the SPF record of {domain} counts as broken: {why}", domain=mail.returns, why=why),
        mend,
        instead_of=found.records,
    )


def _lets_us(dns: Dns, mail: MailFrom, found: spf.Survey) -> Point:
    """Whether the record names the provider, or the server's own addresses."""
    domain, term = mail.returns, mail.provider.spf
    counted = sentence(
        "the SPF record of {domain} lets {host} send ({count} of {most} look-ups)",
        domain=domain,
        host=mail.host,
        count=found.lookups,
        most=spf.MOST_LOOKUPS,
    )
    named = bool(term) and term.partition(":")[2] in found.includes
    if named or (not mail.here and any(map(found.allows, dns.addresses(mail.host)))):
        return _ending(mail, found, counted)
    if term:
        what = sentence("the SPF record of {domain} does not let {host} send", domain=domain, host=mail.host)
        record = DnsRecord(domain, "TXT", spf.with_term(found.records[0], term))
        return _to_publish("spf", what, record, found.records)
    what = sentence(
        "nobody can tell from here whether the SPF record of {domain} lets your server send", domain=domain
    )
    return Point("spf", Mark.DOUBT, what, _RARE, instead_of=found.records)


def _ending(mail: MailFrom, found: spf.Survey, what: Sentence) -> Point:
    if found.otherwise or found.elsewhere:
        return Point("spf", Mark.FINE, what)
    record = DnsRecord(mail.returns, "TXT", f"{found.records[0].strip()} ~all")
    said = sentence("{fine}, but says nothing of all others", fine=what)
    return Point("spf", Mark.DOUBT, said, _REPLACE, record, found.records)


def _own_term(mail: MailFrom) -> str:
    """What lets the mail server send, as far as anybody knows."""
    return mail.provider.spf or ("mx" if mail.here else f"a:{mail.host}")


# -- DKIM --------------------------------------------------------------------------------------------------


def dkim_point(dns: Dns, mail: MailFrom, key: Published | None) -> Point:
    """Whether the world can verify our signatures, or finds a key of the provider's."""
    if key is None:
        return _providers_key(dns, mail)
    domain, selector = mail.signed, key.dns.name.partition("._domainkey.")[0]
    found = published_key(dns, domain, selector)
    if not found.texts:
        what = sentence("the key of our DKIM signatures is not published: {name}", name=key.dns.name)
        return _to_publish("dkim", what, key.dns)
    if found.problem:
        what = sentence("the DKIM record {name} is of no use: {why}", name=found.name, why=found.problem)
        return _to_publish("dkim", what, key.dns, found.texts)
    if found.key not in key.dns.text:
        what = sentence("{name} holds another key than {file}", name=found.name, file=key.key_file)
        return _to_publish("dkim", what, key.dns, found.texts)
    return _good_key(found)


def _good_key(found: PublishedKey) -> Point:
    if found.doubts:
        why = "; ".join(map(str, found.doubts))
        return Point(
            "dkim",
            Mark.DOUBT,
            sentence("the DKIM key {name} works, but {why}", name=found.name, why=why),
            sentence("make a new key under a new selector: docs/reference.md shows how"),
        )
    return Point("dkim", Mark.FINE, sentence("the DKIM key {name} is published", name=found.name))


def _providers_key(dns: Dns, mail: MailFrom) -> Point:
    for selector in mail.provider.selectors:
        found = published_key(dns, mail.author, selector)
        if found.texts and not found.problem:
            return _good_key(found)
    return Point(
        "dkim",
        Mark.DOUBT,
        sentence(
            "mails are not signed here, and no DKIM key of your provider is known for {domain}",
            domain=mail.author,
        ),
        sentence(
            "switch DKIM on at your provider and see what arrives (newsletter doctor --self-test), "
            "or sign here: smtp.dkim"
        ),
    )


# -- DMARC -------------------------------------------------------------------------------------------------


def dmarc_point(dns: Dns, mail: MailFrom) -> Point:
    """What the domain asks others to do with mails in its name that prove nothing."""
    own, texts = dmarc.record_at(dns, mail.author)
    if len(texts) > 1:
        what = sentence(
            "{domain} has {count} DMARC records, so none counts", domain=mail.author, count=len(texts)
        )
        return _to_publish("dmarc", what, DnsRecord(f"_dmarc.{mail.author}", "TXT", texts[0]), texts)
    found = own or dmarc.policy_for(dns, mail.author)
    if found is None:
        zone = dns.zone_of(mail.author)
        what = sentence("{domain} has no DMARC record", domain=zone)
        return _to_publish("dmarc", what, DnsRecord(f"_dmarc.{zone}", "TXT", "v=DMARC1; p=none"))
    policy, name = found.policy(mail.author), f"_dmarc.{found.domain}"
    record = DnsRecord(name, "TXT", _mended(found))
    why = "; ".join(map(str, dmarc.faults(found)))
    if not policy:
        what = sentence("the DMARC record {name} cannot be used: {why}", name=name, why=why)
        return _to_publish("dmarc", what, record, (found.text,))
    fine = sentence("the DMARC record {name} holds: p={policy}", name=name, policy=policy)
    if why:
        what = sentence("{fine}; but {why}", fine=fine, why=why)
        return Point("dmarc", Mark.DOUBT, what, _REPLACE, record, (found.text,))
    return Point("dmarc", Mark.FINE, fine)


def _mended(found: dmarc.Dmarc) -> str:
    """The record without what counts no more, with a policy that everybody understands."""
    said = found.tags.get("p", "").lower()
    kept = {
        name: value
        for name, value in found.tags.items()
        if name not in ("v", "p", *dmarc.REMOVED)
        and not (name in ("sp", "np") and value.lower() not in dmarc.POLICIES)
        and not (name == "rua" and not value.lower().startswith("mailto:"))
    }
    first = {"v": "DMARC1", "p": said if said in dmarc.POLICIES else "none"}
    return "; ".join(f"{name}={value}" for name, value in {**first, **kept}.items())


# -- alignment ---------------------------------------------------------------------------------------------


def alignment_point(dns: Dns, mail: MailFrom) -> Point:
    """Whether what SPF and DKIM prove is about the domain that readers see."""
    record = dmarc.policy_for(dns, mail.author)
    strict: Callable[[str], bool] = record.strict if record else lambda _: False
    by_spf = dmarc.aligned(dns, mail.author, mail.returns, strict=strict("aspf"))
    if mail.signed and not dmarc.aligned(dns, mail.author, mail.signed, strict=strict("adkim")):
        return _signed_for_another(mail, Mark.DOUBT if by_spf else Mark.WRONG)
    if by_spf:
        what = sentence("SPF and DKIM are about {author}, the domain that readers see", author=mail.author)
        return Point("alignment", Mark.FINE, what)
    return Point(
        "alignment",
        Mark.DOUBT,
        sentence(
            "mails come from {author} but return to {returns}, which counts as somebody else: DKIM alone speaks for them",
            author=mail.author,
            returns=mail.returns,
        ),
        sentence("let both addresses be of one domain: sender.email and inbox.address"),
    )


def _signed_for_another(mail: MailFrom, mark: Mark) -> Point:
    return Point(
        "alignment",
        mark,
        sentence(
            "mails come from {author} but are signed for {signed}, which counts as somebody else",
            author=mail.author,
            signed=mail.signed,
        ),
        sentence("write {author} as smtp.dkim.domain, and publish the key there", author=mail.author),
    )


def _to_publish(code: str, what: Sentence, record: DnsRecord, there: tuple[str, ...] = ()) -> Point:
    return Point(code, Mark.WRONG, what, _REPLACE if there else _HAND_OVER, record, there)
