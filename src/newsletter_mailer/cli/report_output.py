"""A report on the terminal: its main numbers, and what became of a receipt."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.cli.times import iso, local
from newsletter_mailer.wording import say

if TYPE_CHECKING:
    from newsletter_mailer.actions.report import Report, Verdict


def summary(face: Face, report: Report) -> None:
    """The numbers that matter most."""
    if face.json:
        face.data_json(as_json(report))
        return
    from newsletter_mailer.actions.report import share, why_name

    total = report.campaign.counts.total
    face.data(f"{report.campaign.id}  {report.campaign.slug}")
    _line(face, say("recipients"), total)
    _line(face, say("reached"), report.reached, share(report.reached, total))
    for why, count in report.missed.items():
        _line(face, why_name(why), count, share(count, total))
    _line(face, say("complaints"), report.complaints)
    _line(face, say("unsubscribed by it"), report.left)
    if report.reach.total:
        _line(
            face,
            say("organisations reached"),
            report.reach.reached,
            share(report.reach.reached, report.reach.total),
        )
    face.data("  " + say("Receipt {code}", code=report.receipt.code))


def _line(face: Face, name: str, count: int, beside: str = "") -> None:
    face.data(f"  {number(count):>9}  {f'{beside:>7}'}  {name}")


def as_json(report: Report) -> dict[str, Any]:
    """The object of `report --json` (docs/reference.md); recipients stand in its tables."""
    campaign = report.campaign
    return {
        "campaign": campaign.id,
        "issue": campaign.slug,
        "state": campaign.state.value,
        "made_at": iso(report.made_at),
        "head_count": asdict(campaign.head_count),
        "counts": {**asdict(campaign.counts), "total": campaign.counts.total},
        "reached": report.reached,
        "returned": {row.category.value: row.in_all for row in report.returned},
        "complaints": report.complaints,
        "left": report.left,
        "not_reached": {why.value: count for why, count in report.missed.items()},
        "domains": [
            {"domain": row.domain, "total": row.counts.total, "sent": row.counts.sent, "reached": row.reached}
            for row in report.domains
        ],
        "organisations": {
            "reached": report.reach.reached,
            "not_reached": report.reach.missed,
            "no_valid_contact": report.reach.without,
        },
        "clicks": None if report.clicks is None else [asdict(one) for one in report.clicks],
        "receipt": _receipt(report),
    }


def _receipt(report: Report) -> dict[str, Any]:
    one = report.receipt
    return {
        "code": one.code,
        "hash": one.hash,
        "editions": [{"hash": hash_, "sent": sent} for hash_, sent in one.editions],
        "chain": one.chain[-1].hash if one.chain else "",
    }


def verdict(face: Face, found: Verdict, zone: ZoneInfo) -> None:
    """Whether a receipt holds, and what differs."""
    if face.json:
        face.data_json(_verdict_json(found))
        return
    for one in found.differences:
        face.data(("· " if one.explained else "✗ ") + str(one.what))
    face.data(_judgement(found, zone))


def _judgement(found: Verdict, zone: ZoneInfo) -> str:
    code = found.now.code
    if not found.holds:
        return say("The ledger does not fit: receipt {code}", code=code)
    if found.kept is None:
        return say("No earlier receipt is kept; the ledger agrees with itself: receipt {code}", code=code)
    values = {"code": found.kept.code, "when": local(found.kept.made_at, zone)}
    if found.differences:
        return say("Receipt {code} of {when} fits, but for what happened since", **values)
    return say("Receipt {code} of {when} holds: everything is as it was", **values)


def _verdict_json(found: Verdict) -> dict[str, Any]:
    return {
        "holds": found.holds,
        "receipt": found.now.hash,
        "kept": found.kept.hash if found.kept else None,
        "differences": [{"what": str(one.what), "explained": one.explained} for one in found.differences],
    }
