"""What the page says of saving, of the history and of conflicts; the names are those its scripts ask for."""

from __future__ import annotations

from newsletter_mailer.wording import say


def for_saving() -> dict[str, str]:
    """For the scripts; `{name}` is filled in there."""
    return {**_state(), **_history(), **_conflict()}


def _state() -> dict[str, str]:
    return {
        "savedAt": say("Saved"),
        "saving": say("Saving…"),
        "notSaved": say("Not saved"),
        "notSavedConflict": say("Not saved: please choose"),
        "offlineWhy": say(
            "The composer does not answer. What you write is kept in this browser, and saved when it is back."
        ),
        "goneWhy": say("The issue’s file is gone. What you write is kept in this browser until it is back."),
        "stumbledWhy": say(
            "The program stumbled; its terminal says why. What you write is kept in this browser."
        ),
        "undo": say("Undo"),
        "redo": say("Redo"),
        "history": say("History"),
        "close": say("Close"),
    }


def _history() -> dict[str, str]:
    return {
        "historyTitle": say("Go back to an earlier state"),
        "historyLead": say("Going back is a step like any other: you can undo it."),
        "historyHere": say("now"),
        "historyBack": say("Go back"),
    }


def _conflict() -> dict[str, str]:
    return {
        "conflictWhy": say("Another program changed the same place of the file."),
        "conflictTitle": say("This was changed in two places at once"),
        "conflictLead": say(
            "While you were writing here, another program changed the same place of the issue’s file."
        ),
        "conflictHere": say("Here"),
        "conflictThere": say("In the file"),
        "conflictBoth": say("Keep both"),
        "conflictBothHelp": say(
            "All changes of both. Of a text that both wrote, both stay, one below the other; of a single line, yours."
        ),
        "conflictMine": say("Keep mine"),
        "conflictMineHelp": say("The issue as this page shows it."),
        "conflictDisk": say("Take the file’s"),
        "conflictDiskHelp": say("The issue as the other program saved it."),
        "refusedTitle": say("This cannot be saved as it is"),
        "refusedRest": say("Save everything else"),
        "refusedRestHelp": say("Only what the file cannot take is left out."),
        "refusedDiskHelp": say("The issue as it was saved last."),
        "refusedKept": say("Copy what you need from the lines above before you choose."),
        "conflictKept": say("Whatever you choose: the other version stays in the history."),
    }
