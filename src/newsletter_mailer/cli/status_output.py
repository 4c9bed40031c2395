"""Where campaigns stand, on a terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from newsletter_mailer.cli.output import Face, number, table
from newsletter_mailer.cli.times import iso, local
from newsletter_mailer.cli.whom import segment_line
from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.model.names import category_name, state_name, status_name
from newsletter_mailer.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter_mailer.actions.standing import Standing
    from newsletter_mailer.model.campaign import Campaign, Counts


def status_json(campaign: Campaign, standing: Standing | None = None) -> dict[str, Any]:
    """The object of `status --json` (docs/reference.md); what does not apply to the campaign is left out."""
    told = {
        "campaign": campaign.id,
        "issue": campaign.slug,
        "state": campaign.state.value,
        "counts": _counts(campaign.counts),
        "lists": list(campaign.lists),
        "created_at": iso(campaign.created_at),
    }
    more: dict[str, Any] = {
        "exclude": list(campaign.exclude),
        "segment": asdict(campaign.segment) if campaign.segment else None,
        "held_why": campaign.held_why,
        "scheduled_at": iso(campaign.scheduled_at),
        "next_try_at": iso(campaign.again_at),
        "rate": campaign.rate,
    }
    if standing is not None:
        more |= {
            "canary": _counts(standing.canary) if standing.canary else None,
            "versions": [{"version": version, "sent": count} for version, count in standing.versions],
            "domains": [
                {"domain": pause.domain, "until": iso(pause.until), "why": str(pause.why)}
                for pause in standing.domains
            ],
            "returned": {category.value: count for category, count in standing.returned},
            "faults": [asdict(fault) for fault in standing.faults],
        }
    return told | {name: value for name, value in more.items() if value}


def _counts(counts: Counts) -> dict[str, int]:
    from newsletter_mailer.model.delivery import Status

    return {one.value: getattr(counts, one.value) for one in Status} | {"total": counts.total}


def status(face: Face, standing: Standing, zone: ZoneInfo) -> None:
    """One campaign: its state, its counts, and what it waits for."""
    if face.json:
        face.data_json(status_json(standing.campaign, standing))
        return
    for line in lines(standing, zone):
        face.data(line)


def lines(standing: Standing, zone: ZoneInfo) -> Iterator[str]:
    """The same for people."""
    yield from _head(standing.campaign)
    yield from notes(standing, zone)


def notes(standing: Standing, zone: ZoneInfo) -> Iterator[str]:
    """What is to be said beside its counts, for people."""
    from newsletter_mailer.actions.standing import telling

    for version, count in standing.versions:
        yield _row(say("version {number}", number=version), number(count))
    if standing.returned:
        yield "  " + say("came back:")
        yield from (
            f"  {number(count):>9}  {category_name(category)}" for category, count in standing.returned
        )
    yield from (f"  {fault}" for fault in telling.faults(standing))
    if standing.campaign.segment:
        yield f"  {segment_line(standing.campaign.segment)}"
    yield from (f"  {told}" for told in telling.waits(standing, zone))
    yield from (f"  {step}" for step in telling.to_do(standing.campaign))


def _head(campaign: Campaign) -> Iterator[str]:
    yield title(campaign)
    for name, count in _counts(campaign.counts).items():
        if count or name == "total":
            yield _row(status_name(name), number(count))


def title(campaign: Campaign) -> str:
    """Which it is, and where it stands."""
    return f"{campaign.id}  {_name(campaign)}  {state_name(campaign.state.value)}"


def _name(campaign: Campaign) -> str:
    """Of its issue, and whether it corrects it."""
    if not campaign.erratum:
        return campaign.slug
    return say("{slug} (erratum {number})", slug=campaign.slug, number=campaign.erratum)


def _row(name: str, value: str) -> str:
    return f"  {name:<14} {value:>9}"


def finished(face: Face, campaign: Campaign) -> None:
    """The end of a run: counts, and what to do about those who did not get it."""
    from newsletter_mailer.actions.standing import next_steps

    counts(face, campaign)
    if face.json:
        return
    *troubles, way_on = next_steps(campaign)
    for trouble in troubles:
        face.talk(str(trouble), style="yellow")
    face.talk(str(way_on), style="green")


def counts(face: Face, campaign: Campaign) -> None:
    """One campaign: its state and its counts."""
    if face.json:
        face.data_json(status_json(campaign))
        return
    for line in _head(campaign):
        face.data(line)


def campaigns(face: Face, found: Sequence[Campaign], zone: ZoneInfo) -> None:
    """All campaigns, oldest first."""
    if face.json:
        face.data_json([status_json(one) for one in found])
    elif found:
        columns = {
            say("campaign"): [str(one.id) for one in found],
            say("issue"): [_name(one) for one in found],
            say("segment"): [one.segment.name if one.segment else "" for one in found],
            say("state"): [state_name(one.state.value) for one in found],
            say("made at"): [local(one.created_at, zone) for one in found],
            say("leaves at"): [local(_leaves_at(one), zone) for one in found],
            say("recipients"): [number(one.counts.total) for one in found],
            say("sent"): [number(one.counts.sent) for one in found],
        }
        if not any(map(_leaves_at, found)):
            del columns[say("leaves at")]
        if not any(one.segment for one in found):
            del columns[say("segment")]
        table(
            list(zip(*columns.values(), strict=True)),
            tuple(columns),
            counts=(len(columns) - 2, len(columns) - 1),
        )
    else:
        face.talk(say("Nothing was dispatched yet: newsletter dispatch ISSUE --list LIST"))


def _leaves_at(campaign: Campaign) -> int | None:
    """When it goes on by itself, if it does."""
    if campaign.state is CampaignState.SCHEDULED:
        return campaign.scheduled_at
    return campaign.again_at
