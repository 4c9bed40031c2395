"""An issue: what the author wrote in one `issue.yaml`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from newsletter_mailer.model.blocks import AnyBlock
from newsletter_mailer.model.part import Part
from newsletter_mailer.model.text import Day, FilePath, Line, Moment, Text

MOST_BLOCKS = 500  # a rich issue has forty
MOST_FILES = 10  # nobody opens more

IssueId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{5,63}$")]


class AttachedFile(Part):
    """A file that goes along with every mail."""

    file: FilePath
    """Beside issue.yaml, such as `files/programme.pdf`."""
    title: Text | None = None
    """What it is, e.g. "Le programme"; without it the name of the file is shown."""


class Issue(Part):
    """The head and the blocks of a newsletter, in reading order."""

    id: IssueId
    """Written by `newsletter new` and never changed: by it the ledger knows who has this issue already."""
    title: Line
    """Of the page and the archive, not shown in the mail."""
    subject: Line
    preheader: Line | None = None
    """The line that inboxes show after the subject: 40 to 90 characters."""
    date: Day
    expires: Moment | None = None
    """Last day on which it is worth reading, or the minute: nobody gets it after, however often a server asked to wait."""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "fr"
    attachments: Annotated[tuple[AttachedFile, ...], Field(max_length=MOST_FILES)] = ()
    """Files that go along: small ones, for a link costs nobody's mailbox anything."""
    blocks: Annotated[tuple[AnyBlock, ...], Field(min_length=1, max_length=MOST_BLOCKS)]

    @model_validator(mode="after")
    def _expires_after_its_date(self) -> Issue:
        if self.expires is not None and _day_of(self.expires) < self.date:
            raise PydanticCustomError("expires_before", "expires before its date")
        return self

    def expires_at(self, zone: dt.tzinfo) -> int | None:
        """From when on nobody gets it, in milliseconds since 1970, UTC: that minute, or the end of that day there."""
        if self.expires is None:
            return None
        last = self.expires
        if not isinstance(last, dt.datetime):
            last = dt.datetime.combine(last + dt.timedelta(days=1), dt.time())
        return round(last.replace(tzinfo=zone).timestamp() * 1000)

    @classmethod
    def faults(cls, written: Mapping[str, Any]) -> Iterable[PydanticCustomError]:
        """It ends with one footer, which every reader gets."""
        blocks = written.get("blocks")
        if not isinstance(blocks, list | tuple) or not blocks:
            return
        kinds = [
            block.get("type") if isinstance(block, Mapping) else getattr(block, "type", None)
            for block in blocks
        ]
        if kinds.count("footer") != 1 or kinds[-1] != "footer":
            yield PydanticCustomError("footer", "an issue ends with one footer")
        last = blocks[-1]
        if (
            kinds[-1] == "footer"
            and (last.get("when") if isinstance(last, Mapping) else last.when) is not None
        ):
            yield PydanticCustomError("footer_when", "every reader gets the footer")


def _day_of(moment: dt.date | dt.datetime) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment
