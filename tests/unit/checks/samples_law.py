"""Samples of what the law wants: settings and footers that leave it out."""

from __future__ import annotations

import shutil
from pathlib import Path

from issue_files import SETTINGS
from newsletter_mailer.checks.subject import Subject
from unit.checks.samples import Make, Sample, subject_of
from unit.checks.samples_content import text

SHIPPED = Path(__file__).parents[3] / "templates" / "default" / "blocks"
BLOCKS = text("Bonjour.")


def with_footer(name: str, old: str, new: str = "") -> Make:
    """A theme whose footer says something else in that file."""

    def make(root: Path) -> Subject:
        blocks = root / "templates" / "default" / "blocks"
        blocks.mkdir(parents=True)
        shutil.copy(SHIPPED / name, blocks)
        said = (blocks / name).read_text(encoding="utf-8")
        assert old in said
        (blocks / name).write_text(said.replace(old, new), encoding="utf-8")
        return subject_of(root, BLOCKS)

    return make


def with_settings(*lines: str) -> Make:
    def make(root: Path) -> Subject:
        settings = SETTINGS
        for line in lines:
            section, _, rest = line.partition(" ")
            inside = f"{section}:\n"
            settings = (
                settings.replace(inside, f"{inside}  {rest}\n")
                if inside in settings
                else f"{settings}{line}\n"
            )
        return subject_of(root, BLOCKS, settings=settings)

    return make


PRIVACY = "privacy: { url: https://reseau-exemple.fr/donnees }"
PUBLISHER = "identity publisher: Camille Dupont"

SAMPLES = {
    "law-identity": Sample(with_footer("footer.txt", "{{ identity.address | wrap }}"), BLOCKS),
    "law-reason": Sample(with_footer("footer.mjml", "{{ block.reason or labels.reason }}"), BLOCKS),
    "law-unsubscribe": Sample(
        with_footer("footer.mjml", '<a class="action" href="{{ links.unsubscribe }}">', "<a>"), BLOCKS
    ),
    "law-publisher": Sample(BLOCKS, with_settings(PUBLISHER)),
    "law-host": Sample(
        with_settings(PUBLISHER, "public_url: https://lettre.reseau-exemple.fr"),
        with_settings(
            PUBLISHER,
            "identity host: Hébergeur, 1 rue du Serveur, Paris",
            "public_url: https://lettre.reseau-exemple.fr",
        ),
    ),
    "law-privacy": Sample(BLOCKS, with_settings(PRIVACY)),
    "law-example": Sample(
        BLOCKS,
        lambda root: subject_of(
            root, BLOCKS, settings=SETTINGS.replace("@example.org", "@reseau-exemple.fr")
        ),
    ),
}
