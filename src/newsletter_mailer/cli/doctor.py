"""The command that says what must be published for the mails to be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from newsletter_mailer.cli.output import Face
from newsletter_mailer.wording import Sentence, say

if TYPE_CHECKING:
    from newsletter_mailer.actions.doctor import Published


@click.command()
@click.option("--make-key", is_flag=True, help="Make the DKIM key, if there is none yet.")
@click.pass_obj
def doctor(face: Face, make_key: bool) -> None:
    """Show the DNS record to publish for the key that signs your mails (DKIM), and what else mail services will miss.

    Example: newsletter doctor --make-key
    """
    from newsletter_mailer.actions import doctor as action

    with face.app() as app:
        made = action.make_key(app.workspace) if make_key else None
        record = action.dkim_record(app.workspace)
        if record:
            _tell_key(face, record, made)
        unencrypted = action.without_certificate(app.workspace)
        if face.json:
            face.data_json(_as_json(record, unencrypted))
        elif record:
            _show(face, record)
        else:
            face.talk(str(action.not_signed()))
            face.talk(str(action.how_to_sign(app.workspace)))
        if unencrypted:
            face.talk(str(unencrypted), style="yellow")


def _tell_key(face: Face, record: Published, made: bool | None) -> None:
    """What became of the wish for a key, None when nobody had it; and what is weak about the key."""
    if made:
        face.talk(
            say("A key of {bits} bits is in {path}.", bits=record.bits, path=record.key_file), style="green"
        )
    elif made is not None:
        face.talk(say("{path} was there already and stays as it is", path=record.key_file))
    for warning in record.warnings:
        face.talk(str(warning), style="yellow")


def _show(face: Face, record: Published) -> None:
    face.talk(
        say(
            "To be published in your domain's DNS as a TXT record. In your host's form, its name and its text:"
        )
    )
    face.data(record.dns.name)
    face.data(record.dns.text)
    face.talk(say("Or in a zone file:"))
    face.data(record.dns.zone_line)


def _as_json(record: Published | None, unencrypted: Sentence | None) -> dict[str, Any]:
    others = [str(unencrypted)] if unencrypted else []
    if record is None:
        return {"dkim": None, "warnings": others}
    shown = {
        "name": record.dns.name,
        "type": "TXT",
        "text": record.dns.text,
        "strings": list(record.dns.strings),
        "zone_line": record.dns.zone_line,
        "bits": record.bits,
        "key_file": record.key_file,
    }
    return {"dkim": shown, "warnings": [*map(str, record.warnings), *others]}


COMMANDS = (doctor,)
