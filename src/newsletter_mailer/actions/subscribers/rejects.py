"""The rows that were left out, in a file to mend and import again."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path
from typing import TextIO

from newsletter_mailer.actions.subscribers.imported import Imported
from newsletter_mailer.actions.subscribers.table import why_left_out
from newsletter_mailer.errors import NewsletterError, system_reason
from newsletter_mailer.model.cells import defused
from newsletter_mailer.wording import sentence

_OWN_ENDING = re.compile(r"(\.\d{1,2})?\.rejects$")


def write_rejects(path: Path, imported: Imported) -> Path | None:
    """The rows left out, with line and reason, in a new file beside the imported one; None when there are none.

    A file that is there already may be one being mended: the next free name is taken. Raises NewsletterError when
    it cannot be written; what was imported stays imported.
    """
    if not imported.rejects:
        return None
    try:
        beside, file = _new_beside(path)
        with file:
            _write(file, imported)
    except OSError as error:
        raise NewsletterError(
            sentence(
                "{path} cannot be written: {reason}", path=_beside(path, 1), reason=system_reason(error)
            ),
            sentence("the other rows are imported; those left out are told above"),
        ) from error
    return beside


def _beside(path: Path, number: int) -> Path:
    """people.rejects.csv, people.2.rejects.csv …: an ending that Git ignores in every workspace.

    What comes from mended rejects is called after the file they came from.
    """
    stem = _OWN_ENDING.sub("", path.stem)
    return path.with_name(f"{stem}.{number}.rejects.csv" if number > 1 else f"{stem}.rejects.csv")


def _new_beside(path: Path) -> tuple[Path, TextIO]:
    """A file of our own that only its owner may read; never one that was there, nor another's at the end of a link."""
    number = 1
    while True:
        beside = _beside(path, number)
        try:
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            number += 1
            continue
        return beside, os.fdopen(handle, "w", encoding="utf-8-sig", newline="")


def _write(file: TextIO, imported: Imported) -> None:
    writer = csv.writer(file, delimiter=";")
    writer.writerow(map(defused, [*imported.header, str(why_left_out())]))
    for reject in imported.rejects:
        padding = [""] * (len(imported.header) - len(reject.row))
        writer.writerow(map(defused, [*reject.row, *padding, f"{reject.place}: {reject.why}"]))
