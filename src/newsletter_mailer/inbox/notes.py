"""Bounces without a report: what mail systems write for people (qmail, Exim, Sendmail, Exchange, webmailers …)."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter_mailer.inbox.addresses import Listed, anywhere, at_line_starts
from newsletter_mailer.inbox.autoreply import answers, is_autoreply
from newsletter_mailer.inbox.autoreply import has_its_subject as says_it_is_an_answer
from newsletter_mailer.inbox.parts import ORIGINALS, Mail, first
from newsletter_mailer.inbox.words import any_of, code_in, plain, status_in

MOST_RECIPIENTS = 50
_OPENING = 2000  # letters in which a system says what it has to say
_SENDERS = any_of(
    "mailer-daemon|mailerdaemon|mail delivery|mail deliver|postmaster|post_master|post master|"
    "mail administrator|system administrator|mail.delivery|mdaemon|delivery subsystem|content-filter|"
    "mailer daemon|microsoft exchange"
)
_SUBJECTS = any_of(
    "undeliver|delivery status notification|returned mail|return mail|returning message|failure notice|"
    "delivery failure|delivery failed|failure delivery|mail failed|non remis|non-remis|echec de|"
    "non distribu|non-distribu|non delivre|non-delivre|retour de courrier|remise retardee|remise impossible|"
    "pas pu etre remis|pas pu etre distribue|pas pu etre delivre|impossible de remettre|distribution impossible|"
    "echec d'|mail system error|delivery has failed|could not be delivered|could not send|"
    "cannot send message|delivery notification|delivery problem|message you sent|"
    "error sending your mail|unable to deliver|non delivery|nondeliver|non-deliver|not delivered|"
    "message not sent|delivery report|unzustellbar|mail delivery|problem delivering|delivery error|"
    "rejected mail|mail could not|message status|rejected:|email delivery|considered unsolicited|"
    "delivery unsuccessful|delivery incomplete|loop alert|loop back warning|warning unix from loop|"
    " bounce |配信できません|配信に失敗|配信不能|届けられません|送信できません|送信エラー"
)
_WORDS = any_of(
    "following address(es) failed|following addresses failed|following recipients failed|"
    "following address failed|delivery to the following|could not be delivered to|not delivered to|"
    "did not reach the following|following addresses had|unable to deliver|wasn't able to deliver|"
    "was not able to deliver|undeliverable|n'a pas pu etre remis|n'a pas pu etre delivre|"
    "n'a pas ete remis|n'a pas pu etre distribue|n'a pas ete distribue|n'a pas ete delivre|"
    "n'est pas parvenu|impossible de remettre|konnte nicht zugestellt|no se pudo entregar|permanent error|"
    "error delivering your mail|rejected your message|delivery has failed"
)
_FML = ".fml"  # the list manager fml: it writes as the list's owner, and signs its Message-IDs
_SUCCESSES = any_of(
    " successful mail delivery| delivery status notification success| delivery status notification relay|"
    " delivered: | relayed: | delivery receipt| remis : | remis: | relaye : | relaye: "
)
_DELAYS = any_of(
    "delivery delayed|delayed mail|still being retried|will be retried|will continue to|"
    "not been delivered yet|not yet been delivered|message is delayed|delayed delivery|"
    "delivery status notification delay|could not send mail for past|"
    "no action is required on your part|warning--could not|do not need to resend|"
    "remise retardee|est retardee|va reessayer|sera retente|nous continuerons|continuera d'essayer|"
    "aucune action n'est requise|need not resend|warning: message|warning: could not"
)
_FINAL = any_of(
    "giving up|given up|permanent error|failed permanently|permanent fatal|final|could not be delivered for|"
    "a ete abandonne|avons abandonne"
)


def from_a_mail_system(mail: Mail) -> bool:
    """Whether a mail system speaks, by the name it gives itself. Holiday notices have an empty return path as well."""
    sender = first(mail.head, "from").lower()
    return any(name in sender for name in _SENDERS) or _FML in first(mail.head, "message-id").lower()


def has_its_subject(mail: Mail) -> bool:
    """Whether the subject is that of a bounce, and no answer to one."""
    subject = plain(mail.subject)
    return not answers(mail) and any(phrase in subject for phrase in _SUBJECTS)


def is_bounce(mail: Mail, text: str) -> bool:
    """Whether it is one: a mail system says so, or subject, words and codes do where nobody claims to have written it.

    A subject alone is not enough: a letter may be about undelivered mail, and be answered.
    """
    titled = has_its_subject(mail)
    if not titled and says_it_is_an_answer(mail):
        return False
    if from_a_mail_system(mail):
        return True
    unsigned = not first(mail.head, "from").strip("<> ")
    nobody = without_sender(mail) or unsigned
    back = any(mail.of(ORIGINALS))
    if titled and (unsigned or back):
        return True
    if not (titled or nobody):
        return False
    return _has_its_words(text) or ((titled or back) and nobody and not is_autoreply(mail))


def _has_its_words(text: str) -> bool:
    said = plain(text[:_OPENING])
    coded = bool(status_in(text)) or code_in(text) is not None
    return coded and any(phrase in said for phrase in _WORDS)


def without_sender(mail: Mail) -> bool:
    """Whether nobody is to answer (RFC 5321 section 4.5.5): a program wrote it."""
    return first(mail.head, "return-path") == "<>"


def is_success(mail: Mail) -> bool:
    """Whether a mail system says that a mail arrived, or went on."""
    return from_a_mail_system(mail) and plain(mail.subject).startswith(_SUCCESSES)


def is_delay(mail: Mail, text: str) -> bool:
    """Whether it says that somebody still tries."""
    said = plain(f"{mail.subject}\n{text}")
    return any(phrase in said for phrase in _DELAYS) and not any(phrase in said for phrase in _FINAL)


def recipients(mail: Mail, text: str) -> list[tuple[str, str]]:
    """The addresses that failed, each with what is said of it."""
    named = [
        value
        for one in mail.head.get("x-failed-recipients", ())
        for value in anywhere(one.replace(",", "\n"))
    ]
    listed = list(at_line_starts(text))
    if listed:
        return _with_words(listed, text, named)
    known = {address.lower() for name in ("to", "from", "delivered-to") for address in _of(mail, name)}
    found = named or [address for address in anywhere(text) if address.lower() not in known][:1]
    return [(address, text) for address in dict.fromkeys(found)][:MOST_RECIPIENTS]


def _of(mail: Mail, name: str) -> list[str]:
    return [address for value in mail.head.get(name, ()) for address in anywhere(value)]


def _with_words(listed: Sequence[Listed], text: str, named: Sequence[str]) -> list[tuple[str, str]]:
    """Each listed address with the lines from it to the next one; with all from it on when it is alone."""
    wanted = {address.lower() for address in named}
    addresses = list(dict.fromkeys(one.address.lower() for one in listed))
    kept = [address for address in addresses if not wanted or address in wanted][
        :MOST_RECIPIENTS
    ] or addresses[:1]
    lines = text.split("\n")
    if len(addresses) == 1:
        return [(listed[0].address, "\n".join(lines[listed[0].line :]))]
    said: dict[str, list[str]] = {address: [] for address in kept}
    ends = [one.line for one in listed[1:]] + [len(lines)]
    for one, end in zip(listed, ends, strict=True):
        if one.address.lower() in said:
            said[one.address.lower()] += lines[one.line : one.line + 1 if one.coded else end]
    return [(address, "\n".join(rows)) for address, rows in said.items()]
