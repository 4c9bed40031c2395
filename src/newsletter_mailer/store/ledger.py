"""What happens to deliveries: nobody lost, nobody doubled.

    claim      queued or due -> sending         committed before anything is sent
    settle     sending -> sent, deferred, refused, in doubt, queued
    release    sending -> queued                surely nothing was handed over
    recover    the same, for a run that died, from its journal
    cancel, retry_refused, resolve              by the officer

1. A delivery is `sending` from the commit of its claim until its outcome is committed; a run sends nothing else.
2. An outcome counts only for the run and the number of the attempt that the row bears: a late word changes nothing.
3. A dot is journalled before it is written, a reply before it is settled.
4. What may have left and has no reply is in doubt: shown, never sent again unless the officer says so.
5. Every status changes in `steps.py`, by the table of `model/delivery.py`, together with the counters of its batch.
"""

from __future__ import annotations

from newsletter_mailer.store.candidates import next_due
from newsletter_mailer.store.claims import MOST, Claimed, claim
from newsletter_mailer.store.log import unresolved
from newsletter_mailer.store.officer import cancel, resolve, retry_refused
from newsletter_mailer.store.recovery import Recovery, recover
from newsletter_mailer.store.runs import end_run, heartbeat, register_run
from newsletter_mailer.store.settling import Settlement, release, settle

__all__ = [
    "MOST",
    "Claimed",
    "Recovery",
    "Settlement",
    "cancel",
    "claim",
    "end_run",
    "heartbeat",
    "next_due",
    "recover",
    "register_run",
    "release",
    "resolve",
    "retry_refused",
    "settle",
    "unresolved",
]
