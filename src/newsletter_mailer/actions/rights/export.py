"""Everything about a person as JSON, for them to take along (GDPR art. 15 and 20)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from newsletter_mailer.model.moments import iso
from newsletter_mailer.model.person import Happened, Mail, Person


def as_json(person: Person) -> dict[str, object]:
    """All of it, with names that stay as they are. Times are ISO 8601, UTC."""
    return {
        **_self(person),
        "suppressed": person.suppression
        and {
            "reason": person.suppression.reason.value,
            "source": person.suppression.source,
            "since": iso(person.suppression.since),
        },
        "subscriptions": [
            {
                "list": tie.list,
                "name": tie.name,
                "status": tie.status.value,
                "basis": tie.basis,
                "since": iso(tie.since),
                "source": tie.source,
            }
            for tie in person.ties
        ],
        "left_lists": [
            {"list": one.list, "since": iso(one.since), "reason": one.reason, "source": one.source}
            for one in person.departures
        ],
        **_history(person),
    }


def export_bytes(person: Person) -> bytes:
    """The file to hand over, UTF-8."""
    return json.dumps(as_json(person), ensure_ascii=False, indent=2).encode() + b"\n"


def _self(person: Person) -> Mapping[str, object]:
    reader = person.subscriber
    times = {
        "created_at": person.created_at,
        "updated_at": person.updated_at,
        "last_act_at": person.last_act_at,
    }
    return {
        "address": reader.address if reader else None,
        "first_name": reader.first_name if reader else "",
        "last_name": reader.last_name if reader else "",
        "language": reader.language if reader else "",
        "organisation": reader.organisation if reader else "",
        "attributes": dict(reader.attributes) if reader else {},
        **{name: iso(at) for name, at in times.items()},
    }


def _history(person: Person) -> Mapping[str, object]:
    return {
        "consents": [
            {
                "at": iso(one.at),
                "kind": one.kind.value,
                "list": one.list or None,
                "wording": one.wording,
                "basis": one.basis,
                "source": one.source,
                "detail": one.detail,
            }
            for one in person.consents
        ],
        "requests": [
            {
                "lists": list(one.lists),
                "asked_at": iso(one.asked_at),
                "confirmed_at": iso(one.confirmed_at),
            }
            for one in person.requests
        ],
        "mails": [_mail(one) for one in person.mails],
        "last_open": person.last_open,
        "tests": [iso(at) for at in person.tests],
    }


def _mail(one: Mail) -> dict[str, object]:
    return {
        "campaign": one.campaign,
        "issue": one.issue,
        "address": one.address,
        "status": one.status.value,
        "planned_at": iso(one.planned_at),
        "attempts": [_happened(each) for each in one.attempts],
        "events": [_happened(each) for each in one.events],
    }


def _happened(one: Happened) -> dict[str, object]:
    return {"at": iso(one.at), "what": one.what, "code": one.code, "words": one.words}
