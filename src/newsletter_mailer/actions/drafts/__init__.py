"""Writing an issue from the composer: each change goes into the file at once, and every state can be had again."""

from newsletter_mailer.actions.drafts.conflict import Choice
from newsletter_mailer.actions.drafts.drafts import Conflict, Draft, Drafts, Past
from newsletter_mailer.actions.drafts.files import CannotSave
from newsletter_mailer.actions.drafts.telling import told
from newsletter_mailer.yamlio.edits import Edit, EditRefused, Op

__all__ = ["CannotSave", "Choice", "Conflict", "Draft", "Drafts", "Edit", "EditRefused", "Op", "Past", "told"]
