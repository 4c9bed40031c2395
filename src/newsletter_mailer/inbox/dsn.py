"""Delivery status notifications (RFC 3464): what a mail system says of each recipient, in fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter_mailer.inbox.parts import Fields, fields_of, first
from newsletter_mailer.inbox.words import status_in

MOST_RECIPIENTS = 50  #: of one mail
DELIVERED = frozenset({"delivered", "relayed", "expanded", "deliverable"})
_STARTS = (
    "final-recipient",
    "original-recipient",
    "action",
    "status",
    "diagnostic-code",
    "x-actual-recipient",
)


@dataclass(frozen=True, slots=True)
class Group:
    """What a report says of one recipient."""

    address: str
    action: str  #: failed, delayed, delivered, relayed, expanded, or "" where it does not say
    status: str
    diagnostic: str  #: the server's words

    @property
    def delayed(self) -> bool:
        """Whether it says that somebody still tries."""
        return self.action == "delayed"

    @property
    def delivered(self) -> bool:
        """Whether it says that the mail arrived."""
        return self.action in DELIVERED or (not self.action and self.status.startswith("2."))


def groups(report: str) -> Iterator[Group]:
    """The recipients of a report, of text with \\n as line ends. Reports without blank lines are read as well."""
    count = 0
    for block in _blocks(report):
        fields = fields_of(block)
        if count >= MOST_RECIPIENTS:
            return
        if (group := _group(fields)) is not None:
            count += 1
            yield group


def _blocks(report: str) -> Iterator[str]:
    """Blocks of lines in which no recipient and no action comes twice."""
    block: list[str] = []
    names: set[str] = set()
    for line in report.split("\n"):
        name = line.partition(":")[0].strip().lower() if line[:1] not in (" ", "\t") else ""
        if not line.strip() or (name in _STARTS and name in names):
            yield "\n".join(block)
            block, names = [], set()
        if line.strip():
            block.append(line)
            names.add(name)
    yield "\n".join(block)


def _group(fields: Fields) -> Group | None:
    final = _address(first(fields, "final-recipient"))
    original = _address(first(fields, "original-recipient"))
    if not (final or original or ("action" in fields and "status" in fields)):
        return None
    words = first(fields, "action").lower().split()
    diagnostic = first(fields, "diagnostic-code")
    kind, semicolon, said = diagnostic.partition(";")
    status = first(fields, "status")
    return Group(
        address=original if "@" in original else final,
        action=words[0].strip(";,.()") if words else "",
        status=status_in(status),
        diagnostic=" ".join(
            piece
            for piece in (said.strip() if semicolon and len(kind) < 20 else diagnostic, _comment(status))
            if piece
        ),
    )


def _address(value: str) -> str:
    """The address of a field such as "rfc822; ann@example.org"."""
    said = value.rpartition(";")[2].strip()
    inside = said.partition("<")[2].partition(">")[0] or said
    return inside.strip().strip("<>").removeprefix("mailto:").partition(" ")[0]


def _comment(status: str) -> str:
    """What some systems write behind the code: "5.1.1 (unknown user)"."""
    return status.partition("(")[2].rpartition(")")[0]
