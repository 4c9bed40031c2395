"""What the composer's pages say. Keys are the gaps of the HTML files and the names that the scripts ask for."""

from __future__ import annotations

from newsletter_mailer.web.composer.saving_words import for_saving
from newsletter_mailer.wording import say


def on_pages() -> dict[str, str]:
    """For the HTML files."""
    return {
        "app_name": say("Composer"),
        "all_issues": say("All issues"),
        "issues_title": say("Your issues"),
        "issues_lead": say("Choose the one to look at while you write it. The newest comes first."),
        "issues_none": say("There is no issue yet. In a terminal: newsletter new my-first-issue"),
        "skip": say("Skip to the preview"),
        "views": say("How to look at it"),
        "view_desktop": say("Computer"),
        "view_phone": say("Telephone"),
        "view_text": say("Plain text"),
        "view_source": say("Source"),
        "dark": say("Dark"),
        "dark_help": say("As on a screen in dark mode (D)"),
        "pictures_off": say("Pictures off"),
        "pictures_off_help": say("As in a mailbox that does not load pictures (I)"),
        "seen_by": say("Seen by"),
        "readers_help": say("Type part of a name or an address"),
        "problems": say("To mend"),
        "in_the_inbox": say("In the inbox"),
        "no_preheader": say("no preheader: the inbox shows the first words of the mail"),
        "weight": say("Weight"),
        "gauge_label": say("Share of what Gmail shows before it clips the mail"),
        "length": say("Length"),
        "whole_mail": say("Whole mail with its pictures"),
        "composed": say("Composed"),
        "file_of_issue": say("Issue file"),
        "file_of_html": say("HTML as mailed"),
        "which_source": say("Which source"),
        "preview_of_mail": say("Preview of the mail"),
        "loading": say("Composing…"),
        "needs_script": say("The composer needs JavaScript in this browser."),
    }


def for_script() -> dict[str, str]:
    """For the scripts; `{name}` is filled in there."""
    return {
        **for_saving(),
        "upToDate": say("Up to date"),
        "composing": say("Composing…"),
        "problemOne": say("1 thing to mend"),
        "problemMany": say("{count} things to mend"),
        "stopped": say("Composer stopped"),
        "stoppedHelp": say(
            "The composer no longer answers. Start it again with “newsletter compose”, then open its new address."
        ),
        "stumbled": say("Cannot be shown"),
        "stumbledHelp": say(
            "The program stumbled; its terminal says why. The page goes on with the next save."
        ),
        "goneHelp": say("This issue is no longer in the workspace."),
        "lastGood": say("This is the last good state, composed at {time}."),
        "neverGood": say("The preview appears here as soon as the issue can be composed."),
        "sampleReader": say("A sample reader"),
        "nobodyFound": say("Nobody has such a name or address"),
        "noSubscribers": say("Import subscribers to see the issue through their eyes"),
        "bytesOf": say("{size} of {limit} bytes"),
        "gaugeGood": say("Gmail shows it whole."),
        "gaugeNear": say(
            "Close to the limit: above it, Gmail clips the end and the unsubscribe link with it."
        ),
        "gaugeOver": say("Gmail clips the end of this mail, and the unsubscribe link with it."),
        "words": say("{count} words"),
        "minutes": say("about {count} min to read"),
        "kilobytes": say("{size} kB"),
        "line": say("line {line}"),
        "showLine": say("Show in the source"),
        "noSubject": say("no subject"),
    }
