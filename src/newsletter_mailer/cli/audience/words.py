"""What the ledger says of people, in words of the reader's language."""

from __future__ import annotations

from newsletter_mailer.wording import say


def kind_name(kind: str) -> str:
    """What happened to a reader's consent."""
    names = {
        "imported": say("imported"),
        "added": say("written down"),
        "asked": say("asked on the form"),
        "confirmed": say("said yes"),
        "unsubscribed": say("left"),
        "stopped_everything": say("wants no mail at all"),
        "suppressed": say("suppressed"),
        "tracking_granted": say("agreed to being measured"),
        "tracking_refused": say("refused being measured"),
        "tracking_asked": say("was asked about being measured"),
        "moved": say("changed address"),
        "reconfirm_asked": say("was asked whether to stay"),
    }
    return names.get(kind, kind)


def tie_name(status: str) -> str:
    """How somebody stands to a list."""
    names = {"pending": say("not confirmed"), "confirmed": say("subscribed"), "unsubscribed": say("left")}
    return names[status]


def suppression_name(reason: str) -> str:
    """Why somebody is never mailed."""
    names = {
        "hard_bounce": say("the address does not exist"),
        "complaint": say("marked our mail as spam"),
        "stop_everything": say("wants no mail at all"),
        "manual": say("by the officer"),
    }
    return names[reason]
