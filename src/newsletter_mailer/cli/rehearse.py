"""The rehearsal."""

from __future__ import annotations

import random
import shlex
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter_mailer.cli import campaign_output as show
from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.cli.progress import progress
from newsletter_mailer.cli.typed import Number
from newsletter_mailer.cli.whom import audience_options
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from newsletter_mailer.actions.plan import Audience, Proposal
    from newsletter_mailer.scenarios.rehearse import Choices, Report
    from newsletter_mailer.wording import Sentence

_SHOWN = 20  # readers whose mail is not as it should be; all are in --json


@click.command()
@click.argument("issue")
@click.option(
    "--list", "lists", multiple=True, required=True, help="Whose mails; can be given several times."
)
@click.option("--exclude", multiple=True, help="But nobody of this list.")
@click.option("--segment", metavar="NAME", help="Of these only readers of this segment.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep all mails there, in a file that mail programs open (mbox).",
)
@click.option("--seed", type=Number(min=0), help="The same bad weather again, as far as that goes.")
@click.option("--calm", is_flag=True, help="The server does nothing wrong.")
@click.pass_obj
def rehearse(
    face: Face,
    issue: str,
    lists: tuple[str, ...],
    exclude: tuple[str, ...],
    segment: str | None,
    out: Path | None,
    seed: int | None,
    calm: bool,
) -> None:
    """Send to the real readers, but into a server on this machine that refuses, defers and hangs up.

    Every mail is written and looked at. Nothing leaves the machine, and the ledger stays as it is.

    Example: newsletter rehearse 2026-12-noel --list adherents
    """
    from newsletter_mailer.actions.pace import pace_told
    from newsletter_mailer.app import clock
    from newsletter_mailer.scenarios.rehearse import CALM, RATES, Choices, chosen, rehearsing

    seed = random.randrange(1_000_000) if seed is None else seed  # noqa: S311  weather, not secrets
    choices = Choices(seed, CALM if calm else RATES, out)
    with (
        _ended_tidily(),
        face.app() as app,
        rehearsing(
            app.database,
            app.workspace,
            issue,
            chosen(app.database, lists, exclude, segment),
            choices,
            clock=clock,
        ) as rehearsal,
    ):
        face.talk(say("Rehearsal: nothing leaves this machine."), style="green")
        proposal = rehearsal.proposal
        command = _dispatch(issue, proposal.audience)
        pace = pace_told(app.database, app.workspace, proposal.head_count.total, now=app.now)
        show.proposal(face, proposal, issue, pace)
        if not proposal.head_count.total:
            show.proposal_data(face, proposal, issue)
            return
        if not pace:
            face.talk(say("At the provider's pace this takes less than two minutes."))
        with (
            rehearsal.sending() as sending,
            progress(
                face, sending.campaign, sending.tools, doing=say("Rehearsal"), stopping=_stopping()
            ) as watched,
        ):
            report = sending.run(watched)
    if report is None:
        face.talk(say("Interrupted: the rehearsal is over, and nothing of it stays."))
        click.get_current_context().exit(130)
    if face.json:
        face.data_json(_data(proposal, pace, choices, report, command))
    else:
        _tell(face, choices, report, command)
    click.get_current_context().exit(3 if report.wrong else 0)


def _stopping() -> str:
    return say("\nStopping: nothing of the rehearsal stays.")


@contextmanager
def _ended_tidily() -> Iterator[None]:
    """Being told to end, or losing the terminal, is like Ctrl-C: the private folder goes."""

    def stop(_signal: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {end: signal.signal(end, stop) for end in ends}
    try:
        yield
    finally:
        for end, handler in before.items():
            signal.signal(end, handler)


def _dispatch(issue: str, audience: Audience) -> str:
    options = audience_options(audience.lists, audience.exclude, audience.segment)
    return f"{shlex.join(['newsletter', 'dispatch', issue])} {options}"


def _tell(face: Face, choices: Choices, report: Report, command: str) -> None:
    sizes = report.sizes
    face.data(
        say_many(
            "{count} mail was written and looked at: {sizes}",
            "{count} mails were written and looked at: {sizes}",
            report.taken,
            count=number(report.taken),
            sizes=say(
                "{smallest} bytes the smallest, {median} the median, {largest} the largest",
                smallest=number(sizes.smallest),
                median=number(sizes.median),
                largest=number(sizes.largest),
            ),
        )
    )
    if sizes.clipped:
        face.talk(
            say(
                "! {count} would be cut off by Gmail, which shows 102,400 bytes of HTML; the largest has {size}.",
                count=number(sizes.clipped),
                size=number(sizes.largest_html),
            ),
            style="yellow",
        )
    if not choices.rates:
        face.data(say("The server did nothing wrong (--calm)."))
    else:
        _tell_weather(face, choices.seed, report)
    if report.mbox:
        face.data(say("All mails, to be opened with a mail program: {path}", path=report.mbox))
    else:
        face.talk(say("To open the mails with a mail program, rehearse with --out FOLDER."))
    _tell_wrong(face, report, command)


def _tell_weather(face: Face, seed: int, report: Report) -> None:
    did = {what.value: number(count) for what, count in report.did.items()}
    face.data(
        say(
            "Made up by the server here (seed {seed}): refused {refused}, deferred {deferred}, hung up {hung_up}, "
            "late {late}.",
            seed=seed,
            **did,
        )
    )
    counts = report.stormy
    became = {"sent": number(counts.sent), "refused": number(counts.refused)}
    if counts.in_doubt:
        face.data(
            say(
                "What became of it: {sent} sent, {refused} refused, {in_doubt} in doubt (of these {arrived} had arrived).",
                in_doubt=number(counts.in_doubt),
                arrived=number(report.arrived_in_doubt),
                **became,
            )
        )
    else:
        face.data(say("What became of it: {sent} sent, {refused} refused.", **became))
    for stop, count in Counter(map(str, report.stops)).items():
        face.talk(
            say_many(
                "Once a dispatch would have stopped, to go on later: {why}",
                "{count} times a dispatch would have stopped, to go on later: {why}",
                count,
                why=stop,
            ),
            style="yellow",
        )
    face.talk(say("All of this was made up: it says nothing of the readers' addresses."))


def _tell_wrong(face: Face, report: Report, command: str) -> None:
    if not report.wrong:
        face.talk(
            say(
                "Nothing left this machine. Everyone would get exactly one mail, and it is as it should be. "
                "Next: {command}",
                command=command,
            ),
            style="green",
        )
        return
    face.talk(
        say_many(
            "The mail of {count} reader is not as it should be:",
            "The mails of {count} readers are not as they should be:",
            len(report.wrong),
            count=number(len(report.wrong)),
        ),
        style="red",
    )
    for wrong in report.wrong[:_SHOWN]:
        face.data(f"{face.styled('✗', 'red')} {wrong.address}: {'; '.join(map(str, wrong.why))}")
    if len(report.wrong) > _SHOWN:
        face.talk(say("… and {count} more: --json shows all.", count=number(len(report.wrong) - _SHOWN)))
    face.talk(
        say(
            "Nothing left this machine. Correct what is wrong and rehearse again; or send it as it is: {command}",
            command=command,
        ),
        style="yellow",
    )


def _data(
    proposal: Proposal, pace: Sequence[Sentence], choices: Choices, report: Report, command: str
) -> dict[str, Any]:
    """The object of `--json rehearse` (docs/reference.md)."""
    counts = report.stormy
    return {
        "issue": proposal.edition.slug,
        "lists": list(proposal.audience.lists),
        "exclude": list(proposal.audience.exclude),
        "segment": asdict(proposal.audience.segment) if proposal.audience.segment else None,
        "head_count": {**asdict(proposal.head_count), "total": proposal.head_count.total},
        "warnings": [str(warning) for warning in proposal.warnings],
        "pace": [str(said) for said in pace],
        "seed": choices.seed,
        "calm": not choices.rates,
        "server": {what.value: count for what, count in report.did.items()},
        "counts": {
            "sent": counts.sent,
            "refused": counts.refused,
            "in_doubt": counts.in_doubt,
            "in_doubt_arrived": report.arrived_in_doubt,
        },
        "stops": [str(stop) for stop in report.stops],
        "looked_at": report.taken,
        "sizes": asdict(report.sizes),
        "wrong": [{"address": one.address, "why": [str(why) for why in one.why]} for one in report.wrong],
        "mbox": str(report.mbox) if report.mbox else None,
        "next": command,
    }


COMMANDS = (rehearse,)
