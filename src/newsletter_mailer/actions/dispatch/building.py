"""What leaves: the copy of one reader, built from a template that all readers of a list share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from newsletter_mailer.actions.dispatch.tools import Tools
from newsletter_mailer.message.letterhead import message_template, planned_letterhead, signer
from newsletter_mailer.message.mime import Copy, MessageTemplate
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.delivery import Delivery
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.model.measuring import Tracked
from newsletter_mailer.smtp.pool import Outgoing
from newsletter_mailer.store import campaigns
from newsletter_mailer.store.ledger import Claimed
from newsletter_mailer.tokens import signing, signing_short

Change = Callable[[Edition], Edition]


class Copies:
    """Builds the copies of a campaign."""

    def __init__(
        self,
        tools: Tools,
        campaign: Campaign,
        change: Change | None = None,
        trackers: Mapping[int, Tracked] | None = None,
    ) -> None:
        """change: what is done to each edition, once. trackers: by delivery, for copies that bear a token."""
        self._tools = tools
        self._campaign = campaign
        self._change = change
        self._trackers = {} if trackers is None else trackers
        # Chosen here, for the many campaigns that measure nothing: not one step more for each message
        self._copy_of = self._copy if trackers is None else self._tracked_copy
        self._signer = signer(tools.workspace)
        self._unsubscribe, self._preferences, self._view, self._withdraw = (
            signing(tools.secret, purpose) for purpose in ("unsubscribe", "preferences", "view", "withdraw")
        )
        self._return_mailbox = tools.workspace.settings.return_mailbox
        self._returns = signing_short(tools.secret, "bounce") if self._return_mailbox else None
        self._templates: dict[
            tuple[int, str], MessageTemplate
        ] = {}  # an edition for each list: its own List-Id
        self._seconds = (0, datetime.min.replace(tzinfo=UTC))

    def make_ready(self, edition: int, slug: str) -> None:
        """Raise NewsletterError when the head of these copies cannot be written."""
        self._template(edition, slug)

    def built(self, claimed: Claimed, now: int) -> Outgoing:
        """The copy of one reader, signed. Raises ValueError when it cannot be written for them."""
        delivery = claimed.delivery
        template = self._template(delivery.edition, claimed.list_slug)
        copy = self._copy_of(delivery, template.pages, now)
        envelope, data = template.build(claimed.subscriber, copy, claimed.list_name)
        if self._signer is not None:
            data = self._signer.sign(data, at=now // 1000, relaxed=template.relaxed) + data
        return Outgoing(
            delivery.id, delivery.attempt, envelope.mail_from, envelope.rcpt_to, data, template.clean
        )

    def _template(self, edition: int, slug: str) -> MessageTemplate:
        template = self._templates.get((edition, slug))
        if template is None:
            with self._tools.database.reading() as connection:
                found = campaigns.edition_numbered(connection, edition)
            on = planned_letterhead(self._campaign, slug, return_mailbox=self._return_mailbox)
            changed = self._change(found) if self._change else found
            template = self._templates[edition, slug] = message_template(changed, on)
        return template

    def _copy(self, delivery: Delivery, pages: frozenset[str], now: int) -> Copy:
        number = delivery.id
        return Copy(
            to=delivery.address,
            message_id=delivery.message_id,
            date=self._date(now),
            token=self._unsubscribe(number),
            preferences=self._preferences(number) if "preferences" in pages else "",
            view=self._view(number) if "view_in_browser" in pages else "",
            returns=self._returns(number) if self._returns else "",
        )

    def _tracked_copy(self, delivery: Delivery, pages: frozenset[str], now: int) -> Copy:
        token = self._trackers[delivery.id].token
        return self._copy(delivery, pages, now)._replace(tracker=token, withdraw=self._withdraw(delivery.id))

    def _date(self, now: int) -> datetime:
        second = now // 1000
        if self._seconds[0] != second:
            zone = self._tools.workspace.zone
            self._seconds = second, datetime.fromtimestamp(second, UTC).astimezone(zone)
        return self._seconds[1]
