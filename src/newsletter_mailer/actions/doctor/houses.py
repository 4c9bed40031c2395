"""Houses that give addresses to everybody, by their domains."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_HOUSES = {
    "Gmail": r"(gmail|googlemail)\.com",
    "Yahoo, AOL": r"(yahoo|aol)\.[a-z.]{2,6}|(ymail|rocketmail)\.com",
    "Outlook, Hotmail, Live": r"(outlook|hotmail|live)\.[a-z.]{2,6}|msn\.com",
    "Apple iCloud": r"(icloud|me|mac)\.com",
    "Orange, Wanadoo": r"(orange|wanadoo|voila)\.fr",
    "La Poste": r"laposte\.net",
    "Free": r"(free|aliceadsl|libertysurf)\.fr",
    "SFR": r"(sfr|neuf|numericable|9online)\.fr|(cegetel|club-internet|noos)\.(net|fr)",
    "Bouygues": r"bbox\.fr",
    "GMX, web.de": r"gmx\.[a-z]{2,3}|web\.de",
    "Proton": r"(proton|pm)\.me|protonmail\.com",
}
_BY_DOMAIN = {house: re.compile(pattern) for house, pattern in _HOUSES.items()}


def house_of(domain: str) -> str:
    """Whose addresses these are, "" for a domain of somebody's own."""
    return next((house for house, domains in _BY_DOMAIN.items() if domains.fullmatch(domain)), "")


def by_house(domains: Iterable[tuple[str, int]]) -> Counter[str]:
    """How many readers have their mailbox with each house; domains: with their numbers of readers."""
    found: Counter[str] = Counter()
    for domain, count in domains:
        if house := house_of(domain):
            found[house] += count
    return found
