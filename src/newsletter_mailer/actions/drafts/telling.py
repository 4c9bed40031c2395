"""What a step of the history was, for whoever looks for the one to go back to."""

from __future__ import annotations

from collections.abc import Callable

from newsletter_mailer.actions.drafts.history import Kind, Step
from newsletter_mailer.wording import Sentence, sentence

Naming = Callable[[str, str], str]
"""What people call a field of a part: ("article", "title"); with "" for the field, what they call the part."""

_KINDS = {
    Kind.OPENED: sentence("as the composer found it"),
    Kind.DISK: sentence("saved by another program"),
    Kind.RESTORED: sentence("an earlier state again"),
    Kind.MERGED: sentence("both versions brought together"),
    Kind.KEPT: sentence("your version, kept when the file was another"),
    Kind.ASIDE: sentence("your version, when you took that of the file"),
}


def told(step: Step, naming: Naming) -> Sentence:
    """The step in words."""
    if step.kind is not Kind.EDITED:
        return _KINDS[step.kind]
    if not step.field:
        return sentence("several changes")
    names = [name for name in step.field.split(".") if not name.isdigit()]
    if names[0] != "blocks" or not step.block:
        return Sentence("{field}", {"field": naming("issue", names[0])})
    block, number = naming(step.block, ""), int(step.field.split(".")[1]) + 1
    if len(names) == 1:
        return _of_block(step.did, block, number)
    field = naming(step.block, names[-1])
    return sentence("{field} in block {number}, {block}", field=field, number=number, block=block)


def _of_block(did: str, block: str, number: int) -> Sentence:
    done = {
        "insert": sentence("block {number} added: {block}", number=number, block=block),
        "remove": sentence("block {number} removed: {block}", number=number, block=block),
        "move": sentence("block {number} moved: {block}", number=number, block=block),
    }
    return done.get(did) or sentence("block {number}: {block}", number=number, block=block)
