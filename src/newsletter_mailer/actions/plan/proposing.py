"""What a dispatch would do: the issue composed, its readers counted, and what speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from newsletter_mailer.actions.plan.choosing import check_segment
from newsletter_mailer.checks.links import answers_with
from newsletter_mailer.compose.load import find_issue, load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.message.letterhead import letterhead, message_template, sender_domain, signer
from newsletter_mailer.message.slots import Filler, Reader
from newsletter_mailer.message.specimen import no_mail
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.campaign import Elsewhere, HeadCount
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.store import audience, campaigns
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import Sentence, sentence

_SUBJECTS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a campaign is to leave, as the officer asked for it."""

    canary: int = 0  #: so many readers first, alone
    at: int | None = None  #: not before: milliseconds since 1970, UTC
    rate: int | None = None  #: recipients an hour; None as the provider's profile says
    erratum: bool = False  #: only to those who were sent the issue in another edition


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a dispatch would do, to be looked at before anything is written."""

    edition: Edition
    audience: Audience
    wishes: Wishes
    erratum: int  #: its number, 0 for the issue itself
    expires_at: int | None  #: nothing leaves from then on
    head_count: HeadCount
    elsewhere: tuple[Elsewhere, ...]  #: who does not have the issue, and stands in another campaign of it
    languages: dict[str, int]  #: readers by language; "" = none known
    subjects: tuple[str, ...]  #: as the first readers would see them
    web_base: str
    warnings: tuple[Sentence, ...]


class _Aim(TypedDict):
    issue_id: str
    erratum: int
    edition: str


def propose(
    database: Database,
    workspace: Workspace,
    issue: str,
    audience_: Audience,
    wishes: Wishes = NO_WISHES,
    *,
    answers: Callable[[str, str], bool] = answers_with,
) -> Proposal:
    """Compose the issue and count its readers.

    Raises IssueError, and UsageError for a list that is not there or a segment whose expression makes no sense any more.

    answers: whether the pages at an address are those of a ledger; asked of `public_url`.
    """
    loaded = load_issue(workspace, find_issue(workspace, issue))
    edition = compose(loaded, workspace).edition
    web_base, warnings = _web_base(workspace, database, answers)
    with database.reading() as connection:
        for slug in (*audience_.lists, *audience_.exclude):
            if audience.find_list(connection, slug) is None:
                raise _no_list(slug, [found.slug for found in audience.lists(connection)])
        check_segment(connection, workspace, audience_)
        number = campaigns.next_erratum(connection, edition.issue_id) if wishes.erratum else 0
        aim: _Aim = {
            "issue_id": edition.issue_id,
            "erratum": number,
            "edition": campaigns.edition_hash(edition),
        }
        head_count = campaigns.head_count(connection, audience_, mailable=mailable, **aim)
        elsewhere = campaigns.elsewhere(connection, audience_, **aim) if head_count.elsewhere else []
        languages = campaigns.summary_by_language(connection, audience_, mailable=mailable, **aim)
        first = campaigns.first_readers(
            connection, audience_, limit=_SUBJECTS_SHOWN, mailable=mailable, **aim
        )
        reached_by = audience.find_list(connection, audience_.lists[0])
        if not campaigns.was_tested(connection, campaigns.edition_hash(edition)):
            warnings.append(
                sentence("this edition was never sent as a test (newsletter test {issue})", issue=issue)
            )
    message_template(
        edition, letterhead(workspace, audience_.lists[0], web_base=web_base)
    )  # or it says why not
    subjects, unfit = _subjects(edition, first, reached_by.name if reached_by else "")
    warnings += unfit
    if (dkim := signer(workspace)) is not None:  # a key that is not there is told before anybody is asked
        warnings += dkim.warnings(sender_domain(workspace))
    return Proposal(
        edition,
        audience_,
        wishes,
        number,
        loaded.issue.expires_at(workspace.zone),
        head_count,
        tuple(elsewhere),
        languages,
        subjects,
        web_base,
        tuple(warnings),
    )


def _no_list(slug: str, known: Sequence[str]) -> UsageError:
    return UsageError(
        sentence("there is no list “{slug}”", slug=slug),
        sentence("the lists are: {known}", known=", ".join(known))
        if known
        else sentence("make one with: newsletter subscribers import people.csv --list {slug}", slug=slug),
    )


def _subjects(
    edition: Edition, readers: Sequence[Subscriber], list_name: str
) -> tuple[tuple[str, ...], list[Sentence]]:
    """The subject as each sees it, and why somebody sees none: a dispatch will refuse that reader alone."""
    filler, subjects, unfit = Filler(edition), [], []
    for reader in readers:
        try:
            subjects.append(filler.subject(Reader(reader, list_name=list_name)))
        except ValueError as error:
            unfit.append(no_mail(reader.address, error))
    return tuple(dict.fromkeys(subjects)), unfit


def _web_base(
    workspace: Workspace, database: Database, answers: Callable[[str, str], bool]
) -> tuple[str, list[Sentence]]:
    url = workspace.settings.public_url
    if not url:
        return "", []
    if answers(url, database.ledger_id):
        return url.rstrip("/"), []
    what = sentence(
        "{url} does not answer for this ledger: the mails carry no https links, readers leave by mail",
        url=url,
    )
    return "", [what]
