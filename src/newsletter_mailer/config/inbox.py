"""What newsletter.yaml may say of the mailbox to which readers answer."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from newsletter_mailer.config.kinds import LOOPBACK, Address, Plain, Port, Section, Security, without_password
from newsletter_mailer.config.oauth import OAuthSettings


class InboxSettings(Section):
    """Where returned mail and mailed unsubscribes arrive."""

    address: Address | None = None
    """Without it they go to the sender's own address."""
    maildir: Plain = ""
    """The folder of that mailbox on this machine, in place of a server; it holds `new` and `cur`."""
    mbox: Plain = ""
    """The file of that mailbox on this machine, as Thunderbird keeps it, in place of a server."""
    host: Plain = ""
    """The server (IMAP) that has the mailbox. The password stands elsewhere: environment or `password_file`."""
    port: Port = 993
    security: Security = "tls"
    """tls: from the first byte (993); starttls: 143; none: only on this machine."""
    username: Plain = ""
    password_file: Plain = ""
    """A file that only you can read (mode 0600), holding the password alone."""
    oauth: OAuthSettings | None = None
    """A login by OAuth instead of a password; `newsletter secret set oauth --inbox` asks for the permission."""
    folder: Annotated[Plain, StringConstraints(min_length=1)] = "INBOX"
    after: Annotated[Plain, StringConstraints(min_length=1)] = "keep"
    """keep: no mail is touched; delete, or the name of a folder: mails that had an effect go there, after it."""
    ca_file: Plain = ""
    """Certificates of a private authority; the system's are used without it."""
    every_minutes: Annotated[int, Field(ge=0, le=1440)] = 15
    """How often `newsletter worker` reads it; 0: only before mails leave."""

    @model_validator(mode="before")
    @classmethod
    def _no_inline_password(cls, value: Any) -> Any:
        return without_password(value)

    @model_validator(mode="after")
    def _one_place(self) -> InboxSettings:
        if sum(map(bool, (self.maildir, self.mbox, self.host))) > 1:
            raise PydanticCustomError("two_inboxes", "more than one mailbox")
        if self.after != "keep" and (self.mbox or self.after in (self.folder, "INBOX")):
            raise PydanticCustomError("inbox_after", "mails cannot go there")
        if self.host and not self.username:
            raise PydanticCustomError("inbox_username", "no user name for the mailbox")
        if self.host and self.security == "none" and self.host not in LOOPBACK:
            raise PydanticCustomError("clear_text", "no encryption beyond this machine")
        return self
