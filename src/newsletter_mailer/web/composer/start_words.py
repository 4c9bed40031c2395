"""What the page says on which issues are chosen and begun."""

from __future__ import annotations

from newsletter_mailer.wording import say


def on_page() -> dict[str, str]:
    """For the HTML file."""
    return {
        "start_lead": say("Open one to go on writing, or begin a new one."),
        "new_issue": say("New issue"),
        "from_last": say("Like the last one"),
        "from_example": say("From the example"),
        "from_example_help": say("With every kind of block, to keep what you like."),
        "blank": say("Blank"),
        "blank_help": say("A head, a greeting, a first article and a foot."),
        "bring": say("From a text"),
        "bring_help": say("Drop a Word document, Markdown or a web page here, or paste it."),
        "title_label": say("Title"),
        "title_help": say("It becomes the subject too, until you write a better one."),
        "date_label": say("Date of the issue"),
        "copy_label": say("Like which one"),
        "make_it": say("Begin"),
        "cancel": say("Cancel"),
        "text_title": say("Bring a text along"),
        "choose_file": say("Choose a file…"),
        "file_kinds": say("Word (.docx), Markdown or HTML"),
        "paste_label": say("or paste the text here"),
        "read_it": say("Read it"),
        "arrange_title": say("Arrange what was found"),
        "arrange_help": say(
            "Leave out what you do not need, and put the rest in order. All of it can be changed later."
        ),
        "left_out": say("Not taken over"),
        "your_issues": say("All of them"),
    }


def for_script() -> dict[str, str]:
    """For the scripts; `{name}` is filled in there."""
    return {
        "likeLast": say("A copy of “{title}” with today’s date, to be written anew."),
        "previewOf": say("Preview of “{title}”"),
        "reading": say("Reading…"),
        "making": say("Making the issue…"),
        "unreachable": say("The composer does not answer. Is it still running in its terminal?"),
        "needsTitle": say("Give it a title"),
        "keep": say("Keep"),
        "up": say("Up"),
        "down": say("Down"),
        "moved": say("Now number {place} of {count}"),
        "altLabel": say("What the picture shows"),
        "altNone": say("Left empty, it counts as decoration."),
        "makeOne": say("Make the issue of 1 part"),
        "makeMany": say("Make the issue of {count} parts"),
        "nothingKept": say("Keep at least one part."),
        "refusedTitle": say("The issue is there, but not all of its pictures"),
        "goThere": say("Open the issue"),
        "kind_text": say("Text"),
        "kind_article": say("Article"),
        "kind_heading": say("Heading"),
        "kind_image": say("Picture"),
        "kind_divider": say("Line"),
        "needsText": say("Paste something first, or choose a file."),
    }
