"""The tables of the ledger, one schema for SQLite and PostgreSQL. All times are milliseconds since 1970, UTC.

lists ──< subscriptions >── subscribers >── organisations     departures, suppressions: by fingerprint
issues ──< campaigns ──< batches ──< deliveries ──< attempts  editions: what messages are built from
                          (counts)    │ >── runs              events: appended, never overwritten
domain_pauses: per campaign, what a domain's replies led to     pace_uses: what left by which route, for its limits
consent_events: what readers said, by fingerprint               confirmations: asked for, and not confirmed yet
segments: named expressions                                     inbox_places ──< inbox_mails: what was read
bounces: what came back as mail about a delivery
approvals, review_comments: what reviewers said of an edition before it leaves
links ──< link_counts, open_counts: how often by day, of nobody in particular     trackers ──< measured_clicks,
measured_opens: of readers who agreed          last_opens: a day for each reader, overwritten
"""

from newsletter_mailer.store.schema.base import HEAD, meta, metadata
from newsletter_mailer.store.schema.letters import (
    approvals,
    editions,
    issues,
    links,
    review_comments,
    tests,
)
from newsletter_mailer.store.schema.measuring import (
    last_opens,
    link_counts,
    measured_clicks,
    measured_opens,
    open_counts,
    trackers,
)
from newsletter_mailer.store.schema.people import (
    confirmations,
    consent_events,
    departures,
    inbox_mails,
    inbox_places,
    lists,
    organisations,
    segments,
    subscribers,
    subscriptions,
    suppressions,
)
from newsletter_mailer.store.schema.sending import (
    attempts,
    batches,
    bounces,
    campaigns,
    deliveries,
    domain_pauses,
    events,
    pace_uses,
    runs,
)

__all__ = [
    "HEAD",
    "approvals",
    "attempts",
    "batches",
    "bounces",
    "campaigns",
    "confirmations",
    "consent_events",
    "deliveries",
    "departures",
    "domain_pauses",
    "editions",
    "events",
    "inbox_mails",
    "inbox_places",
    "issues",
    "last_opens",
    "link_counts",
    "links",
    "lists",
    "measured_clicks",
    "measured_opens",
    "meta",
    "metadata",
    "open_counts",
    "organisations",
    "pace_uses",
    "review_comments",
    "runs",
    "segments",
    "subscribers",
    "subscriptions",
    "suppressions",
    "tests",
    "trackers",
]
