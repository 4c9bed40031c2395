"""A campaign before it leaves, on a terminal: tests, head count, what goes on."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.cli.status_output import status_json
from newsletter_mailer.cli.times import local
from newsletter_mailer.cli.whom import (
    audience_options,
    elsewhere,
    nobody_left,
    nobody_to_correct,
    segment_changed,
    segment_line,
)
from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.model.names import LEFT_OUT, left_out_name, state_name
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter_mailer.actions.plan import Proposal
    from newsletter_mailer.actions.test import Tested
    from newsletter_mailer.model.campaign import Campaign, HeadCount
    from newsletter_mailer.model.outcome import Outcome
    from newsletter_mailer.model.segments import SavedSegment
    from newsletter_mailer.wording import Sentence


def accepted(outcome: Outcome) -> bool:
    """Whether the server took the mail."""
    from newsletter_mailer.model.delivery import Event

    return outcome.event is Event.ACCEPTED


def tests(face: Face, done: Sequence[Tested]) -> None:
    """What came of each test mail."""
    if face.json:
        face.data_json(
            [
                {"address": one.address, "event": one.outcome.event.value, "reply": _words(one.outcome)}
                for one in done
            ]
        )
        return
    for one in done:
        mark = face.styled("✓", "green") if accepted(one.outcome) else face.styled("✗", "red")
        face.data(f"{mark} {one.address}  {_words(one.outcome)}")


def _words(outcome: Outcome) -> str:
    return str(outcome.reply) if outcome.reply else outcome.detail


def proposal(face: Face, found: Proposal, issue: str, pace: Sequence[Sentence] = ()) -> None:
    """What a dispatch would do: head count with reasons, languages, first subjects, warnings."""
    count = found.head_count
    erratum = bool(found.erratum)
    if erratum:
        face.talk(
            say(
                "Erratum {number}: only those who were sent another version of this issue get it, as a new mail. "
                "Say in its subject what it is.",
                number=found.erratum,
            ),
            style="yellow",
        )
    if found.audience.segment:
        face.talk(segment_line(found.audience.segment))
    face.talk(say("Recipients: {sum}", sum=head_count(count, erratum=erratum)), style="cyan")
    if count.total:
        unknown = say("not known")
        languages = ", ".join(f"{name or unknown} {number(n)}" for name, n in sorted(found.languages.items()))
        face.talk(
            say(
                "Language of the mail: {mail}; of the readers: {readers}",
                mail=found.edition.language,
                readers=languages,
            )
        )
        for subject in found.subjects:
            face.talk(say("Subject: {subject}", subject=subject))
    elif erratum and not count.elsewhere:
        face.talk(nobody_to_correct(found.audience.segment))
    elif count.elsewhere:
        face.talk(say("Nobody new is left to send {issue} to, but not everyone has it yet:", issue=issue))
    else:
        face.talk(nobody_left(issue, found.audience.segment))
    for group in found.elsewhere:
        face.talk(f"! {elsewhere(group)}", style="yellow")
    for warning in (*found.warnings, *(pace if count.total else ())):
        face.talk(f"! {warning}", style="yellow")


def canary(face: Face, count: int, total: int, minutes: float) -> None:
    """What the first few are good for, and what they are not."""
    if count >= total:
        face.talk(
            say_many(
                "! There is only {count} reader: nobody is left to follow the first ones.",
                "! There are only {count} readers: all of them go first, and nobody is left to follow.",
                total,
                count=number(total),
            ),
            style="yellow",
        )
        return
    face.talk(
        say(
            "The first {count} readers go ahead, the rest follows {later} if nothing speaks against it. "
            "Only the mail server's own answers are seen: no inbox is read for what comes back later.",
            count=number(count),
            later=_later(minutes),
        )
    )


def _later(minutes: float) -> str:
    if minutes == 1:
        return say("after a minute")
    return say("after {minutes} minutes", minutes=f"{minutes:g}")


def proposal_data(face: Face, found: Proposal, issue: str) -> None:
    """The object of `--json dispatch` when nothing is sent (docs/reference.md)."""
    if not face.json:
        return
    face.data_json(
        {
            "issue": issue,
            "lists": list(found.audience.lists),
            "exclude": list(found.audience.exclude),
            "segment": asdict(found.audience.segment) if found.audience.segment else None,
            "head_count": {**asdict(found.head_count), "total": found.head_count.total},
            "elsewhere": [asdict(group) for group in found.elsewhere],
            "languages": found.languages,
            "subjects": list(found.subjects),
            "warnings": [str(warning) for warning in found.warnings],
        }
    )


def head_count(count: HeadCount, *, erratum: bool = False) -> str:
    """4 812 = 5 020 − 171 unsubscribed − 37 suppressed."""
    minus = [(getattr(count, reason), left_out_name(reason, erratum=erratum)) for reason in LEFT_OUT]
    parts = "".join(f" − {number(n)} {why}" for n, why in minus if n)
    return f"{number(count.total)} = {number(count.on_lists)}{parts}" if parts else number(count.total)


def continuing(
    face: Face, campaign: Campaign, *, corrected: bool, wanted: SavedSegment | None = None
) -> None:
    """Where a campaign that goes on stands; corrected: the rest gets the issue as it is now.

    wanted: the segment as it is saved now.
    """
    _where(face, campaign)
    if wanted != campaign.segment:
        face.talk(segment_changed(campaign), style="yellow")
    face.talk(
        say(
            "To go on, type {total}: the number of recipients of the whole campaign, as it was planned.",
            total=number(campaign.counts.total),
        )
    )
    if corrected:
        face.talk(
            say_many(
                "! The issue was changed since: the one to go gets it as it is now.",
                "! The issue was changed since: the {count} to go get it as it is now.",
                campaign.counts.open,
                count=number(campaign.counts.open),
            ),
            style="yellow",
        )
        if campaign.counts.sent:
            face.talk(
                say(
                    "  For those who have it as it was: newsletter dispatch {slug} {lists} --erratum",
                    slug=campaign.slug,
                    lists=audience_options(campaign.lists, campaign.exclude, None),
                ),
                style="yellow",
            )


def as_it_was(face: Face, campaign: Campaign, *, changed: bool) -> None:
    """Where a campaign that is resumed stands; changed: the issue would look different by now."""
    _where(face, campaign)
    if changed:
        face.talk(
            say(
                "! The issue was changed since; those to go get it as it was. "
                "For the new one, stop and use newsletter dispatch {slug} instead.",
                slug=campaign.slug,
            ),
            style="yellow",
        )


def _where(face: Face, campaign: Campaign) -> None:
    counts = campaign.counts
    face.talk(
        say_many(
            "Campaign {id} of {slug} continues: {total} recipient, {done} done, {rest} to go.",
            "Campaign {id} of {slug} continues: {total} recipients, {done} done, {rest} to go.",
            counts.total,
            id=campaign.id,
            slug=campaign.slug,
            total=number(counts.total),
            done=number(counts.total - counts.open),
            rest=number(counts.open),
        ),
        style="cyan",
    )
    if campaign.state is CampaignState.PAUSED:
        face.talk(say("It is paused: this goes on with it."), style="yellow")


def scheduled(face: Face, campaign: Campaign, zone: ZoneInfo) -> None:
    """A campaign is planned for a time that is still to come."""
    if face.json:
        face.data_json(status_json(campaign))
        return
    face.talk(
        say_many(
            "Campaign {id} of {slug} is planned for {time}: {count} recipient.",
            "Campaign {id} of {slug} is planned for {time}: {count} recipients.",
            campaign.counts.total,
            id=campaign.id,
            slug=campaign.slug,
            time=local(campaign.scheduled_at or 0, zone),
            count=number(campaign.counts.total),
        ),
        style="green",
    )
    face.talk(
        say(
            "It leaves then if a `newsletter worker` runs, or by: newsletter resume {id} --wait",
            id=campaign.id,
        )
    )


def nothing_to_do(face: Face, campaign: Campaign, what: str) -> None:
    """That nothing of this kind is left in a campaign, and where it stands."""
    face.talk(
        say(
            "Campaign {id} of {slug} is {state}: {what}",
            id=campaign.id,
            slug=campaign.slug,
            state=state_name(campaign.state.value),
            what=what,
        )
    )
