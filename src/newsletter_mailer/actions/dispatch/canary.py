"""The first few readers go ahead; the rest follow when they fared well."""

from __future__ import annotations

from newsletter_mailer.actions.dispatch.tools import Tools
from newsletter_mailer.model.bounce import BounceClass
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.outcome import ReplyClass
from newsletter_mailer.store import campaigns
from newsletter_mailer.store.canary import CanaryNews, canary_news
from newsletter_mailer.wording import Sentence, sentence

_MOST_HARD = 0.05  # of the canary: more, and the list is not what it is taken for
_VERDICTS_ON_US = (ReplyClass.POLICY, ReplyClass.STOP_SENDER, ReplyClass.STOP_MESSAGE)


def rest_may_go_at(tools: Tools, campaign: Campaign) -> int | Sentence | None:
    """When the rest may follow (now, if that is past), why they may not, or None while the canary is on its way.

    What came back is read first, when the wait begins and when it ends.
    """
    if _news(tools, campaign).to_go:
        return None
    tools.read_inbox()
    news = _news(tools, campaign)
    return _objection(news, campaign) or news.settled_at + campaign.canary_wait


def _news(tools: Tools, campaign: Campaign) -> CanaryNews:
    with tools.database.reading() as connection:
        return canary_news(connection, campaign.id)


def let_go(tools: Tools, campaign: Campaign) -> None:
    """The rest follows."""
    with tools.database.transaction() as connection:
        campaigns.end_canary(connection, campaign.id, now=tools.clock())


def _objection(news: CanaryNews, campaign: Campaign) -> Sentence | None:
    hard = news.kinds[ReplyClass.HARD.value] + news.returned[BounceClass.HARD]
    if hard > campaign.canary * _MOST_HARD:
        return sentence(
            "of the first {count} readers {hard} do not exist: is this the right list?",
            count=campaign.canary,
            hard=hard,
        )
    if news.returned[BounceClass.POLICY] or any(news.kinds[kind.value] for kind in _VERDICTS_ON_US):
        return sentence("the first {count} readers met a refusal that is about us", count=campaign.canary)
    return None
