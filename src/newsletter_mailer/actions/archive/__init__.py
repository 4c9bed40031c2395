"""The public archive: the issues that were sent, as pages, feed, calendar and pictures.

`newsletter archive` writes it into a folder, `newsletter serve` answers with it: both give the same bytes.
"""

from newsletter_mailer.actions.archive.archive import Archive, Entry
from newsletter_mailer.actions.archive.export import Exported, export, static_archive

__all__ = ["Archive", "Entry", "Exported", "export", "static_archive"]
