"""An issue: what the author wrote in one `issue.yaml`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from newsletter_mailer.model.blocks import AnyBlock, Footer, Part
from newsletter_mailer.model.text import Text

IssueId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{5,63}$")]


class Issue(Part):
    """The head and the blocks of a newsletter, in reading order."""

    id: IssueId
    """Written by `newsletter new` and never changed: by it the ledger knows who has this issue already."""
    title: Text
    """Of the page and the archive, not shown in the mail."""
    subject: Text
    preheader: Text | None = None
    """The line that inboxes show after the subject: 40 to 90 characters."""
    date: dt.date
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "fr"
    blocks: Annotated[tuple[AnyBlock, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ends_with_one_footer(self) -> Issue:
        feet = [n for n, block in enumerate(self.blocks) if isinstance(block, Footer)]
        if feet != [len(self.blocks) - 1]:
            raise PydanticCustomError("footer", "an issue ends with one footer")
        if self.blocks[-1].when is not None:
            raise PydanticCustomError("footer_when", "every reader gets the footer")
        return self
