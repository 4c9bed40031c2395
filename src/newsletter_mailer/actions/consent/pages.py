"""The readers' pages, written by the theme's templates in its colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from newsletter_mailer.actions.consent.words import words
from newsletter_mailer.compose.theme import Tokens, load_tokens
from newsletter_mailer.compose.vocabulary import FILTERS
from newsletter_mailer.config import Workspace
from newsletter_mailer.templating import Render, theme_templates
from newsletter_mailer.wording import Sentence, in_language, sentence

LANGUAGES = (("fr", "Français"), ("en", "English"))  # each in its own words
_NOTHING: Sequence[tuple[str, str]] = ()


class Pages:
    """Every page in every language. Raises NewsletterError for a theme that cannot be used."""

    def __init__(self, workspace: Workspace, *, base: str, room: str = "public") -> None:
        """base: the path of the public address, without a slash at its end; "" at the top of a domain.

        room: the theme's folder that holds their templates.
        """
        self._workspace = workspace
        self._base = base
        self._room = room
        self._same: dict[tuple[str, str], str] = {}

    @cached_property
    def _render(self) -> Render:
        return theme_templates(self._workspace.theme_folders, FILTERS)

    @cached_property
    def _tokens(self) -> Tokens:
        return load_tokens(self._workspace)

    def style(self) -> str:
        """The style sheet of all pages."""
        return self._render(f"{self._room}/pages.css", {"tokens": self._tokens})

    def page(self, name: str, language: str, title: Sentence, *, bare: bool = False, **values: Any) -> str:
        """One page of the room. bare: without head and foot, to stand within another page."""
        settings = self._workspace.settings
        with in_language(language):
            return self._render(
                f"{self._room}/{name}.html",
                {
                    "identity": settings.identity,
                    "privacy": settings.privacy,
                    "base": self._base,
                    "language": language,
                    "other": "en" if language == "fr" else "fr",
                    "languages": LANGUAGES,
                    "words": words(language, settings.retention.log_months),
                    "title": title,
                    "bare": bare,
                    **values,
                },
            )

    def message(
        self,
        language: str,
        title: Sentence,
        *paragraphs: Sentence,
        link: str = "",
        link_text: Sentence | str = "",
        bare: bool = False,
    ) -> str:
        """A page that tells something, and perhaps where to go next."""
        return self.page(
            "message", language, title, paragraphs=paragraphs, link=link, link_text=link_text, bare=bare
        )

    def press(
        self,
        language: str,
        title: Sentence,
        *paragraphs: Sentence,
        button: Sentence,
        fields: Sequence[tuple[str, str]] = _NOTHING,
        back: str = "",
        note: Sentence | str = "",
        grave: bool = False,
    ) -> str:
        """A page with one button: nothing happens before it is pressed."""
        given: dict[str, Any] = {
            "button": button,
            "fields": fields,
            "back": back,
            "note": note,
            "grave": grave,
        }
        return self.page("press", language, title, paragraphs=paragraphs, **given)

    def unsubscribe(self, language: str) -> str:
        """The same for every token there can be: it asks nothing of the ledger."""
        name = self._workspace.settings.identity.name
        return self._once(
            "unsubscribe",
            language,
            lambda: self.press(
                language,
                sentence("Unsubscribe"),
                sentence("One click, and {association} no longer sends you this letter.", association=name),
                button=sentence("Unsubscribe"),
                fields=(("List-Unsubscribe", "One-Click"),),
                note=sentence(
                    "Other letters that you receive from us go on. To choose among them, follow "
                    "“Choose what I receive” at the foot of any letter."
                ),
            ),
        )

    def left(self, language: str) -> str:
        """What follows, whatever the token was worth."""
        return self._once(
            "left",
            language,
            lambda: self.message(
                language,
                sentence("You are unsubscribed"),
                sentence(
                    "This letter will not come to you any more. A mail that is on its way right now may still arrive."
                ),
                sentence(
                    "If it was a mistake: “Choose what I receive”, at the foot of the same letter, takes you back."
                ),
            ),
        )

    def tested(self, language: str) -> str:
        """Behind the dead links of a test."""
        return self._once(
            "tested",
            language,
            lambda: self.message(
                language,
                sentence("This was a test"),
                sentence(
                    "The letter you come from was sent as a test: its links do nothing. Those of the real letter work."
                ),
            ),
        )

    def confirm(self, language: str) -> str:
        """The page to which the mail of a request leads; the same for every token."""
        name = self._workspace.settings.identity.name
        return self._once(
            "confirm",
            language,
            lambda: self.press(
                language,
                sentence("Confirm your subscription"),
                sentence("Press the button, and {association} writes to you from now on.", association=name),
                button=sentence("Yes, subscribe me"),
                note=sentence("You can unsubscribe at any time, with one click at the foot of every letter."),
            ),
        )

    def expired(self, language: str) -> str:
        """For a link that names nobody, whatever the reason."""
        return self._once(
            "expired",
            language,
            lambda: self.message(
                language,
                sentence("This link no longer works"),
                sentence("It is too old, was cut off on its way, or belongs to data that have been erased."),
                sentence("Try the link of a newer letter, or write to us: our address is below."),
            ),
        )

    def asked(self, language: str, *, bare: bool) -> str:
        """After the form, whoever filled it in and whatever is known of the address."""
        return self.message(
            language,
            sentence("Look into your mailbox"),
            sentence(
                "If this address can be subscribed, a mail is on its way to it. Open its link and press the "
                "button: only then are you subscribed."
            ),
            sentence(
                "Nothing there after ten minutes? Look into the junk folder. One mail a day goes to an address, "
                "so there is no use in asking again today."
            ),
            bare=bare,
        )

    def _once(self, name: str, language: str, made: Callable[[], str]) -> str:
        """A page that is the same for everybody is written once."""
        key = name, language
        if key not in self._same:
            self._same[key] = made()
        return self._same[key]
