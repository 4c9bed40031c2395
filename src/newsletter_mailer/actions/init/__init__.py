"""A workspace is made, or its first settings are changed: what an officer is asked, and what is written."""

from newsletter_mailer.actions.init.accounts import ACCOUNTS, OWN_MACHINE, MailAccount, account_at
from newsletter_mailer.actions.init.answers import Answers, is_address, present_answers
from newsletter_mailer.actions.init.making import SAMPLE, Made, init

__all__ = [
    "ACCOUNTS",
    "OWN_MACHINE",
    "SAMPLE",
    "Answers",
    "Made",
    "MailAccount",
    "account_at",
    "init",
    "is_address",
    "present_answers",
]
