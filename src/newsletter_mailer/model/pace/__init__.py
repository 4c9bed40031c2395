"""How fast mails may leave: a provider's limits, what was used of them, and when the last one goes.

Every limit is a sliding window: in no stretch of that length more leave than it says. Limits per minute and per
hour are also spread evenly, for bursts look like spam; those of a day are not. Everything counts recipients.
"""

from newsletter_mailer.model.pace.finish import finish_at
from newsletter_mailer.model.pace.limits import (
    DAY_MS,
    LATE_MS,
    LONGEST_MS,
    Limit,
    Profile,
    Use,
    WarmUp,
    limit_of,
)
from newsletter_mailer.model.pace.windows import NO_LIMIT, Meter, Window

__all__ = [
    "DAY_MS",
    "LATE_MS",
    "LONGEST_MS",
    "NO_LIMIT",
    "Limit",
    "Meter",
    "Profile",
    "Use",
    "WarmUp",
    "Window",
    "finish_at",
    "limit_of",
]
