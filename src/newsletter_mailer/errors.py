"""Everything that can go wrong and that a person can mend: where, what, how.

NewsletterError            exit code
├── FileProblems           1         several problems of one file, each with line and column
│   ├── IssueError         3         … of an issue
│   └── ConfigError        1         … of newsletter.yaml or the environment
├── UsageError             2         a command cannot mean what was typed
├── StalePlan              3         the audience changed between the question and the answer
├── SecretError            4         var/secret is missing or belongs to another ledger
├── LoginRefused           4         the mail server does not know us
├── NotConfirmed           6         the number of recipients was not typed, or differs
├── Busy                   75        another sender is at work on this ledger
└── Stopped                75        stopped for now; the same command continues
    ├── Held               75        the officer must say yes first
    ├── ServerUnreachable  75        no connection, no TLS, or the server says no to everyone
    └── InboxUnreadable    75        the mailbox to which readers answer cannot be read
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass

from newsletter_mailer.wording import Sentence, sentence

NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
NO_ROOM = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
)  # the same call succeeds when that is mended
_REASONS = {
    errno.EACCES: sentence("there is no right to do that"),
    errno.EPERM: sentence("there is no right to do that"),
    errno.EROFS: sentence("this disk can only be read"),
    errno.ENOSPC: sentence("the disk is full"),
    errno.EDQUOT: sentence("your share of the disk is used up"),
    errno.EFBIG: sentence("a file may not grow any further there"),
    errno.ENOENT: sentence("there is no such file or folder"),
    errno.ENOTDIR: sentence("a file stands where a folder should be"),
    errno.EISDIR: sentence("it is a folder"),
    errno.EEXIST: sentence("it exists already"),
    errno.ENAMETOOLONG: sentence("the name is too long"),
    errno.EIO: sentence("the disk reports an error"),
    errno.EADDRINUSE: sentence("another program has that address already"),
    errno.ECONNREFUSED: sentence("nobody answers there"),
    errno.ECONNRESET: sentence("the line was cut at the other end"),
    errno.ETIMEDOUT: sentence("no answer in time"),
    errno.EHOSTUNREACH: sentence("there is no way to that computer"),
    errno.ENETUNREACH: sentence("there is no way to that network"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a file. `line` and `column` count from 1; line 0 means the file as a whole."""

    path: str  #: relative to the workspace where possible
    line: int
    column: int
    what: Sentence
    hint: Sentence | None = None
    field: str = ""  #: dotted path of the value, e.g. "blocks.2.title"; by it the composer finds the field

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        return f"{place}: {self.what} ({self.hint})" if self.hint else f"{place}: {self.what}"


def system_reason(error: OSError) -> Sentence:
    """Why the system refused, in the words of the person it is told to; rare reasons in the system's own."""
    known = _REASONS.get(error.errno or 0)
    return known or Sentence("{words}", {"words": error.strerror or error})


class NewsletterError(Exception):
    """A failure with a sentence for the person who can mend it."""

    exit_code = 1

    def __init__(self, what: Sentence, hint: Sentence | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what} ({self.hint})" if self.hint else str(self.what)


class FileProblems(NewsletterError):
    """All the problems of a file at once, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.path, p.line, p.column)))
        super().__init__(self.problems[0].what, self.problems[0].hint)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class IssueError(FileProblems):
    """An issue that cannot be composed."""

    exit_code = 3


class ConfigError(FileProblems):
    """Settings that cannot be used."""


class UsageError(NewsletterError):
    """A command cannot mean what was typed."""

    exit_code = 2


class StalePlan(NewsletterError):
    """The audience is no longer what was shown."""

    exit_code = 3


class NotApproved(NewsletterError):
    """`approval: required`, and nobody said yes to this very edition."""

    exit_code = 3


class SecretError(NewsletterError):
    """`var/secret` is missing, unreadable by us alone, or belongs to another ledger."""

    exit_code = 4


class LoginRefused(NewsletterError):
    """The mail server refuses our user name or password: nobody can be reached, so the run stops."""

    exit_code = 4


class NotConfirmed(NewsletterError):
    """Nobody typed the number of recipients, or another number was typed."""

    exit_code = 6


class Busy(NewsletterError):
    """Another sender holds this ledger's lock."""

    exit_code = 75


class Stopped(NewsletterError):
    """Stopped for now, and the same command continues."""

    exit_code = 75

    def __init__(
        self, what: Sentence, hint: Sentence | None = None, *, until: int | None = None, asks: bool = False
    ) -> None:
        super().__init__(what, hint)
        self.until = until  #: when the rest is due, if that is why: milliseconds since 1970, UTC
        self.asks = asks  #: somebody should look before more leaves: another try would do harm


class Held(Stopped):
    """Something speaks against sending: nothing more leaves until the officer says yes."""


class ServerUnreachable(Stopped):
    """No connection, no verified TLS, or a server that refuses every mail."""


class InboxUnreadable(Stopped):
    """The mailbox to which readers answer cannot be read: who asked to leave is not known."""
