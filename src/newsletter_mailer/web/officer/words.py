"""The words of the officer's pages."""

from __future__ import annotations

from newsletter_mailer.wording import sentence

WORDS = {
    "pages": sentence("The officer’s pages"),
    "campaigns": sentence("Campaigns"),
    "none": sentence("Nothing was dispatched yet: newsletter dispatch ISSUE --list LIST"),
    "leave": sentence("Sign out"),
    "back": sentence("All campaigns"),
    "campaign": sentence("campaign"),
    "issue": sentence("issue"),
    "state": sentence("state"),
    "made": sentence("made at"),
    "readers": sentence("readers"),
    "done": sentence("done"),
    "report": sentence("Report"),
    "report_of": sentence("Open the report"),
    "save": sentence("Save it as a file"),
    "save_note": sentence("It names readers: keep it where only those can read it who may know them."),
    "speed": sentence("speed"),
    "left": sentence("time left"),
    "domains": sentence("By the readers’ mail houses"),
    "domain": sentence("domain"),
    "sent": sentence("sent"),
    "otherwise": sentence("ended otherwise"),
    "later": sentence("put off"),
    "open": sentence("still open"),
    "others": sentence("others"),
    "to_do": sentence("What to know, and to do"),
    "as_of": sentence("As of"),
    "stale": sentence("The program does not answer. These numbers are old; they go on by themselves when it is back."),
    "by_hand": sentence("Load the page again for newer numbers."),
}  # fmt: skip
