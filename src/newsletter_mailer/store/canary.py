"""How the first few readers of a campaign fared, who go ahead of the rest: batch 0."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from newsletter_mailer.model.bounce import BounceClass
from newsletter_mailer.store import returned
from newsletter_mailer.store.campaign_rows import canary_counts
from newsletter_mailer.store.schema import attempts, deliveries


@dataclass(frozen=True, slots=True)
class CanaryNews:
    """What became of the canary so far."""

    to_go: int  #: queued or on the wire
    settled_at: int  #: when the last of them was: milliseconds since 1970, UTC
    kinds: Counter[str]  #: attempts by the class of their reply; "" = no reply
    returned: Counter[BounceClass]  #: mails that the server took and that came back


def canary_news(c: Connection, campaign_id: int) -> CanaryNews:
    """How the canary fared, by the replies of the mail server and by what came back."""
    d, a = deliveries.c, attempts.c
    counts = canary_counts(c, campaign_id)
    mine = (d.campaign_id == campaign_id, d.batch == 0)
    settled_at = c.scalar(select(func.max(d.updated_at)).where(*mine))
    by_kind = select(a.kind, func.count()).join_from(deliveries, attempts, a.delivery_id == d.id)
    kinds = Counter({row[0]: row[1] for row in c.execute(by_kind.where(*mine).group_by(a.kind))})
    back = returned.ahead(c, campaign_id)
    return CanaryNews(counts.queued + counts.sending, settled_at or 0, kinds, back)
