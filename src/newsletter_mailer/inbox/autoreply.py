"""Answers of programs (RFC 3834): holiday notices, receipts, challenges. They change nothing."""

from __future__ import annotations

from newsletter_mailer.inbox.parts import Mail, first
from newsletter_mailer.inbox.words import any_of, plain

_MARKS = (
    "x-auto-response-suppress",
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoreply-from",
    "x-vacation",
)
_SUBJECTS = any_of(
    " out of office| out of the office| auto reply| auto-reply| autoreply| auto: | automatic reply|"
    " automated reply| auto response| autoresponse| automated response| automatic response| vacation|"
    " away from my mail| on vacation| on holiday| on leave| i am away| away until| reponse automatique|"
    " absence| absent| absente| message d'absence| en conge| hors du bureau| reponse auto | reponse auto:|"
    " repondeur| je ne suis pas disponible| je ne travaille plus| automatische antwort| abwesenheit|"
    " respuesta automatica| fuera de la oficina| risposta automatica| fuori sede| resposta automatica|"
    " confirm your message| please confirm| challenge| verify your address| message recu|"
    " accuse de reception| accuse de lecture| mailinblack| mail in black| authentifiez-vous|"
    " demande d'authentification| authentification requise| votre message est en attente|"
    " confirmer votre envoi| confirmez votre envoi| sender verification| spamarrest| boxbe|"
    " disposition notification| read: | lu : "
)
_ANSWERS = (" re:", " re :", " aw:", " sv:", " rif:")
_RECEIPT = "disposition-notification"


def is_autoreply(mail: Mail) -> bool:
    """Whether a program answered, as far as it says so. Bounces say so too: look for them first."""
    head = mail.head
    submitted = first(head, "auto-submitted").partition(";")[0].partition("(")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or any(name in head for name in _MARKS)
        or first(head, "precedence").lower() in ("auto_reply", "auto-reply")
        or _RECEIPT in first(head, "content-type").lower()
        or (has_its_subject(mail) and not answers(mail))
    )


def answers(mail: Mail) -> bool:
    """Whether the subject is that of what was written to them: "Re: Absence" is no notice of one."""
    return plain(mail.subject).startswith(_ANSWERS)


def has_its_subject(mail: Mail) -> bool:
    """Whether the subject is that of such an answer."""
    subject = plain(mail.subject)
    return any(phrase in subject for phrase in _SUBJECTS)
