"""What the sites said of the pages that an issue links to: only when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from newsletter_mailer.checks.links import Answer, State
from newsletter_mailer.checks.targets.addresses import web_target
from newsletter_mailer.checks.written import links
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.model.issue import Issue
from newsletter_mailer.wording import Sentence, sentence

CODES = ("link-dead", "link-uncertain", "link-moved")

Ask = Callable[[Iterable[str]], Mapping[str, Answer]]


def asked(issue: Issue, ask: Ask) -> Iterator[Finding]:
    """Pages that are not there, that have moved, or of which nobody can tell."""
    written = [link for link in links(issue) if web_target(link) is not None]
    answers = ask(link.target.partition("#")[0] for link in written)
    states = [answer.state for answer in answers.values()]
    if len(states) > 1 and set(states) == {State.NAMELESS}:
        what = sentence("no site is known here by its name: this computer seems not to be on line")
        yield Finding("link-uncertain", Level.WARNING, what, sentence("look again when it is"))
        return
    for link in written:
        answer = answers.get(link.target.partition("#")[0])
        found = _said(answer) if answer else None
        if found is not None:
            code, level, what, hint = found
            yield Finding(code, level, what, hint, link.at, link.offset)


def _said(answer: Answer) -> tuple[str, Level, Sentence, Sentence | None] | None:
    look = sentence("open it in your browser, and correct the address")
    match answer.state:
        case State.GONE | State.NAMELESS:
            what = sentence("the page is not there (the answer was: {detail})", detail=answer.detail)
            return "link-dead", Level.ERROR, what, look
        case State.UNSAFE:
            what = sentence(
                "browsers warn of this site: its certificate is not valid ({detail})", detail=answer.detail
            )
            return "link-dead", Level.ERROR, what, sentence("tell those whose site it is, or leave it out")
        case State.REFUSED:
            what = sentence("it leads into a network that is not public: {detail}", detail=answer.detail)
            return "link-dead", Level.ERROR, what, look
        case State.UNCERTAIN:
            what = sentence("the site gave no clear answer: {detail}", detail=answer.detail)
            return "link-uncertain", Level.WARNING, what, sentence("look at it in your browser")
        case State.MOVED:
            what = sentence("the page has moved for good, to {address}", address=answer.leads_to)
            return "link-moved", Level.NOTE, what, sentence("write the new address")
        case State.THERE:
            return None
