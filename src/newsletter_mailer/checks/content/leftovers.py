"""What was meant to be replaced before anybody reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.written import texts
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

_PLACEHOLDER = re.compile(r"\b(?:TODO|FIXME|XXX+)\b|\?\?\?+")
_WORDS = re.compile(
    r"\b(?:lorem ipsum|[aà] compl[eé]ter|à confirmer avec|(?:lien|photo|image|texte|date) à (?:ajouter|insérer|mettre)"
    r"|texte à venir|votre texte ici|insérer ici|your text here|insert \w+ here|xx/xx"
    r"|xx (?:janv|f[ée]v|mars|avril|mai|juin|juil|ao[uû]t|sept|oct|nov|d[ée]c)\w*)"
    r"|\[(?:votre |your )?(?:pr[ée]nom|nom|(?:first |last )?name|date|heure|lieu|lien|link)\](?!\()",
    re.IGNORECASE,
)
_TO_FILL_IN = re.compile(  # “le bulletin à compléter” is the reader's task; so is “à compléter et à renvoyer”
    r"\b(?:formulaires?|questionnaires?|bulletins?|dossiers?|fiches?|documents?|enquêtes?|sondages?|attestations?|coupons?"
    r"|tableaux?|grilles?|imprimés?|cerfa)\b[^.!?;]{0,50}$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\s*(?:,\s*)?(?:et à|puis|avant|en ligne|pour|par|avec|ici)\b", re.IGNORECASE)
_OTHER_TAG = re.compile(  # of other programs; ours are checked when the issue is loaded
    r"\*\|[A-Z_:]+\|\*|%%\w+%%|%[A-Z_]{4,}%|%recipient[._]\w+%|\[\[\w+\]\]|\$\{\w+\}"
    r"|(?<!\{)\{(?i:(?:first|last)_?name|name|pr[ée]nom|nom|ville|e-?mail)\}(?!\})"
)


def placeholders(subject: Subject) -> Iterator[Finding]:
    """Words that stand in for others: “lorem ipsum”, “TODO”, “[nom]”."""
    for text in texts(subject.loaded.issue):
        found = _PLACEHOLDER.search(text.said) or next(_stand_ins(text.said), None)
        if found:
            what = sentence("“{words}” was to be replaced", words=found[0])
            yield Finding(
                "leftover", Level.ERROR, what, sentence("write what belongs here"), text.at, found.start()
            )


def _stand_ins(said: str) -> Iterator[re.Match[str]]:
    for found in _WORDS.finditer(said):
        asks = found[0].lower().endswith(("compléter", "completer"))
        before = said[max(0, found.start() - 80) : found.start()]
        if not (asks and (_TO_FILL_IN.search(before) or _GOES_ON.match(said, found.end()))):
            yield found


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
