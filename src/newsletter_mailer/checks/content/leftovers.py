"""What was meant to be replaced before anybody reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.written import texts
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

_PLACEHOLDER = re.compile(
    r"\b(?:lorem ipsum|TODO|FIXME|XXX+|à compléter|à confirmer avec|texte à venir|votre texte ici"
    r"|insérer ici|your text here|insert \w+ here)\b|\?\?\?+|\[(?:nom|name|date|lien|link)\](?!\()"
)
_SMALL = re.compile(_PLACEHOLDER.pattern.replace("TODO|FIXME|XXX+|", ""), re.IGNORECASE)
_OTHER_TAG = re.compile(  # of other programs; ours are checked when the issue is loaded
    r"\*\|[A-Z_:]+\|\*|%%?[A-Z_]{4,}%%?|%recipient[._]\w+%|\[\[\w+\]\]|\$\{\w+\}|(?<!\{)\{(?:first_?name|name|prenom|nom|email)\}(?!\})"
)


def placeholders(subject: Subject) -> Iterator[Finding]:
    """Words that stand in for others: “lorem ipsum”, “TODO”, “[nom]”."""
    for text in texts(subject.loaded.issue):
        found = _PLACEHOLDER.search(text.said) or _SMALL.search(text.said)
        if found:
            what = sentence("“{words}” was to be replaced", words=found[0])
            yield Finding(
                "leftover", Level.ERROR, what, sentence("write what belongs here"), text.at, found.start()
            )


def tags_of_others(subject: Subject) -> Iterator[Finding]:
    """Merge tags as other programs write them: nothing fills them in here."""
    for text in texts(subject.loaded.issue):
        for found in _OTHER_TAG.finditer(text.said):
            what = sentence(
                "“{tag}” is a merge tag of another program: readers would see it as it is", tag=found[0]
            )
            hint = sentence("write {example}", example='{{ subscriber.first_name or "…" }}')
            yield Finding("merge-tag-foreign", Level.ERROR, what, hint, text.at, found.start())


CHECKS = (
    Check(("leftover",), placeholders),
    Check(("merge-tag-foreign",), tags_of_others),
)
