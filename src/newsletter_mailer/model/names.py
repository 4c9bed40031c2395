"""Statuses of deliveries and states of campaigns in the reader's language."""

from __future__ import annotations

from newsletter_mailer.model.bounce import Category, Kind
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
        "cancelled": say("called off"),
        "total": say("total"),
    }
    return names[status]


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


def left_out_name(reason: str, *, erratum: bool = False) -> str:
    """Why readers of a list do not get a mail: the fields of HeadCount, as they stand after a number."""
    names = {
        "unsubscribed": say("unsubscribed"),
        "pending": say("not yet confirmed"),
        "suppressed": say("suppressed"),
        "already_have_it": say("who have this version already") if erratum else say("who have it already"),
        "waiting": say("who wait in another campaign"),
        "refused": say("refused before"),
        "in_doubt": say("in doubt"),
        "never_had_it": say("who never had this issue"),
        "outside_segment": say("not in the segment"),
        "unmailable": say("with an address that cannot be mailed"),
    }
    return names[reason]


LEFT_OUT = (  #: the fields of HeadCount that are taken off its sum, in the order in which they are told
    "unsubscribed",
    "pending",
    "suppressed",
    "already_have_it",
    "waiting",
    "refused",
    "in_doubt",
    "never_had_it",
    "outside_segment",
    "unmailable",
)


def category_name(category: Category) -> str:
    """What came back of a mail, in one of the log's five plain words."""
    names = {
        Category.GONE: say("address gone"),
        Category.FULL: say("mailbox full"),
        Category.FILTERED: say("refused by a filter"),
        Category.AWAY: say("away or out of order"),
        Category.COMPLAINT: say("complaint"),
    }
    return names[category]


def returned_name(kind: Kind, category: Category | None) -> str:
    """The same, also for notices that have none of the five words."""
    if category is not None:
        return category_name(category)
    names = {Kind.DELAYED: say("delayed"), Kind.DELIVERED: say("arrived")}
    return names.get(kind) or say("came back")


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
        "expired": say("the time in which the issue was to be sent was over"),
        "has_it": say("moved to an address that has this issue already"),
    }
    return words.get(detail, detail)
