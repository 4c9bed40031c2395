"""A dispatch is proposed, then planned: nothing leaves here, and nobody is planned unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter_mailer.checks.links import answers_with
from newsletter_mailer.compose.load import find_issue, load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import FileProblems, NotConfirmed, StalePlan, UsageError
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.message.letterhead import letterhead, message_template, sender_domain
from newsletter_mailer.message.slots import Filler, Reader
from newsletter_mailer.message.specimen import no_mail
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.campaign import Campaign, Elsewhere, HeadCount
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.store import audience, campaigns
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret
from newsletter_mailer.wording import Sentence, sentence

__all__ = ["Audience", "Proposal", "changed_since", "check_number", "plan", "propose", "unfinished"]

_SUBJECTS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a dispatch would do, to be looked at before anything is written."""

    edition: Edition
    audience: Audience
    head_count: HeadCount
    elsewhere: tuple[Elsewhere, ...]  #: who does not have the issue, and stands in another campaign of it
    languages: dict[str, int]  #: readers by language; "" = none known
    subjects: tuple[str, ...]  #: as the first readers would see them
    web_base: str
    warnings: tuple[Sentence, ...]


def unfinished(database: Database, workspace: Workspace, issue: str, audience_: Audience) -> Campaign | None:
    """The campaign of the same issue and audience that still has something to send."""
    loaded = load_issue(workspace, find_issue(workspace, issue))
    with database.reading() as connection:
        return campaigns.unfinished(connection, issue_id=loaded.issue.id, audience=audience_)


def changed_since(workspace: Workspace, campaign: Campaign) -> bool:
    """Whether the issue would look different now. A campaign goes on with the edition that it was planned with."""
    try:
        loaded = load_issue(workspace, find_issue(workspace, campaign.slug))
        edition = compose(loaded, workspace).edition
    except FileProblems:
        return True  # it could be composed once
    except UsageError:
        return False  # the folder was moved or deleted: nobody edits it
    return edition.issue_id == campaign.issue_id and campaigns.edition_hash(edition) != campaign.edition


def propose(database: Database, workspace: Workspace, issue: str, audience_: Audience) -> Proposal:
    """Compose the issue and count its readers. Raises IssueError, and UsageError for a list that is not there."""
    edition = compose(load_issue(workspace, find_issue(workspace, issue)), workspace).edition
    web_base, warnings = _web_base(workspace, database)
    with database.reading() as connection:
        for slug in (*audience_.lists, *audience_.exclude):
            if audience.find_list(connection, slug) is None:
                raise _no_list(slug, [found.slug for found in audience.lists(connection)])
        head_count = campaigns.head_count(connection, audience_, issue_id=edition.issue_id, mailable=mailable)
        elsewhere = (
            campaigns.elsewhere(connection, audience_, issue_id=edition.issue_id)
            if head_count.elsewhere
            else []
        )
        languages = campaigns.summary_by_language(
            connection, audience_, issue_id=edition.issue_id, mailable=mailable
        )
        first = campaigns.first_readers(
            connection, audience_, issue_id=edition.issue_id, limit=_SUBJECTS_SHOWN, mailable=mailable
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
    return Proposal(
        edition, audience_, head_count, tuple(elsewhere), languages, subjects, web_base, tuple(warnings)
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
    return tuple(subjects), unfit


def _web_base(workspace: Workspace, database: Database) -> tuple[str, list[Sentence]]:
    url = workspace.settings.public_url
    if not url:
        return "", []
    if answers_with(url, database.ledger_id):
        return url.rstrip("/"), []
    what = sentence(
        "{url} does not answer for this ledger: the mails carry no https links, readers leave by mail",
        url=url,
    )
    return "", [what]


def check_number(proposal_total: int, typed: int | None) -> None:
    """Raise NotConfirmed unless the number of recipients was typed, exactly."""
    if typed is None:
        raise NotConfirmed(
            sentence("nothing was sent: the number of recipients was not confirmed"),
            sentence("type it when asked, or give --yes --expect {total}", total=proposal_total),
        )
    if typed != proposal_total:
        raise NotConfirmed(
            sentence(
                "nothing was sent: {typed} was confirmed, but there are {total} recipients",
                typed=typed,
                total=proposal_total,
            )
        )


def plan(
    database: Database, workspace: Workspace, proposal: Proposal, *, secret: Secret, now: int
) -> Campaign:
    """Write the campaign in one transaction: its edition and one row per reader.

    Raises StalePlan, and writes nothing, when the audience is no longer what was proposed.
    """
    on = letterhead(workspace, proposal.audience.lists[0], web_base=proposal.web_base)
    with database.transaction() as connection:
        fresh = campaigns.head_count(
            connection, proposal.audience, issue_id=proposal.edition.issue_id, mailable=mailable
        )
        if fresh != proposal.head_count:
            raise StalePlan(
                sentence(
                    "the audience changed: {before} recipients were shown, now there are {after}",
                    before=proposal.head_count.total,
                    after=fresh.total,
                ),
                sentence("start again and look at the new head count"),
            )
        return campaigns.plan(
            connection,
            proposal.edition,
            proposal.audience,
            now=now,
            secret=secret,
            ledger_id=database.ledger_id,
            message_domain=sender_domain(workspace),
            mailable=mailable,
            list_name=on.list_name,
            unsubscribe_mailbox=on.unsubscribe_mailbox,
            web_base=on.web_base,
        )
