"""Whether the words around a day ask something of the reader by then, or invite to it, in French and in English."""

from __future__ import annotations

import re

_ANYTHING = r"[^.!?;\n\d]{0,60}"  # within the sentence, and no other date between
_LIMIT = re.compile(  # says itself that it is one
    r"\b(?:date limite|derniers? délais?|dernier jour|limite d(?:e|['’])|deadline|closing date|last day|(?:is|are) due"
    rf"|cl[ôo]ture (?:des|de l['’]appel)\b){_ANYTHING}$",
    re.IGNORECASE,
)
_LIMIT_AFTER = re.compile(
    r"\W{0,3}(?:au plus tard|dernier délai|dernière limite|at the latest)\b", re.IGNORECASE
)
_BY = re.compile(  # this also tells what was done by then
    r"\b(?:avant|au plus tard|no later than|d['’]ici|cl[ôo]ture"
    r"|(?:inscriptions?|candidatures?|bureaux?) (?:closes?|closent|ferment)"
    r"|applications? closes?|(?:closes?|closing) on|(?:apply|register|reply|rsvp|submit|send|order|vote)\b[^.!?;\n\d]{0,40}"
    r"\b(?:by|before))(?:\s+(?:le|au|on|the))?[\s:(]*$",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"(?:\bjusqu['’]au|\buntil)[\s:(]*(?:le\s+)?$", re.IGNORECASE)
_COMING = re.compile(
    r"\b(?:aur(?:a|ont) lieu|se tiendr(?:a|ont)|se dérouler(?:a|ont)|(?:will|to) take place|takes place|will be held)\b"
    rf"{_ANYTHING}$"
    r"|\b(?:rendez-vous|retrouv(?:ez|ons)-nous|rejoignez-nous|venez|see you|join us)"
    r"(?:\s+(?:nombreu\w+|tous|toutes|there|(?:à|au|aux|chez|dans|en|at|in)\s[^.!?;,\n\d]{1,40}?))?,?\s+(?:le\s+|on\s+)?$",
    re.IGNORECASE,
)
_FROM = re.compile(r"\b(?:du|de|depuis|dès|partir|from|since)(?:\s+(?:le|du))?\s*$", re.IGNORECASE)

_INVITES = re.compile(
    r"inscri(?:vez|re|ption)|candidat|répond(?:ez|re)|dépos(?:ez|er)|envoy(?:ez|er)|profitez|appel à|vot(?:ez|er)\b"
    r"|command(?:ez|er)|(?:est|sont|reste\w*|is|are) (?:ouvert|open)|\b(?:apply|register|submit|send|vote|reply|order)\b",
    re.IGNORECASE,
)
_ASKS_NOW = re.compile(
    r"\b(?!(?:\w+iez|avez|chez|assez|nez|rez)\b)[^\W\d_]{2,}ez\b|\bmerci de\b|\bplease\b", re.IGNORECASE
)
_TOLD = re.compile(
    r"\b(?:étai\w+|avai\w+|pouvai\w+|pouviez|devai\w+|fallai\w+|\w{3,}aient"
    r"|(?!(?:souh|parf|portr|extr|retr|forf|conn|satisf|pourr|devr|ser)ait)\w{3,}ait"
    r"|fut|furent|bilan|chaque année|every year)\b"
    r"|\b(?:a|ont|ai|avons|avez)\s+(?:\w+\s+){0,2}?(?!prolong|repouss|report|jusqu)\w+(?:é|u|i|is|it)e?s?\b"
    r"|\bs['’]est\b|\bse sont\b"
    r"|\b(?:was|were|had|could|did|closed|opened|received|collected|met|came|took|gave)\b|\b(?:has|have|we)\s+\w+ed\b",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"\b(?:était|étaient|a été|ont été|was|were|(?:est|is|has) (?:\w+ )?(?:pass|dépass|échu|révolu|over)\w*)",
    re.IGNORECASE,
)
_FAR = 300  # letters: no sentence is longer, and a text of many dates costs its length
_CLAUSE_END = re.compile(r"[.!?;]\s|\n\s*(?:\n|[-*+]\s)")


def is_deadline(words: str, start: int, end: int) -> bool:
    """Whether the day that stands there is the last one for something that the reader is asked."""
    before, after = _clause(words, start, end)
    whole = f"{before} {after}"
    if _LIMIT_AFTER.match(after) or (_LIMIT.search(before) and not _FROM.search(before)):
        return not _ENDED.search(whole)
    asks = _BY.search(before) or (_UNTIL.search(before) and _INVITES.search(whole))
    return bool(asks) and _is_of_now(f"{before.rpartition(':')[2]} {after}")


def is_invitation(words: str, start: int, end: int) -> bool:
    """Whether the words before that day invite to it: “rendez-vous le …”, “will take place on …”."""
    before, after = _clause(words, start, end)
    return bool(_COMING.search(before)) and not _FROM.search(before) and not _TOLD.search(f"{before} {after}")


def clause(words: str, start: int, end: int) -> str:
    """What stands around that day in its sentence."""
    return " ".join(_clause(words, start, end))


def _clause(words: str, start: int, end: int) -> tuple[str, str]:
    return (
        _CLAUSE_END.split(words[max(0, start - _FAR) : start])[-1],
        _CLAUSE_END.split(words[end : end + _FAR], maxsplit=1)[0],
    )


def _is_of_now(said: str) -> bool:
    """Whether it is asked; “avant le 12 juillet” also tells what was."""
    return bool(_ASKS_NOW.search(said)) or not _TOLD.search(said)
