"""What the page says on which an issue is tested and handed over."""

from __future__ import annotations

from newsletter_mailer.wording import say


def on_page() -> dict[str, str]:
    """For the HTML file."""
    return {
        "send_title": say("Test and hand over"),
        "back_to_issue": say("Back to the issue"),
        "test_title": say("Send a test"),
        "test_lead": say("As it would leave, marked [TEST], to people who know that it comes."),
        "to_label": say("To"),
        "to_help": say("One address a line."),
        "send_test": say("Send the test"),
        "approval_title": say("Approval"),
        "code_label": say("Code of this edition"),
        "code_help": say(
            "It stands in every test. A yes holds for this edition alone: any change gives it another code."
        ),
        "review_label": say("Page for reviewers"),
        "review_help": say("Who has this link can read the letter, comment on it and approve it."),
        "copy": say("Copy"),
        "remarks_title": say("Comments"),
        "plan_title": say("Plan the dispatch"),
        "plan_lead": say(
            "Nothing is sent from here: you get the number of readers, what should be mended, and the command."
        ),
        "lists_label": say("To which lists"),
        "plan_button": say("Count and check"),
        "no_lists": say(
            "There is no list yet. In a terminal: newsletter subscribers import people.csv --list members"
        ),
    }


def for_script() -> dict[str, str]:
    """For the scripts; `{name}` is filled in there."""
    return {
        "sending": say("Sending…"),
        "counting": say("Counting…"),
        "unreachable": say("The composer does not answer. Is it still running in its terminal?"),
        "accepted": say("handed over to the mail server"),
        "notAccepted": say("not accepted: {reply}"),
        "approvedBy": say("Approved by {name}, {time}"),
        "notApproved": say("Nobody has approved this edition yet."),
        "approvedBefore": say("{name} approved {code} on {time}; the issue was changed since."),
        "needed": say("Without an approval nothing leaves here."),
        "name": say("NAME"),
        "noteIt": say("To note a yes: {command}"),
        "tested": say("This edition was sent as a test."),
        "untested": say("This edition was never sent as a test."),
        "wholeLetter": say("The whole letter"),
        "earlier": say("about an earlier edition, {code}"),
        "readers": say("{count} readers"),
        "readersOne": say("1 reader"),
        "onLists": say("{count} on the lists"),
        "subject": say("Subject: {subject}"),
        "commandTitle": say("To send it, in a terminal"),
        "commandHelp": say("It asks for the number of recipients, {count}, before anything leaves."),
        "copied": say("Copied"),
        "nothingFound": say("The control sheet finds nothing to mend."),
        "error": say("Error"),
        "warning": say("Warning"),
        "note": say("Note"),
        "lineOf": say("line {line}"),
        "lacking": say("{count} readers have no {field} and read: {instead}"),
        "lackingNothing": say("{count} readers have no {field} and read nothing in its place"),
        "chooseList": say("Choose at least one list."),
        "needsAddress": say("Say who gets the test."),
        "cannotCompose": say("The issue has to be mended first: {what}"),
        "sheetTitle": say("Control sheet"),
    }
