"""People come in from a file, all of it or nothing, and go out into one."""

from newsletter_mailer.actions.subscribers.exporting import FORMATS, export_people, format_of
from newsletter_mailer.actions.subscribers.fields import add_fields
from newsletter_mailer.actions.subscribers.imported import Imported, Reject
from newsletter_mailer.actions.subscribers.importing import (
    Progress,
    import_people,
    unknown_columns,
)
from newsletter_mailer.actions.subscribers.rejects import write_rejects

__all__ = [
    "FORMATS",
    "Imported",
    "Progress",
    "Reject",
    "add_fields",
    "export_people",
    "format_of",
    "import_people",
    "unknown_columns",
    "write_rejects",
]
