"""What people write themselves into a table about somebody's having left: in a hurry, and each in their own words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from newsletter_mailer.actions.subscribers.headings import plain
from newsletter_mailer.model.audience import Arrival

_ACCENTS = re.compile(r"[\u0300-\u036f]")
_ENDINGS = re.compile(r"[()·•./]")  # “désinscrit(e)”, “désinscrit·e”
_FEMALE = re.compile(r" (?=e\b)")  # “désinscrit-e”, whose hyphen is a gap by now
_OTHER = re.compile(r"[^\w\s']+")
_DATE = re.compile(r"\b\d{1,4}[ /.-]\d{1,2}[ /.-]\d{1,4}\b")

_STATUS = frozenset(
    (
        *("status", "statut", "etat", "situation", "abonnement", "subscription", "inscription"),
        *("subscription status", "email status", "newsletter status", "subscriber status"),
    )
)
_OF_LETTERS = (
    "abonn",
    "inscri",
    "subscri",
    "newsletter",
    "lettre",
    "infolettre",
    "mail",
    "courriel",
    "diffusion",
)
_READS = frozenset(
    (
        *("abonne", "abonnee", "abonnes", "inscrit", "inscrite", "inscrits", "subscribed", "subscriber"),
        *("opt in", "optin", "opted in", "newsletter", "infolettre", "lettre d'information", "mailing"),
        *("consentement", "consent", "accord", "accepte", "accepte les mails", "accepte la newsletter"),
    )
)
_READS_WHAT = re.compile(
    r"(?:abonnee?|inscrite?|subscribed) (?:au?x?|newsletter|lettre|infolettre|mailing|liste|to)\b|\b(?:recevoir|receive)\b"
)
_MEMBER = frozenset(
    (
        *("subscribed", "active", "enabled", "confirmed", "opted in", "opt in", "optin", "abonne", "abonnee"),
        *("inscrit", "inscrite", "actif", "confirme", "confirmee", "valide", "validee", "toujours abonne"),
    )
)
_YES = frozenset(("oui", "yes", "o", "y", "1", "true", "vrai", "x", "ok", "✓", "✔", "✅", "☑"))
_NO = frozenset(("non", "no", "n", "0", "false", "faux", "none", "null", "✗", "✘", "❌", "☐"))
_LEFT = re.compile(  # where each begins a word
    r"\b(?:desinscri|desabon|unsub|opt(?:ed)? ?out|stop|ne plus|plus de mail|ne pas|ne veut|ne souhaite|no longer|no more"
    r"|do not|don't|not any ?more|resili|radie|refus|retiree?\b|a retirer|supprime|a quitte"
    r"|(?:non|pas|plus|not) (?:abonn|inscri)|blacklist|bloque)"
)
_LEAVING = re.compile(
    r"\b(?:desinscri|desabon|unsubscri|opt(?:ed)? ?out|ne plus (?:lui |leur )?ecrire)|^stop\b"
)
_LINK = re.compile(r"\b(?:lien|link|url)\b")  # for the reader to follow, in the files of mailing programs
_DENIED = re.compile(
    r"\b(?:non|not|pas|jamais|never|no) (?:desinscri|desabon|unsub|opt|radi|resili|refus|bloqu)"
)


def bare(words: str) -> str:
    """Words without case, accents and signs: “Désinscrit(e) !” is “desinscrite”."""
    letters = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain(words).replace("’", "'")))
    joined = _FEMALE.sub("", _ENDINGS.sub("", letters))
    kept = joined.strip() if joined.strip() in _YES | _NO else _OTHER.sub(" ", joined)
    return " ".join(kept.split())


def tells_status(heading: str) -> bool:
    """Whether a column says in a word how somebody stands to the letters."""
    name = bare(heading)
    first, _, rest = name.partition(" ")
    return name in _STATUS or (
        first in ("status", "statut", "etat") and any(word in rest for word in _OF_LETTERS)
    )


def tells_leaving(heading: str) -> bool:
    """Whether a column says of somebody that they left, by a date, a yes or a reason."""
    name = bare(heading)
    return _LEAVING.search(name) is not None and _LINK.search(name) is None


def tells_reading(heading: str) -> bool:
    """Whether a column says yes or no to the letters."""
    name = bare(heading)
    return name in _READS or _READS_WHAT.search(name) is not None


@lru_cache(maxsize=1024)
def status(cell: str) -> Arrival | None:
    """What a word says under “Statut”; nothing at all says nothing against anybody. None: nobody knows."""
    word = bare(cell)
    if word in _MEMBER or not cell.strip():
        return Arrival.MEMBER
    if _DENIED.search(word):  # “not unsubscribed” may be anything
        return None
    return Arrival.LEFT if _LEFT.search(word) else None


@lru_cache(maxsize=1024)
def reading(cell: str) -> Arrival | None:
    """What a cell says under “Abonné”, where an empty one may well be a no."""
    word = bare(cell)
    if word in _NO:
        return Arrival.LEFT
    if word in _YES or _is_date(cell):
        return Arrival.MEMBER
    return status(cell) if word else None


def _is_date(cell: str) -> bool:
    return _DATE.search(cell) is not None and "0000" not in cell and not any(map(str.isalpha, cell))
