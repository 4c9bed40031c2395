"""Campaigns: an edition is planned for an audience, and every delivery is accounted for."""

from __future__ import annotations

from newsletter_mailer.store.campaign_rows import (
    Audience,
    begin,
    campaign,
    campaigns,
    canary_counts,
    end_canary,
    going_on,
    hold,
    set_rate,
    set_state,
    try_again,
    unfinished,
)
from newsletter_mailer.store.corrections import correct, counts_by_edition, next_erratum
from newsletter_mailer.store.editions import (
    edition,
    edition_hash,
    edition_numbered,
    keep_edition,
    last_test,
    record_test,
    was_tested,
)
from newsletter_mailer.store.log import LogRow, log
from newsletter_mailer.store.planning import (
    elsewhere,
    first_readers,
    head_count,
    plan,
    summary_by_language,
)

__all__ = [
    "Audience",
    "LogRow",
    "begin",
    "campaign",
    "campaigns",
    "canary_counts",
    "correct",
    "counts_by_edition",
    "edition",
    "edition_hash",
    "edition_numbered",
    "elsewhere",
    "end_canary",
    "first_readers",
    "going_on",
    "head_count",
    "hold",
    "keep_edition",
    "last_test",
    "log",
    "next_erratum",
    "plan",
    "record_test",
    "set_rate",
    "set_state",
    "summary_by_language",
    "try_again",
    "unfinished",
    "was_tested",
]
