"""The report of a campaign: who got it, who did not and why, and a receipt that can be verified."""

from newsletter_mailer.actions.report.facts import report
from newsletter_mailer.actions.report.page import as_html
from newsletter_mailer.actions.report.receipt import keep as keep_receipt
from newsletter_mailer.actions.report.receipt import last as last_receipt
from newsletter_mailer.actions.report.receipt import read_file as read_receipt
from newsletter_mailer.actions.report.tables import FORMATS, write_tables
from newsletter_mailer.actions.report.verifying import Difference, Verdict, verify
from newsletter_mailer.actions.report.words import share, why_name
from newsletter_mailer.actions.report.writing import write_page
from newsletter_mailer.model.report import Report

__all__ = [
    "FORMATS",
    "Difference",
    "Report",
    "Verdict",
    "as_html",
    "keep_receipt",
    "last_receipt",
    "read_receipt",
    "report",
    "share",
    "verify",
    "why_name",
    "write_page",
    "write_tables",
]
