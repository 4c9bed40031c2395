"""What a step of the history was, for whoever looks for the one to go back to."""

from __future__ import annotations

from newsletter_mailer.actions.drafts.history import Kind, Step
from newsletter_mailer.wording import Sentence, sentence

_KINDS = {
    Kind.OPENED: sentence("as the composer found it"),
    Kind.DISK: sentence("saved by another program"),
    Kind.RESTORED: sentence("an earlier state again"),
    Kind.MERGED: sentence("both versions brought together"),
    Kind.ASIDE: sentence("your version, when you took that of the file"),
}


def told(step: Step) -> Sentence:
    """The step in words."""
    if step.kind is not Kind.EDITED:
        return _KINDS[step.kind]
    where, _, name = step.field.rpartition(".")
    number = _block(step.field)
    if not step.field:
        return sentence("several changes")
    if name.isdigit():
        return _of_entry(step.did, where, int(name) + 1)
    if number:
        return sentence("“{name}” in block {number}", name=name, number=number)
    return sentence("“{name}”", name=name)


def _block(path: str) -> int:
    """The number of the block in which that place is; 0 for the head of the issue."""
    first, _, rest = path.partition(".")
    number = rest.partition(".")[0]
    return int(number) + 1 if first == "blocks" and number.isdigit() else 0


def _of_entry(did: str, where: str, number: int) -> Sentence:
    if where == "blocks":
        return {
            "insert": sentence("block {number} added", number=number),
            "remove": sentence("block {number} removed", number=number),
            "move": sentence("block {number} moved", number=number),
        }.get(did) or sentence("block {number}", number=number)
    name, block = where.rpartition(".")[2], _block(where)
    return sentence("“{name}” in block {number}", name=name, number=block)
