"""What a worker says: on the terminal, and to the officer by mail."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from newsletter_mailer.actions.dispatch import Tools
from newsletter_mailer.actions.inbox import Fetched
from newsletter_mailer.actions.notify import notify
from newsletter_mailer.errors import (
    ConfigError,
    LoginRefused,
    NewsletterError,
    SecretError,
    ServerUnreachable,
)
from newsletter_mailer.model.campaign import Campaign, CampaignState
from newsletter_mailer.model.faults import remedy
from newsletter_mailer.scenarios import notices
from newsletter_mailer.store import campaigns, told
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import in_language

_ENDS = (CampaignState.FINISHED, CampaignState.HELD, CampaignState.CANCELLED)
NO_ACCOUNT = (ConfigError, LoginRefused, SecretError, ServerUnreachable)
"""With these no mail leaves, of whatever campaign, nor one to the officer."""


class Screen(Protocol):
    """Where a worker's own words appear."""

    def begins(self, campaign: Campaign) -> None:
        """It leaves now, or goes on."""

    def waits(self, campaign: Campaign, until: int) -> None:
        """Nothing of it leaves before."""

    def stops(self, campaign: Campaign, error: NewsletterError, until: int) -> None:
        """An error stopped it; it is tried again then."""

    def ends(self, campaign: Campaign) -> None:
        """It is finished, or held."""

    def unsent(self, address: str, error: NewsletterError) -> None:
        """The officer could not be told by mail."""

    def trouble(self, error: NewsletterError) -> None:
        """The ledger cannot be used now."""

    def came(self, done: Fetched) -> None:
        """What the new mails of the inbox came to."""


class Teller:
    """Tells everything once: on the screen for each start of a worker, by mail for each ledger."""

    def __init__(
        self,
        database: Database,
        screen: Screen,
        tools: Callable[[], Tools],
        *,
        zone: ZoneInfo,
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        """tools: with what a mail is sent, and to whom; asked for when there is one to send."""
        self._database = database
        self._screen = screen
        self._tools = tools
        self._zone = zone
        self._new_id = new_id
        self._said: dict[int, str] = {}  # the last word about each campaign on the screen
        self._trouble = ""
        self._faults: set[tuple[str, str]] = set()  # that were mailed: house and remedy

    def time(self, at: int) -> str:
        """A moment (milliseconds since 1970, UTC) as the officer's clock shows it."""
        return f"{datetime.fromtimestamp(at / 1000, self._zone):%Y-%m-%d %H:%M}"

    def begins(self, campaign: Campaign) -> None:
        """It leaves now, or goes on; another try after an error is not worth a word."""
        if campaign.state is not CampaignState.STOPPED:
            self._said.pop(campaign.id, None)
        if campaign.id not in self._said:
            self._screen.begins(campaign)

    def waits(self, campaign: Campaign, until: int) -> None:
        """Nothing of it leaves before."""
        self._screen.waits(campaign, until)

    def trouble(self, error: NewsletterError) -> None:
        """The ledger cannot be used now."""
        if str(error) != self._trouble:
            self._trouble = str(error)
            self._screen.trouble(error)

    def came(self, done: Fetched) -> None:
        """What is new in the inbox; by mail only what is held against us, each word of each house once."""
        self._screen.came(done)
        new = [one for one in done.faults if (one.domain, remedy(one)[1].template) not in self._faults]
        self._faults |= {(one.domain, remedy(one)[1].template) for one in new}
        if new:
            self._mail(lambda: (notices.subject_of_faults(), notices.of_faults(new)))

    def stops(self, campaign: Campaign, error: NewsletterError, until: int) -> None:
        """An error stopped it; it is tried again then. Another error is told again, the same one is not."""
        word = f"stopped {type(error).__name__}"
        if self._said.get(campaign.id) != word:
            self._said[campaign.id] = word
            self._screen.stops(campaign, error, until)
        with self._database.transaction() as connection:
            if told.told(connection).get(campaign.id) == word:
                return
            told.keep_told(connection, campaign.id, word)
            found = campaigns.campaign(connection, campaign.id) or campaign
        if not isinstance(error, NO_ACCOUNT):
            self._mail(
                lambda: (
                    notices.subject(found, CampaignState.STOPPED),
                    notices.of_stop(found, error, until, self._zone),
                )
            )

    def tell_ends(self) -> None:
        """Tell what is finished or held and was not told yet, also by a worker that died before it could."""
        self._trouble = ""
        with self._database.reading() as connection:
            words = told.told(connection)
            found = [campaigns.campaign(connection, number) for number in words]
        for campaign in found:
            if (
                campaign is not None
                and campaign.state in _ENDS
                and words[campaign.id] != campaign.state.value
            ):
                self._end(campaign)

    def _end(self, campaign: Campaign) -> None:
        with self._database.transaction() as connection:  # noted first, for rather no mail than two
            if campaign.state is CampaignState.HELD:
                told.keep_told(connection, campaign.id, campaign.state.value)
            else:
                told.forget_told(connection, campaign.id)
        if campaign.state is not CampaignState.CANCELLED:  # the officer's own doing
            self._screen.ends(campaign)
            self._mail(lambda: (notices.subject(campaign, campaign.state), notices.of_end(campaign)))

    def _mail(self, written: Callable[[], tuple[str, str]]) -> None:
        """To everyone who is to be told; nothing that goes wrong here stops a worker."""
        try:
            tools = self._tools()
        except NewsletterError as error:
            self._screen.unsent("", error)
            return
        settings = tools.workspace.settings
        with in_language(settings.language):
            subject, text = written()
        for to in settings.notify:
            try:
                new_id, now = self._new_id(), tools.clock()
                notify(tools.workspace, tools.account, to, subject, text, now=now, new_id=new_id)
            except NewsletterError as error:
                self._screen.unsent(to, error)
