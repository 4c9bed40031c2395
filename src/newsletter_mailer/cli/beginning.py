"""`newsletter init`: a few questions, each with why it is asked, and a workspace that can be used at once."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter_mailer.cli.output import Face, ask
from newsletter_mailer.wording import LANGUAGES, language, say

if TYPE_CHECKING:
    from newsletter_mailer.actions.init import Answers, Made, MailAccount


@click.command()
@click.argument("folder", required=False, default=".", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def init(face: Face, folder: Path) -> None:
    """Make a workspace: settings, a sample issue, and nothing else to install.

    It asks who you are and by which server you write. Again in the same folder, it asks again, and changes only what
    you answer otherwise.

    Example: newsletter init my-newsletter
    """
    from newsletter_mailer.actions.init import init as make

    answers = _asked(face, folder) if face.ask else None
    made = make(folder, answers, language=_of_the_letter(face))
    _tell(face, folder, made)


def _of_the_letter(face: Face) -> str:
    """In which language the letter begins: that of the questions, or what the system says, or French."""
    if face.ask:
        return language()
    return face.language if face.language in LANGUAGES else "fr"


def _tell(face: Face, folder: Path, made: Made) -> None:
    for path in made.written:
        face.data(str(path))
    for setting in made.changed:
        face.talk(say("changed in newsletter.yaml: {setting}", setting=setting))
    for path in made.kept:
        if not made.changed or path.name != "newsletter.yaml":
            face.talk(say("{path} was there already and stays as it is", path=path))
    if made.ledger:
        face.talk(str(made.ledger), style="yellow")
    here = folder.resolve() == Path.cwd()
    step = "" if here else f"cd {shlex.quote(str(folder))}"
    command = f"newsletter compose {made.issue}"
    if step:
        face.talk(say("Next: {step}, then {command}", step=step, command=command), style="green")
    else:
        face.talk(say("Next: {command}", command=command), style="green")


def _asked(face: Face, folder: Path) -> Answers:
    """The answers, with what the settings say now, or a guess, offered to whoever only presses Enter."""
    from newsletter_mailer.actions.init import Answers, present_answers

    before = present_answers(folder)
    known = before or Answers(organisation=folder.resolve().name.replace("-", " ").title())
    face.talk(say("A few questions. Enter takes what stands in brackets; all of it can be changed later."))
    answers = _who(face, known)
    account, username = _server(face, known, email=answers.email)
    number = 5 if account.security == "none" else 6  # nobody was asked for a user name
    readers = _test_readers(face, known, number=number, first=before is None, email=answers.email)
    return replace(answers, account=account, username=username, test_readers=readers)


def _who(face: Face, known: Answers) -> Answers:
    _open(face, 1, say("Your organisation"), say("As readers know it: every mail comes from this name."))
    name = ask(say("Name"), default=known.organisation, value_proc=str.strip)
    _open(
        face,
        2,
        say("Its postal address"),
        say("It stands at the foot of every mail, because the law asks for it."),
    )
    address = ask(say("Address"), default=known.address, value_proc=str.strip)
    _open(
        face,
        3,
        say("The address that the newsletter comes from"),
        say(
            "One of your own domain, that somebody reads. With an address at gmail.com or orange.fr, "
            "mail services would refuse your letter."
        ),
    )
    email = ask(say("E-mail address"), default=known.email, value_proc=_address)
    return replace(known, organisation=name, address=address, email=email)


def _server(face: Face, known: Answers, *, email: str) -> tuple[MailAccount, str]:
    from newsletter_mailer.actions.init import ACCOUNTS, OWN_MACHINE

    _open(
        face,
        4,
        say("By which provider your mails leave"),
        say(
            "Its limits are kept: nobody’s account is blocked for writing too fast. A number, or the server’s name."
        ),
    )
    for number, account in enumerate(ACCOUNTS, start=1):
        face.talk(f"   {number:>2}  {account.name}")
    face.talk(say("    0  none yet: mails stay on this machine"))
    default = "0" if known.account == OWN_MACHINE else known.account.host
    account = ask(say("Provider"), default=default, value_proc=_account(known.account))
    if account.security == "none":
        return account, known.username
    _open(
        face,
        5,
        say("Your user name there"),
        say("Mostly the whole address. The password is never asked here."),
    )
    return account, ask(say("User name"), default=known.username or email, value_proc=str.strip)


def _account(known: MailAccount) -> Callable[[str], MailAccount]:
    """What is meant by a number of the list, a provider's name, or that of a server."""
    from newsletter_mailer.actions.init import ACCOUNTS, OWN_MACHINE, account_at

    def chosen(typed: str) -> MailAccount:
        word = typed.strip()
        if word == known.host:
            return known
        if word.isdecimal():
            if int(word) > len(ACCOUNTS):
                raise click.UsageError(say("the list ends at {number}", number=len(ACCOUNTS)))
            return ACCOUNTS[int(word) - 1] if int(word) else OWN_MACHINE
        named = [account for account in ACCOUNTS if account.name.casefold() == word.casefold()]
        if not named and not _is_host(word):
            raise click.UsageError(say("“{typed}” is neither in the list nor a server’s name", typed=typed))
        return named[0] if named else account_at(word)

    return chosen


def _is_host(word: str) -> bool:
    return word == "localhost" or ("." in word and " " not in word and "@" not in word)


def _test_readers(face: Face, known: Answers, *, number: int, first: bool, email: str) -> tuple[str, ...]:
    _open(
        face,
        number,
        say("Who gets the tests"),
        say("Before a letter leaves, `newsletter test` sends it to these addresses: you, your chair."),
    )
    default = ", ".join(known.test_readers or ((email,) if first else ()))
    return ask(say("Addresses, with commas between"), default=default, value_proc=_addresses)


def _open(face: Face, number: int, title: str, why: str) -> None:
    face.talk("")
    face.talk(f"{number}. {title}", style="cyan")
    face.talk(f"   {why}")


def _address(typed: str) -> str:
    from newsletter_mailer.actions.init import is_address

    if not is_address(typed.strip()):
        raise click.UsageError(say("“{typed}” is not an e-mail address", typed=typed))
    return typed.strip()


def _addresses(typed: str) -> tuple[str, ...]:
    return tuple(_address(each) for each in typed.replace(";", ",").split(",") if each.strip())


COMMANDS = (init,)
