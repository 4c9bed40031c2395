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
        "hand_over": say("Test and hand over"),
        "skip": say("Skip to the preview"),
        "undo": say("Undo the last step"),
        "redo": say("Redo"),
        "history": say("Earlier states"),
        "skip_form": say("Skip to the form"),
        "sides": say("What to see"),
        "side_form": say("Write"),
        "side_mail": say("Look"),
        "writing": say("The issue"),
        "looking": say("The mail"),
        "envelope": say("Subject and date"),
        "content": say("Blocks"),
        "content_help": say(
            "The letter from top to bottom. Open a block to write in it; drag it to move it."
        ),
        "add_block": say("Add a block"),
        "views": say("How to look at it"),
        "view_desktop": say("Computer"),
        "view_phone": say("Telephone"),
        "view_text": say("Plain text"),
        "view_source": say("Source"),
        "view_spoken": say("Read aloud"),
        "view_clipped": say("In Gmail"),
        "spoken_help": say("What a screen reader says, in its order."),
        "dark": say("Dark"),
        "dark_help": say("As on a screen in dark mode (D)"),
        "pictures_off": say("Pictures off"),
        "pictures_off_help": say("As in a mailbox that does not load pictures (I)"),
        "seen_by": say("Seen by"),
        "readers_help": say("Type part of a name or an address"),
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
        **_of_findings(),
        **_of_form(),
        **_of_texts(),
    }


def _of_findings() -> dict[str, str]:
    return {
        "nothingToMend": say("Nothing to mend"),
        "lookOne": say("1 thing to look at"),
        "lookMany": say("{count} things to look at"),
        "noteOne": say("1 remark"),
        "noteMany": say("{count} remarks"),
        "toField": say("Go to the field"),
        "toMend": say("To mend or to look at: {count}"),
        "noForm": say(
            "The file of this issue cannot be read, so there is no form. Mend it in an editor; this page then goes on."
        ),
    }


def _of_form() -> dict[str, str]:
    return {
        "add": say("Add"),
        "addField": say("More fields"),
        "addHere": say("Add a block before: {what}"),
        "added": say("{what} added"),
        "cancel": say("Cancel"),
        "cardPlace": say("{what}, {place} of {count}"),
        "chooseBlock": say("Which block?"),
        "close": say("Close"),
        "copy": say("Duplicate"),
        "down": say("Move down (Alt+↓)"),
        "drag": say("Drag to move"),
        "moved": say("{what} is now {place} of {count}"),
        "ofCard": say("{tool}: {what}"),
        "remove": say("Delete"),
        "removed": say("{what} deleted"),
        "takeAway": say("Take away"),
        "timeOfDay": say("{label}: time of day"),
        "undo": say("Undo"),
        "up": say("Move up (Alt+↑)"),
        "letters": say("{count} letters"),
        "choosePicture": say("Choose a picture"),
        "otherPicture": say("Another picture"),
        "chooseFile": say("Choose a file"),
        "otherFile": say("Another file"),
        "noFile": say("Drop a file here or choose it"),
        "noPicture": say("Drop a picture here, paste it or choose it"),
        "addingPicture": say("Adding {name}…"),
        "pictureAdded": say("Added, {size}"),
        "pictureLost": say("The file did not arrive"),
        "pictureLostHelp": say("the composer no longer answers; try again when it does"),
    }


def _of_texts() -> dict[str, str]:
    return {
        "formatting": say("Formatting"),
        "tool_bold": say("Bold (Ctrl+B)"),
        "tool_italic": say("Italic (Ctrl+I)"),
        "tool_link": say("Link (Ctrl+K)"),
        "tool_list": say("List"),
        "tool_tag": say("Fill in for each reader"),
        "linkTitle": say("A link"),
        "linkWords": say("Words that are clicked"),
        "linkAddress": say("Where it leads"),
        "linkHelp": say("A page, or an e-mail address"),
        "linkDone": say("Put the link in"),
        "tagTitle": say("Fill in for each reader"),
        "tagLead": say("Every reader sees their own here."),
        "tagWhat": say("What"),
        "tagFallback": say("For whoever has none"),
        "tagFallbackHelp": say("Words that fit as well, such as “all of you”"),
        "tagDone": say("Put it in"),
        "read_heading": say("Heading {level}"),
        "read_link": say("Link"),
        "read_picture": say("Picture"),
        "read_unnamed": say("Picture without words"),
        "read_item": say("List item"),
        "read_quotation": say("Quotation"),
        "noAlt": say("nothing is said of it"),
    }
