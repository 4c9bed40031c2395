"""What the columns of a table are called, by people and by programs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

# No field of a workspace begins with a star.
FULL_NAME = "*full_name"  #: first and last name in one cell
ATTRIBUTES = "*attributes"  #: a JSON object of attributes in one cell
STATUS = "*status"  #: whether somebody reads or has left, in a word
IGNORE = "*ignore"  #: is not taken
OWN_FIELDS = ("first_name", "last_name", "language", "organisation")  #: of every subscriber, in any workspace
_KNOWN = {
    "address": (
        "email, e mail, mail, address, email address, e mail address, e mail 1 value, courriel, adresse e mail,"
        " adresse email, adresse mail, adresse courriel, adresse électronique, adresse de courriel,"
        " adresse de messagerie, adresse du courriel, courrier électronique, messagerie, mél, subscriber"
    ),
    "first_name": "first name, firstname, fname, given name, forename, prénom, prénom adhérent",
    "last_name": "last name, lastname, lname, surname, family name, nom, nom de famille, nom adhérent",
    FULL_NAME: "name, full name, fullname, nom complet, display name",
    "language": "language, langue, lang",
    "organisation": (
        "organisation, organization, organisation name, organization name, structure, association, company,"
        " company name, entreprise, société, raison sociale, organisme, établissement, nom de la structure,"
        " nom de l'organisation, nom de l'association"
    ),
}
_ALSO = {
    "department": "departement, dept, dep, numero de departement",
    "role": "fonction",
}  #: headings of fields that a new workspace has, for as long as it has them
_FIRST = frozenset(
    ("email", "first name", "last name", "language", "organisation")
)  # no attribute is called so
TYPED = {
    **{field: field for field in ("address", *OWN_FIELDS)},
    **{special.removeprefix("*"): special for special in (FULL_NAME, STATUS, IGNORE)},
}  #: what a column can be told to mean, besides a field of the workspace: as typed, and as meant
_GAPS = re.compile(r"[\s_-]+")
_SIGNS = re.compile(r"[\u0300-\u036f.:*]+")  # accents, and what stands behind a word: “Dép.”, “Nom :”
_LONGEST_NAME = 40  # of a field: settings say so


def plain(heading: str) -> str:
    """A heading or a word without its case, its hyphens and what stands around it."""
    return _GAPS.sub(" ", unicodedata.normalize("NFC", heading).casefold()).strip()


def field_name(heading: str) -> str:
    """The name under which `subscriber_fields` can have such a column; "" for one that has no letters."""
    ascii_ = unicodedata.normalize("NFKD", heading.casefold()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", ascii_).strip("_")[:_LONGEST_NAME].strip("_")
    return name if name[:1].isalpha() else ""


def _bare(words: str) -> str:
    """Words without accents, which capitals and hasty people leave out."""
    return _SIGNS.sub("", unicodedata.normalize("NFKD", words.replace("’", "'"))).strip()


_FIELDS = {_bare(name): field for field, names in _KNOWN.items() for name in names.split(", ")}
_OTHERS = {name: field for field, names in _ALSO.items() for name in names.split(", ")}


def guessed(heading: str, attributes: Collection[str]) -> str | None:
    """The field for which a heading stands, in any workspace or in this one; None when nobody knows."""
    words, name = plain(heading), field_name(heading)
    if name in attributes and words not in _FIRST:
        return name
    bare = _bare(words)
    also = _OTHERS.get(bare)
    return also if also in attributes else _FIELDS.get(bare)


def with_addresses(header: Sequence[str], columns: list[str | None]) -> list[str | None]:
    """Beside another column of e-mail addresses, "Address" is where somebody lives, as in Mailchimp's exports."""
    if columns.count("address") < 2:
        return columns
    return [
        None if field == "address" and plain(heading) == "address" else field
        for heading, field in zip(header, columns, strict=True)
    ]


def with_names(columns: list[str | None]) -> list[str | None]:
    """Beside a column of last names, "name" means the first name, and the other way round."""
    if FULL_NAME not in columns:
        return columns
    means = FULL_NAME
    if "last_name" in columns and "first_name" not in columns:
        means = "first_name"
    elif "first_name" in columns and "last_name" not in columns:
        means = "last_name"
    elif "first_name" in columns:
        means = ""
    return [(means or None) if field == FULL_NAME else field for field in columns]
