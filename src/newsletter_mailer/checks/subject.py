"""What the checks look at: an issue in all its states, from the author's file to a mail for one reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsletter_mailer.compose.load import LoadedIssue
from newsletter_mailer.compose.pipeline import Composition
from newsletter_mailer.config import Workspace
from newsletter_mailer.model.finding import Finding


@dataclass(frozen=True, slots=True)
class Subject:
    """An issue that loads and composes. The mail is the one of a sample reader whose fields are all filled."""

    loaded: LoadedIssue
    workspace: Workspace
    composition: Composition
    html: str  #: as it is mailed, decoded
    text: str  #: the plain-text part, decoded
    message: bytes  #: the whole mail as it goes over the wire, before dot-stuffing
    today: dt.date  #: in the workspace's time zone


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked at."""

    codes: tuple[str, ...]  #: of everything it can find
    look: Callable[[Subject], Iterator[Finding]]
    slow: bool = False  #: takes about a second: not for a panel that follows the typing
