"""Samples of what an issue says."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from newsletter_mailer.checks.subject import Subject
from unit.checks.samples import Sample, subject_of, with_head

SUBJECT = "subject: Des nouvelles"
GOOD_LINE = "preheader: Trois rendez-vous, un atelier et des nouvelles des membres"


def subject_line(words: str) -> str:
    return with_head(SUBJECT, f"subject: {words}")


def after_subject(line: str) -> str:
    return with_head(SUBJECT, f"{SUBJECT}\n{line}")


def text(words: str) -> str:
    return f"  - type: text\n    text: |\n      {words}\n"


def entry(date: str, rest: str = "") -> str:
    return (
        "  - type: agenda\n    groups:\n      - entries:\n"
        f"          - title: Portes ouvertes\n            date: {date}\n{rest}"
    )


def seen_late(root: Path) -> Subject:
    """Opened by its sender on the day after what it announces."""
    return subject_of(root, entry("2026-11-24"), today=dt.date(2026, 11, 25))


SAMPLES = {
    "subject-length": Sample(
        subject_line("Des nouvelles de tout le réseau, de ses membres, de ses projets et de ses rendez-vous"),
        subject_line(
            "'{{ subscriber.first_name or \"Vous\" }}, des nouvelles de tout le réseau pour novembre'"
        ),
    ),
    "subject-shouts": Sample(
        subject_line("URGENT DERNIERS JOURS"), subject_line("Le CNAM et la SNCF à Paris !")
    ),
    "subject-reply": Sample(
        subject_line('"Re: votre inscription"'), subject_line('"Réseau : votre inscription"')
    ),
    "preheader-missing": Sample(text("Bonjour."), after_subject(GOOD_LINE)),
    "preheader-length": Sample(after_subject("preheader: Trop court"), after_subject(GOOD_LINE)),
    "preheader-repeats": Sample(
        after_subject("preheader: Des nouvelles et rien de plus pour vous ce mois-ci"),
        after_subject(GOOD_LINE),
    ),
    "date-weekday": Sample(
        text("Rendez-vous le jeudi 27 novembre 2026, ou mercredi 2 et vendredi 3 décembre."),
        text(
            "Rendez-vous le vendredi 27 novembre 2026, mercredi 2 et **jeudi 3** décembre, Friday, November 27."
        ),
    ),
    "date-impossible": Sample(text("Clôture le 31 novembre."), text("Clôture le 29 février 2028.")),
    "entry-past": Sample(entry("2026-11-21"), entry("2026-11-21", "            end_date: 2026-11-22\n")),
    "deadline-past": Sample(
        text("Inscrivez-vous avant le 20 novembre."),
        text("Inscrivez-vous avant le 5 janvier. L'exposition était ouverte jusqu'au 12 juillet 2026."),
    ),
    "past-today": Sample(seen_late, entry("2026-11-24")),
    "entry-differs": Sample(
        entry("2026-12-03", "            text: Portes ouvertes, le 4 décembre\n"),
        entry("2026-12-03", "            end_date: 2026-12-04\n            text: Les 3 et 4 décembre\n"),
    ),
    "leftover": Sample(
        text("Le lieu est à compléter."), text("Le lieu reste à définir : [lien](https://jardin.fr/xx)")
    ),
    "merge-tag-foreign": Sample(text("Bonjour *|FNAME|*,"), text("Bonjour *à toutes* et à tous,")),
    "merge-tag-fallback": Sample(
        text("Bonjour {{ subscriber.first_name }},"),
        text('Bonjour {{ subscriber.first_name or "à vous" }}, ici {{ list.name }}')
        + "  - type: text\n    when: subscriber.department\n    text: Dans {{ subscriber.department }}\n",
    ),
    "block-duplicate": Sample(text("Deux fois.") * 2, text("Une fois.") + text("Puis une autre.")),
    "block-empty": Sample(
        "  - type: heading\n    title: À venir\n  - type: divider\n",
        "  - type: heading\n    title: À venir\n" + text("Beaucoup.") + "  - type: divider\n",
    ),
    "word-doubled": Sample(
        text("Le jardin de de Paul."), text("Nous nous retrouvons, et vous vous y plairez.")
    ),
    "typography-pairs": Sample(
        text("Un « mot qui reste ouvert."), text("Un « mot » (fermé), et 1) un rang :)")
    ),
    "typography-spaces": Sample(
        text("Un jardin , une serre."), text("Un [lien](https://jardin.fr), 3,5 km.")
    ),
    "typography-letters": Sample(text("Au coeur de l'Etat."), text("Au cœur de l'État, à la 2e place.")),
}
