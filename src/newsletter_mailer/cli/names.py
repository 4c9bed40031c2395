"""Statuses, states and reasons in the reader's language."""

from __future__ import annotations

from newsletter_mailer.wording import say


def status_name(status: str) -> str:
    """A status in the reader's language."""
    names = {
        "queued": say("queued"),
        "sending": say("sending"),
        "sent": say("sent"),
        "deferred": say("deferred"),
        "refused": say("refused"),
        "in_doubt": say("in doubt"),
        "skipped": say("skipped"),
        "cancelled": say("cancelled"),
        "total": say("total"),
    }
    return names[status]


def basis_name(basis: str) -> str:
    """Why the readers of a list may be written to, in the reader's language."""
    names = {
        "consent": say("consent"),
        "soft_opt_in": say("customers"),
        "legitimate_interest_assoc": say("the association's legitimate interest"),
        "b2b": say("professionals"),
    }
    return names[basis]


def state_name(state: str) -> str:
    """A campaign's state in the reader's language."""
    names = {
        "planned": say("planned"),
        "scheduled": say("scheduled"),
        "sending": say("sending"),
        "waiting": say("waiting"),
        "paused": say("paused"),
        "held": say("held"),
        "stopped": say("stopped"),
        "finished": say("finished"),
        "cancelled": say("cancelled"),
    }
    return names[state]


def reason(detail: str) -> str:
    """Why a delivery stands where it stands when no server said so; what is a sentence already stays as it is."""
    words = {
        "dot": say("the message was handed over, and the program was stopped before the reply came"),
        "journal": say("the journal of that run is missing or damaged"),
        "boot": say("the computer was restarted while the message may have been on its way"),
        "host": say("another computer was sending, and what it did is not known here"),
        "gone": say("deleted since the count"),
        "suppressed": say("suppressed since the count"),
        "unsubscribed": say("left the lists since the count"),
        "has_it": say("moved to an address that has this issue already"),
    }
    return words.get(detail, detail)
