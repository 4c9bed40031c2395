"""How the doctor's sheet looks: on a terminal, and as JSON."""

from __future__ import annotations

import shutil
import sys
import textwrap
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from newsletter_mailer.cli.output import WIDTH_OF_FILES, Face
from newsletter_mailer.model.health import DnsRecord, Mark, Point, Sheet
from newsletter_mailer.wording import Sentence, number, say, say_many

if TYPE_CHECKING:
    from newsletter_mailer.actions.doctor.signing import Published

_SIGNS = {
    Mark.FINE: ("✓", "green"),
    Mark.DOUBT: ("!", "yellow"),
    Mark.WRONG: ("✗", "red"),
    Mark.UNKNOWN: ("·", None),
}
_WIDEST = 110  # columns of a sentence


def sheet(face: Face, found: Sheet) -> None:
    """All points on stdout, chapter by chapter, then the providers' rules; how many there are to mend on stderr."""
    for chapter in found.chapters:
        face.data(face.bold(str(chapter.title)))
        for point in chapter.points:
            _point(face, point)
        face.data("")
    if found.rules:
        _rules(face, found)
    face.talk(_sum(found), style=_SIGNS[found.mark][1])


def _point(face: Face, point: Point) -> None:
    _line(face, point.mark, str(point.what), indent=2)
    if point.hint:
        face.data(_wrapped(f"→ {point.hint}", 4, 6))
    _records(face, point)


def _records(face: Face, point: Point) -> None:
    """Name and text as forms want them, and the line of a zone file; never wrapped: they are copied."""
    rows: list[tuple[str, str]] = []
    if record := point.publish:
        rows += [(say("name"), record.name), (say("type"), record.kind), (say("text"), record.text)]
        rows += [(say("or as one line"), record.zone_line)]
    there = say("instead of") if point.publish else say("there now")
    rows += [(there, text) for text in point.instead_of]
    width = max((len(label) for label, _ in rows), default=0)
    for label, text in rows:
        face.data(f"      {face.styled(label.ljust(width), 'cyan')}  {text}")


def _rules(face: Face, found: Sheet) -> None:
    face.data(face.bold(say("What mailbox providers ask for")))
    for provider, asked in groupby(found.rules, key=lambda rule: rule.provider):
        count = found.readers.get(provider, 0)
        told = say_many("{count} reader of yours", "{count} readers of yours", count, count=number(count))
        face.data(f"  {provider} ({told})" if count else f"  {provider}")
        for rule in asked:
            _line(face, rule.mark, str(rule.what), indent=4)
            if rule.hint:
                face.data(_wrapped(f"→ {rule.hint}", 6, 8))
    face.data("")


def _line(face: Face, mark: Mark, text: str, *, indent: int) -> None:
    sign, colour = _SIGNS[mark]
    wrapped = _wrapped(f"{sign} {text}", indent, indent + 2)
    face.data(wrapped.replace(sign, face.styled(sign, colour), 1))


def _wrapped(text: str, first: int, others: int) -> str:
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH_OF_FILES
    return textwrap.fill(
        text,
        width=max(40, min(columns, _WIDEST)),
        initial_indent=" " * first,
        subsequent_indent=" " * others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _sum(found: Sheet) -> str:
    wrong = sum(point.mark is Mark.WRONG for point in found.points)
    doubtful = sum(point.mark is Mark.DOUBT for point in found.points)
    if not wrong and not doubtful:
        return say("All is well.")
    said = []
    if wrong:
        said.append(say_many("{count} thing to mend", "{count} things to mend", wrong))
    if doubtful:
        said.append(say_many("{count} thing to look at", "{count} things to look at", doubtful))
    return ", ".join(said)


def exit_with(found: Sheet, code: int) -> None:
    """End the program with that code when something has to be mended."""
    if found.mark is Mark.WRONG:
        click.get_current_context().exit(code)


# -- JSON --------------------------------------------------------------------------------------------------


def sheet_json(found: Sheet) -> dict[str, Any]:
    """The sheet as `--json` has it."""
    return {
        "mark": found.mark.value,
        "points": [
            {"chapter": str(chapter.title), **_point_json(point)}
            for chapter in found.chapters
            for point in chapter.points
        ],
        "rules": [
            {
                "provider": rule.provider,
                "readers": found.readers.get(rule.provider, 0),
                "mark": rule.mark.value,
                "what": str(rule.what),
                "hint": _text(rule.hint),
            }
            for rule in found.rules
        ],
    }


def _point_json(point: Point) -> dict[str, Any]:
    return {
        "code": point.code,
        "mark": point.mark.value,
        "what": str(point.what),
        "hint": _text(point.hint),
        "publish": _record_json(point.publish) if point.publish else None,
        "instead_of": list(point.instead_of),
    }


def _record_json(record: DnsRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "type": record.kind,
        "text": record.text,
        "strings": list(record.strings),
        "zone_line": record.zone_line,
    }


def _text(said: Sentence | None) -> str | None:
    return None if said is None else str(said)


# -- the key -----------------------------------------------------------------------------------------------


def key(face: Face, published: Published, made: bool) -> None:
    """What became of the wish for a key, and what is weak about it."""
    if made:
        face.talk(
            say("A key of {bits} bits is in {path}.", bits=published.bits, path=published.key_file),
            style="green",
        )
    else:
        face.talk(say("{path} was there already and stays as it is", path=published.key_file))
    for warning in published.warnings:
        face.talk(str(warning), style="yellow")


def record(face: Face, published: Published) -> None:
    """Its record: name, text, and the line of a zone file."""
    face.talk(
        say(
            "To be published in your domain's DNS as a TXT record. In your host's form, its name and its text:"
        )
    )
    face.data(published.dns.name)
    face.data(published.dns.text)
    face.talk(say("Or in a zone file:"))
    face.data(published.dns.zone_line)


def key_json(published: Published, unencrypted: Sentence | None) -> dict[str, Any]:
    """The record as `--json` has it."""
    others = [str(unencrypted)] if unencrypted else []
    shown = {**_record_json(published.dns), "bits": published.bits, "key_file": published.key_file}
    return {"dkim": shown, "warnings": [*map(str, published.warnings), *others]}
