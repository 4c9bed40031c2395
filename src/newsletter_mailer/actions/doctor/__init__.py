"""Whether everything is in order before mails leave: this computer, the ledger, the mail server, the domain."""

from newsletter_mailer.actions.doctor.signing import Published as Published
from newsletter_mailer.actions.doctor.signing import dkim_record as dkim_record
from newsletter_mailer.actions.doctor.signing import how_to_sign as how_to_sign
from newsletter_mailer.actions.doctor.signing import make_key as make_key
from newsletter_mailer.actions.doctor.signing import not_signed as not_signed
from newsletter_mailer.actions.doctor.signing import without_certificate as without_certificate
