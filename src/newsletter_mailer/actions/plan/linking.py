"""Where the links of a planned edition lead: a followed link may lead to one of these, and nowhere else."""

from __future__ import annotations

from newsletter_mailer.message.following import links_of
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.model.measuring import DECOY, Link
from newsletter_mailer.store import links
from newsletter_mailer.store.database import Connection
from newsletter_mailer.store.editions import edition_hash

_DECOY = Link(DECOY, "", "")


def keep_links(connection: Connection, campaign: Campaign, edition: Edition) -> None:
    """Write them down, where the campaign counts or measures them."""
    wanted = campaign.measuring
    if wanted.clicks or wanted.measured:
        found = links_of(edition)
        links.keep(connection, edition_hash(edition), (*found, _DECOY) if wanted.measured else found)
