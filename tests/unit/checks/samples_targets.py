"""Samples of where links lead."""

from __future__ import annotations

from unit.checks.samples import Sample
from unit.checks.samples_content import text


def link(target: str, words: str = "le programme du congrès") -> str:
    return text(f"Lisez [{words}]({target}) avant la fin de la semaine.")


def button(label: str, target: str) -> str:
    return f'  - {{ type: button, label: "{label}", link: "{target}" }}\n'


SAMPLES = {
    "link-syntax": Sample(
        button("Le programme", "https://jardin"), button("Le programme", "https://jardin.fr/a_(b)")
    ),
    "link-local": Sample(link("http://192.168.1.12/programme"), link("https://1.1.1.1/programme")),
    "link-lookalike": Sample(link("https://pаypal.com/"), link("https://café.fr/")),
    "link-mailto": Sample(link("mailto:contact@exemple"), link("mailto:a@jardin.fr,b@jardin.fr?subject=Oui")),
    "link-telephone": Sample(link("tel:0561"), link("tel:+33561000000") + link("tel:15", "le SAMU")),
    "link-tracking": Sample(
        link("https://jardin.fr/?page=2&utm_source=lettre&mc_eid=abc"), link("https://jardin.fr/?page=2&si=1")
    ),
    "link-wrapped": Sample(
        link("https://eur03.safelinks.protection.outlook.com/?url=https%3A%2F%2Fjardin.fr"),
        link("https://www.google.com/maps"),
    ),
    "link-shortened": Sample(link("https://bit.ly/3abc"), link("https://habit.ly/3abc")),
    "link-http": Sample(link("http://jardin.fr/"), link("https://jardin.fr/")),
    "link-example": Sample(link("https://www.example.org/jardin"), link("https://notexample.org/jardin")),
    "link-words": Sample(
        link("https://jardin.fr/", "cliquez ici"), link("https://jardin.fr/", "ici, le jardin")
    ),
    "link-ambiguous": Sample(
        link("https://jardin.fr/a") + link("https://jardin.fr/b"), link("https://jardin.fr/a") * 2
    ),
}
