"""A report into a file that only its owner may read."""

from __future__ import annotations

import tempfile
from pathlib import Path

from newsletter_mailer.actions.report.page import as_html
from newsletter_mailer.actions.report.receipt import keep
from newsletter_mailer.checks.chromium import find_chromium
from newsletter_mailer.config import Workspace, private_file
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.report import Report
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import sentence

_ENDINGS = (".html", ".htm", ".pdf")


def write_page(database: Database, report: Report, workspace: Workspace, into: Path) -> None:
    """Write the page as the file's ending says, and keep its receipt as the campaign's last.

    Raises UsageError for another ending, and for .pdf when no browser is installed; NewsletterError when it cannot.
    """
    if into.suffix.lower() not in _ENDINGS:
        raise UsageError(
            sentence("a report ends in .html or .pdf"), sentence("e.g. -o {name}", name=f"{into.stem}.html")
        )
    page = as_html(report, workspace).encode()
    made = _as_pdf(page) if into.suffix.lower() == ".pdf" else page
    with private_file(into) as file:
        file.write(made)
    keep(database, report.receipt)


def _as_pdf(page: bytes) -> bytes:
    browser = find_chromium()
    with tempfile.TemporaryDirectory(prefix="newsletter-") as folder:  # nobody else's to read
        source, made = Path(folder, "report.html"), Path(folder, "report.pdf")
        source.write_bytes(page)
        browser.document(source, made)
        return made.read_bytes()
