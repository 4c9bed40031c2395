"""What a proof-reader marks and the theme cannot mend: it sets apostrophes, quotation marks and spaces by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.written import texts
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

_DOUBLED = re.compile(r"(?<![\w’'-])([^\W\d_]+)[ \t\n]+\1(?![\w’'-])", re.IGNORECASE)
_RIGHTLY_TWICE = frozenset(
    ("nous", "vous", "très", "bon", "bla", "had", "that", "faire", "non", "oui", "si", "ha", "ho", "oh", "hé")
)  # “nous nous retrouvons”
# Each begins where its run of letters does: from every letter anew, a long word would take its length squared
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)\S+@\S+|(?<![\w-])[\w-]+(?:\.[\w-]+)+\b")
_SPACING = re.compile(
    r"(?<=\w)[ \u00a0\u202f]+(?=[,.](?:\s|$))|(?<=[^\W\d]),(?=[^\W\d]{2})|(?<=[a-zà-ÿ])\.(?=[A-ZÀ-Ý][a-zà-ÿ])"
)
_SMILEY = re.compile(r"[:;]-?[()]")
_NUMBERS = re.compile(r"(?:^|(?<=\s))\w{1,2}\)$")  # “1)” and “a)” of a list have no partner
_LETTERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"\b(?:[Cc]oeur|[Ss]oeur|[Oo]euvre|[Oo]eil|[Vv]oeu|[Nn]oeud|[Bb]oeuf|[Oo]euf|[Mm]oeurs|[Mm]ain-d['’]oeuvre)\w*"
        ),
        "œ",
    ),
    (
        re.compile(
            r"\b(?:Etat|Ecole|Ecoute|Economi|Egalit|Elu|Evénement|Evènement|Equip|Edit|Etude|Eté|Evolu|Education|Energie|Etai|Etant|Etre|Etes|Etape|Etabli"
            r"|Elect|Elève|Echange|Eglise|Eveil|Evidem|Ecri|Ecolo)\w*"
        ),
        "É",
    ),
    (
        re.compile(
            r"(?<![\w’'.])A(?= (?:la|l['’]|vos"
            r"|nos|votre|notre|vendre|louer|donner|retenir|savoir|découvrir|télécharger"
            r"|partir|bientôt|noter|lire|venir|suivre|ne pas|tous|toutes|propos|vous|chaque|travers)\b)"
        ),
        "À",
    ),
    (re.compile(r"\bCa(?= (?:y est|va|fait|vous|nous|ne|a|bouge|continue|marche)\b)"), "Ç"),
    (re.compile(r"\b(?:\d+|[IVX]+)(?:ème|ième|éme)s?\b"), "2e"),
    (re.compile(r"\b1[eè]re\b"), "1re"),
    (re.compile(r"\bMr\.?(?= [A-ZÀ-Ý])"), "M."),
)


def doubled(subject: Subject) -> Iterator[Finding]:
    """“le le”: the eye of the writer skips it, the reader's does not."""
    for text in texts(subject.loaded.issue):
        for found in _DOUBLED.finditer(text.words):
            name = found[0][0].isupper() and found[0].split()[-1][0].isupper()  # Duran Duran
            if found[1].lower() not in _RIGHTLY_TWICE and not name:
                what = sentence("“{word}” stands here twice", word=found[1])
                yield Finding(
                    "word-doubled", Level.WARNING, what, sentence("take one out"), text.at, found.start()
                )


def quotes(subject: Subject) -> Iterator[Finding]:
    """Quotation marks and brackets that open and do not close, or the other way round."""
    for text in texts(subject.loaded.issue):
        for opening, closing in (("«", "»"), ("“", "”"), ("(", ")")):
            at = _alone(_without_smileys(text.words), opening, closing)
            if at is not None:
                what = sentence(
                    "{opening} and {closing} do not come in pairs", opening=opening, closing=closing
                )
                yield Finding(
                    "typography-pairs", Level.WARNING, what, sentence("add or take out one"), text.at, at
                )
        if text.words.count('"') % 2:
            what = sentence(
                "one of the straight quotation marks has no partner: none of them is set as it should"
            )
            hint = sentence("add the missing one, or write “inch” or “pouce”")
            yield Finding("typography-pairs", Level.WARNING, what, hint, text.at, text.words.rfind('"'))


def spacing(subject: Subject) -> Iterator[Finding]:
    """A space before a comma or a full stop, none after one."""
    for text in texts(subject.loaded.issue):
        words = _ADDRESS.sub(lambda found: "x" * len(found[0]), text.words)
        wrong = (found for found in _SPACING.finditer(words) if text.said.startswith(found[0], found.start()))
        if found := next(wrong, None):
            near = " ".join(text.said[max(0, found.start() - 12) : found.end() + 12].split())
            what = sentence("the spaces around a comma or a full stop are not right: “{near}”", near=near)
            hint = sentence("none stands before it, one after it")
            yield Finding("typography-spaces", Level.NOTE, what, hint, text.at, found.start())


def letters(subject: Subject) -> Iterator[Finding]:
    """French letters that keyboards hide: œ, É, À, and ordinals as they are written."""
    if not subject.loaded.issue.language.startswith("fr"):
        return
    for text in texts(subject.loaded.issue):
        for pattern, right in _LETTERS:
            found = pattern.search(text.words)
            if found:
                what = sentence("“{word}” is written otherwise in French", word=found[0])
                hint = sentence("with {right}", right=right)
                yield Finding("typography-letters", Level.NOTE, what, hint, text.at, found.start())


def _alone(words: str, opening: str, closing: str) -> int | None:
    """Where one of the two signs stands without the other; None when they come in pairs."""
    opened: list[int] = []
    for found in re.finditer(rf"[{re.escape(opening + closing)}]", words):
        if found[0] == opening:
            opened.append(found.start())
        elif opened:
            opened.pop()
        elif closing != ")" or not _NUMBERS.search(words, 0, found.end()):
            return found.start()
    return opened[-1] if opened else None


def _without_smileys(words: str) -> str:
    return _SMILEY.sub(lambda found: " " * len(found[0]), words)


CHECKS = (
    Check(("word-doubled",), doubled),
    Check(("typography-pairs",), quotes),
    Check(("typography-spaces",), spacing),
    Check(("typography-letters",), letters),
)
