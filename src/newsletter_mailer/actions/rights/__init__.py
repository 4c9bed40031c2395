"""What a person may ask for: to see everything that is known of them, to take it along, to be forgotten."""

from newsletter_mailer.actions.rights.asking import everything, everything_of, forget, forget_key
from newsletter_mailer.actions.rights.export import as_json, export_bytes

__all__ = ["as_json", "everything", "everything_of", "export_bytes", "forget", "forget_key"]
