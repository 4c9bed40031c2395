"""A small mail server on this machine's loopback interface, for demo and rehearsal: nothing that it takes goes on.

It can misbehave in every way that servers do (`faults`), and writes what it saw before it answers (`log`).
"""

from newsletter_mailer.smtp.sandbox.faults import (
    KINDS,
    NOTHING,
    OWN_REPLY,
    At,
    Fault,
    Faults,
    Moment,
    Script,
    Then,
    Turn,
    Weather,
)
from newsletter_mailer.smtp.sandbox.house import CHUNKING, MAX_MESSAGE, OFFERED
from newsletter_mailer.smtp.sandbox.log import BREACH, MESSAGE, Entry, entries, received
from newsletter_mailer.smtp.sandbox.server import HOST, Arrived, Sandbox

__all__ = [
    "BREACH",
    "CHUNKING",
    "HOST",
    "KINDS",
    "MAX_MESSAGE",
    "MESSAGE",
    "NOTHING",
    "OFFERED",
    "OWN_REPLY",
    "Arrived",
    "At",
    "Entry",
    "Fault",
    "Faults",
    "Moment",
    "Sandbox",
    "Script",
    "Then",
    "Turn",
    "Weather",
    "entries",
    "received",
]
