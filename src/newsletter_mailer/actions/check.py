"""The control sheet of an issue: what the checks find, and whom it would reach."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from newsletter_mailer.checks import all as all_checks
from newsletter_mailer.checks.browser import look as in_browser
from newsletter_mailer.checks.clients.clipping import clipped
from newsletter_mailer.checks.content.dates import DATES
from newsletter_mailer.checks.links import ask_all
from newsletter_mailer.checks.places import CODE_OF_PROBLEMS, Placed, Places, nowhere, placed_problem
from newsletter_mailer.checks.readers import MOST_NAMES, Eyes
from newsletter_mailer.checks.sheet import Audience, ControlSheet, LeftOut
from newsletter_mailer.checks.subject import Subject
from newsletter_mailer.checks.targets.asked import Ask, asked
from newsletter_mailer.compose.load import LoadedIssue, load_issue
from newsletter_mailer.compose.pipeline import Composition, compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import FileProblems, NewsletterError
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.message.letterhead import letterhead
from newsletter_mailer.message.links import beginnings
from newsletter_mailer.message.slots import Reader, sample_subscriber
from newsletter_mailer.message.specimen import specimen
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.store.campaigns import Audience as ListsToReach
from newsletter_mailer.store.campaigns import edition_hash
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.store.planning import head_count_of
from newsletter_mailer.store.reached import everyone
from newsletter_mailer.wording import Sentence, sentence

_TOKEN = "x" * 60  # a reader's links end in tokens as long


def look(
    workspace: Workspace,
    path: Path,
    *,
    database: Database | None,
    lists: tuple[str, ...],
    now: int,
    new_id: str,
    names: bool = False,
    links: bool = False,
    browser: bool = False,
    ask: Ask = ask_all,
    slow: bool = True,
) -> ControlSheet:
    """The sheet of the issue in that issue.yaml; one that cannot be composed has its problems as findings.

    database: None when no readers are looked at. lists: whose readers are. new_id: part of a Message-ID. names: whether
    the sheet holds addresses. links: whether `ask` puts a question to each page that the issue links to. browser:
    whether axe-core looks at the page in one. slow: also checks that take seconds, such as a spam filter. Raises
    UsageError for a list or a browser that is not there.
    """
    shown, slug = workspace.display(path), path.parent.name
    try:
        loaded = load_issue(workspace, path)
        composition = compose(loaded, workspace)
        found = _found(workspace, loaded, composition, now=now, new_id=new_id, slow=slow, browser=browser)
    except FileProblems as error:
        return ControlSheet(shown, slug, slug, "", tuple(map(placed_problem, error.problems)))
    except NewsletterError as error:
        return ControlSheet(
            shown, slug, slug, "", (nowhere(shown, CODE_OF_PROBLEMS, error.what, error.hint),)
        )
    if links:
        places = Places(loaded.document)
        found = sorted([*found, *map(places.placed, asked(loaded.issue, ask))], key=_in_file)
    edition = composition.edition
    sheet = ControlSheet(shown, slug, loaded.issue.title, edition_hash(edition), tuple(found))
    if database is None or not lists:
        return sheet
    return _with_readers(sheet, workspace, loaded, edition, database=database, lists=lists, names=names)


def _with_readers(
    sheet: ControlSheet,
    workspace: Workspace,
    loaded: LoadedIssue,
    edition: Edition,
    *,
    database: Database,
    lists: tuple[str, ...],
    names: bool,
) -> ControlSheet:
    """The sheet with what every reader of the lists adds to it: real readers say more than what may be missing."""
    eyes = Eyes(edition, names=names)
    with database.reading() as connection:
        counted = (
            [_count(connection, (slug,), edition, names=names) for slug in lists] if len(lists) > 1 else []
        )
        counted.append(
            _count(connection, lists, edition, names=names, look=_looking(workspace, lists[0], eyes))
        )
    places = Places(loaded.document)
    found = [*eyes.findings(loaded.issue), *clipped(eyes.longest), *_empty(counted[-1])]
    told = {finding.code for finding in found} | {"merge-tag-fallback"}
    kept = [placed for placed in sheet.findings if placed.finding.code not in told]
    return replace(
        sheet,
        findings=tuple(sorted([*kept, *map(places.placed, found)], key=_in_file)),
        head_counts=tuple(counted),
        lacking=eyes.lacking(),
        readers=eyes.readers,
    )


def _looking(workspace: Workspace, first: str, eyes: Eyes) -> Callable[[Subscriber], None]:
    """Shows one reader's mail to the eyes, with links as long as real ones."""
    on = letterhead(workspace, first, web_base=workspace.settings.public_url or "")
    links = beginnings(on.unsubscribe_mailbox, on.web_base).links(_TOKEN, _TOKEN, _TOKEN)

    def look_at(subscriber: Subscriber) -> None:
        eyes.look(Reader(subscriber, list_name=on.list_name, links=links))

    return look_at


def _count(
    c: Connection,
    lists: tuple[str, ...],
    edition: Edition,
    *,
    names: bool,
    look: Callable[[Subscriber], None] | None = None,
) -> Audience:
    """Everyone of the lists, counted by what keeps the mail from them; `look` is given those who would get it."""
    barred: Counter[str] = Counter()
    named: defaultdict[str, list[str]] = defaultdict(list)
    people = everyone(
        c, ListsToReach(lists), issue_id=edition.issue_id, mailable=mailable, known=look is not None
    )
    for judged, subscriber in people:
        barred[judged.barred] += 1
        if names and judged.barred and len(named[judged.barred]) < MOST_NAMES:
            named[judged.barred].append(judged.address)
        if look is not None and subscriber is not None:
            look(subscriber)
    left_out = tuple(
        LeftOut(reason, count, tuple(named[reason])) for reason, count in barred.most_common() if reason
    )
    return Audience(lists, head_count_of(barred), left_out)


def _empty(audience: Audience) -> Iterator[Finding]:
    if audience.head_count.total == 0:
        what = sentence("nobody on {lists} would get this issue", lists=", ".join(audience.lists))
        yield Finding("list-empty", Level.WARNING, what, sentence("`newsletter lists` counts the readers"))


def before_sending(workspace: Workspace, path: Path, *, leaves: int, new_id: str) -> list[Sentence]:
    """What is said once more when an issue is about to leave: its dates on that day, and that there are errors.

    leaves: when it would, milliseconds since 1970.
    """
    loaded = load_issue(workspace, path)
    found = findings(workspace, loaded, compose(loaded, workspace), now=leaves, new_id=new_id)
    said = [
        sentence("{path}, line {line}: {what}", path=one.path, line=one.line, what=one.finding.what)
        for one in found
        if one.finding.code in DATES
    ]
    if any(one.level is Level.ERROR for one in found):
        said.append(
            sentence("the control sheet has errors (newsletter check {issue})", issue=path.parent.name)
        )
    return said


def findings(
    workspace: Workspace, loaded: LoadedIssue, composition: Composition, *, now: int, new_id: str
) -> list[Placed]:
    """What the quick checks find without looking at any reader, in the order of the file. Raises NewsletterError."""
    return _found(workspace, loaded, composition, now=now, new_id=new_id, slow=False)


def _found(
    workspace: Workspace,
    loaded: LoadedIssue,
    composition: Composition,
    *,
    now: int,
    new_id: str,
    slow: bool,
    browser: bool = False,
) -> list[Placed]:
    places = Places(loaded.document)
    seen = _subject(workspace, loaded, composition, now=now, new_id=new_id)
    found = [*all_checks.findings(seen, slow=slow), *(in_browser(seen) if browser else ())]
    return sorted(map(places.placed, found), key=_in_file)


def _in_file(placed: Placed) -> tuple[int, int]:
    return placed.line, placed.column


def _subject(
    workspace: Workspace, loaded: LoadedIssue, composition: Composition, *, now: int, new_id: str
) -> Subject:
    edition = composition.edition
    seen = specimen(edition, workspace, reader=sample_subscriber(edition.language), now=now, new_id=new_id)
    return Subject(
        loaded=loaded,
        workspace=workspace,
        composition=composition,
        html=seen.html,
        text=seen.text,
        message=seen.wire,
        today=datetime.fromtimestamp(now / 1000, UTC).astimezone(workspace.zone).date(),
    )
