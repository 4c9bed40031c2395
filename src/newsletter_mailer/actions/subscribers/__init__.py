"""People come in: a CSV file becomes subscribers of a list, all of it or nothing."""

from newsletter_mailer.actions.subscribers.imported import Imported, Reject
from newsletter_mailer.actions.subscribers.importing import import_csv
from newsletter_mailer.actions.subscribers.rejects import write_rejects
from newsletter_mailer.actions.subscribers.table import Table, read_table

__all__ = ["Imported", "Reject", "Table", "import_csv", "read_table", "write_rejects"]
