"""Campaigns: an edition is planned for an audience, and every delivery is accounted for."""

from __future__ import annotations

from newsletter_mailer.store.campaign_rows import Audience, begin, campaign, campaigns, set_state, unfinished
from newsletter_mailer.store.editions import edition, edition_hash, keep_edition, record_test, was_tested
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
    "edition",
    "edition_hash",
    "elsewhere",
    "first_readers",
    "head_count",
    "keep_edition",
    "log",
    "plan",
    "record_test",
    "set_state",
    "summary_by_language",
    "unfinished",
    "was_tested",
]
