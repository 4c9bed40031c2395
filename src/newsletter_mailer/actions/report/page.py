"""A report as one page: to be read on a screen, printed, or kept with the minutes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from newsletter_mailer.actions.report.clickmap import ClickMap, click_map
from newsletter_mailer.actions.report.parts import Grid
from newsletter_mailer.actions.report.receipt import ELEMENT, written
from newsletter_mailer.actions.report.sections import sections
from newsletter_mailer.actions.report.words import (
    clock_time,
    contact_name,
    heard,
    moment,
    share,
    short_day,
    why_help,
    why_name,
)
from newsletter_mailer.compose.theme import load_tokens
from newsletter_mailer.compose.typography import typeset_line
from newsletter_mailer.compose.vocabulary import FILTERS
from newsletter_mailer.config import Workspace
from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.model.edition import short_code
from newsletter_mailer.model.machines import ENOUGH, RULES
from newsletter_mailer.model.names import state_name, status_name
from newsletter_mailer.model.report import Missed, Report, Unreached, Why
from newsletter_mailer.templating import theme_templates
from newsletter_mailer.wording import language, number, say, say_many

_OVER = frozenset({CampaignState.FINISHED, CampaignState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Fact:
    """What stands large in the head."""

    name: str
    value: str
    beside: str = ""
    grave: str = ""  #: a class of the page: "good", "bad"


@dataclass(frozen=True, slots=True)
class Group:
    """Readers who did not get it, for one reason."""

    name: str
    help: str
    count: str
    rows: tuple[tuple[str, str, str, str, str], ...]  #: address, organisation, words, attempts, when
    more: str  #: how many are not named


def as_html(report: Report, workspace: Workspace) -> str:
    """The page, in the theme's colours and the language now spoken; it fetches nothing. Raises NewsletterError.

    It names readers: keep it where only those who may know them can read it.
    """
    zone = workspace.zone
    values: dict[str, Any] = {
        "language": language(),
        "tokens": load_tokens(workspace),
        "sender": report.edition.sender.name,
        "title": typeset_line(report.edition.title, report.edition.language),
        "made": say("Report of {moment}", moment=moment(report.made_at, zone)),
        "about": _about(report),
        "state": _state(report),
        "facts": [*_facts(report)],
        "sections": [*sections(report, zone)],
        "missed": [*_groups(report, zone)],
        "telephone": [*_people(report)],
        "clicks": _clicks(report, workspace),
        "receipt": [*_receipt(report, zone)],
        "proof": written(report.receipt),
        "element": ELEMENT,
        "reading": [*_reading(report)],
        "words_of": _words(report),
    }
    return theme_templates(workspace.theme_folders, FILTERS)("report/page.html", values) + "\n"


def _words(report: Report) -> dict[str, Any]:
    """Headings that are the same in every report."""
    address, organisation = say("address"), say("organisation")
    said = (say("what the server said"), say("attempts"), say("when"))
    verify = "newsletter report {number} --verify -o this-file.html"
    return {
        "missed": say("Who did not get it, and why"),
        "nobody_missed": say("Everyone who was to get it has it, as far as servers tell."),
        "missed_header": (address, organisation, *said),
        "telephone": say("To telephone"),
        "telephone_lead": say("Nobody there got the issue, or nobody there may be written to."),
        "telephone_header": (organisation, say("person"), say("telephone"), address, say("why")),
        "receipt": say("Receipt for the board"),
        "verify": say("Whether it still holds:"),
        "command": verify.format(number=report.campaign.id),
        "reading": say("How to read this report"),
    }


def _about(report: Report) -> str:
    campaign = report.campaign
    lists = ", ".join(campaign.lists)
    told = say("Campaign {number} to {lists}", number=campaign.id, lists=lists)
    if campaign.exclude:
        told += say(", without {lists}", lists=", ".join(campaign.exclude))
    if campaign.segment:
        told += say(", segment {name}", name=campaign.segment.name)
    if campaign.erratum:
        told += say(", erratum {number}", number=campaign.erratum)
    return told


def _state(report: Report) -> str:
    if report.campaign.state in _OVER:
        return ""
    state = state_name(report.campaign.state.value)
    return say("Not finished ({state}): the numbers are those of this moment.", state=state)


def _facts(report: Report) -> Iterator[Fact]:
    total, missed = report.campaign.counts.total, sum(report.missed.values())
    of_all = say("of {count}", count=number(total))
    yield Fact(
        say("reached"), number(report.reached), f"{share(report.reached, total)} {of_all}".strip(), "good"
    )
    yield Fact(say("did not get it"), number(missed), share(missed, total), "bad" if missed else "")
    doubt = report.campaign.counts.in_doubt
    if doubt:
        yield Fact(say("of these in doubt"), number(doubt), share(doubt, total), "bad")
    yield Fact(
        say("complaints"),
        number(report.complaints),
        share(report.complaints, total),
        "bad" if report.complaints else "",
    )
    yield Fact(say("unsubscribed by it"), number(report.left), share(report.left, total))  # fmt: skip


def _groups(report: Report, zone: ZoneInfo) -> Iterator[Group]:
    for why, count in report.missed.items():
        rows = tuple(_row(one, zone) for one in report.missed_rows if one.why is why)
        rest = count - len(rows)
        more = say_many(
            "… and {count} more: newsletter report {id} --csv FOLDER names them all",
            "… and {count} more: newsletter report {id} --csv FOLDER names them all",
            rest,
            count=number(rest),
            id=report.campaign.id,
        )
        yield Group(why_name(why), why_help(why), number(count), rows, more if rest else "")


def _row(one: Missed, zone: ZoneInfo) -> tuple[str, str, str, str, str]:
    attempts = number(one.attempts) if one.attempts else ""
    when = f"{short_day(one.at, zone)} {clock_time(one.at, zone)}" if one.why is not Why.WAITING else ""
    return one.address or say("(erased since)"), one.organisation, heard(one), attempts, when


def _people(report: Report) -> Iterator[tuple[str, str, str, str, str]]:
    for one in report.reach.to_telephone:
        yield from _of(one)


def _of(one: Unreached) -> Iterator[tuple[str, str, str, str, str]]:
    name = one.name
    for person in one.people:
        yield name, person.name, person.telephone, person.address, contact_name(person.contact)
        name = ""
    if not one.people:
        yield name, "", "", "", say("nobody of it is on these lists any more")


def _clicks(report: Report, workspace: Workspace) -> dict[str, Any] | None:
    if report.clicks is None and report.measured is None:
        return None
    counted = _counted(report, workspace) if report.clicks else {"lead": "", "grid": None, "map": None}
    return {
        **counted,
        "title": say("Links that were followed"),
        "map_title": say("Where readers clicked"),
        "measured": _measured(report),
        "rules_title": say("How machines are told from people"),
        "rules_lead": say("Programs open mails and follow links, too; from weight {enough} on it was one.", enough=ENOUGH),
        "rules_header": (say("rule"), say("weight")),
        "rules": [(str(told.says), number(told.weight)) for told in RULES.values()],
    }  # fmt: skip


def _counted(report: Report, workspace: Workspace) -> dict[str, Any]:
    """What is known of all readers alike."""
    clicks = report.clicks or ()
    header = (say("link"), say("where it leads"), say("clicks"), say("by machines"))
    rows = [(one.label, one.url, number(one.people), number(one.machines)) for one in clicks]
    seen: ClickMap | None = click_map(report.edition, clicks, workspace, now=report.made_at)
    return {
        "lead": say("The same address for every reader: nobody knows who clicked, and who clicks twice counts twice."),
        "grid": Grid(header, rows, frozenset({1})),
        "map": seen,
    }  # fmt: skip


def _measured(report: Report) -> list[tuple[str, str]]:
    found = report.measured
    if found is None:
        return []
    return [
        (say("Recipients who agreed to be measured"), number(found.asked)),
        (say("… of whom followed a link"), number(found.clicked)),
        (say("… loaded the pictures (unreliable)"), number(found.loaded)),
        (
            say("Clicks and loads by machines, not counted"),
            number(found.machine_clicks + found.machine_loads),
        ),
    ]


def _receipt(report: Report, zone: ZoneInfo) -> Iterator[tuple[str, str, str]]:
    """Name, value, and whether it is a code."""
    one, counts = report.receipt, report.campaign.counts
    told = ("sent", "refused", "in_doubt", "skipped", "cancelled")
    yield say("Receipt"), one.code, "code"
    yield say("Issue"), f"{one.slug} ({one.issue})", ""
    for hash_, sent in one.editions:
        yield say("Edition {code}", code=short_code(hash_)), f"{hash_} · {number(sent)}", "code"
    yield say("Recipients"), number(counts.total), ""
    for name in told:
        if count := getattr(counts, name):
            yield status_name(name), number(count), ""
    yield say("Reached"), number(one.reached), ""
    yield say("As of"), moment(one.made_at, zone), ""
    yield "SHA-256", one.hash, "code"


def _reading(report: Report) -> Iterator[str]:
    yield say(
        "Reached: the next server took the mail, and it did not come back. Nobody can see whether it was read."
    )
    yield say(
        "In doubt: the line broke between the end of the mail and the server's answer. It is not sent again by itself."
    )
    yield say(
        "Opened mails are not counted: Apple, Gmail and filters load pictures of mails that nobody reads."
    )
    if report.loads is not None:
        yield say(
            "Its picture was loaded {count} times, by readers and machines alike: that says little.",
            count=number(report.loads),
        )
    if not report.clicks:
        yield say("Links are not counted in this issue.")
    yield say("Receipt: anyone with the ledger can make it again. It holds no name and no address.")  # fmt: skip
