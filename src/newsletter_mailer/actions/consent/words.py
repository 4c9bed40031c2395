"""What the readers' pages say themselves."""

from __future__ import annotations

from newsletter_mailer.wording import say, sentence

CHANGED = sentence(
    "What you agree to has changed meanwhile. Please read it again below, then press the button."
)
DEAD = sentence(
    "We have stopped writing to this address: mail to it came back, was called junk, or we were asked to stop. "
    "Write to us if that is wrong."
)


def words(language: str, months: int) -> dict[str, str]:
    """In the language of the moment; the templates know them by these names. months: how long logs are kept."""
    return {
        "other_language": "English" if language == "fr" else "Français",
        "archive": say("All our letters"),
        "publisher": say("Responsible for the publication:"),
        "host": say("Hosted by:"),
        "privacy": say("Your data and your rights"),
        "back": say("Back"),
        "address": say("Your e-mail address"),
        "first_name": say("First name"),
        "last_name": say("Last name"),
        "optional": say("(optional)"),
        "which": say("Which letters?"),
        "decoy": say("Leave this field empty"),
        "mistakes": say("Something is missing or wrong; see below."),
        "no_list": say("There is no letter to subscribe to at the moment."),
        "by_mail": say("We write to this address to make sure that it is yours."),
        "any_time": say("You can unsubscribe at any time, with one click at the foot of every letter."),
        "tracking_free": say(
            "As you like: you get the same letters without it, and can change your mind at any time."
        ),
        "for_address": say("These choices are for"),
        "letters": say("What you receive"),
        "stopped": say("You have asked for no mail at all. Choose a letter and save to receive it again."),
        "dead": str(DEAD),
        "speech": say("Language of our mails to you"),
        "measuring": say("Measuring"),
        "measured_now": say("You agreed to this:"),
        "measuring_what": say(
            "It would tell us which letters and which articles are worth their while. We keep it for {months} months at "
            "most, give it to nobody, and erase it when you say no.",
            months=months,
        ),
        "measure": say("Yes, I agree"),
        "measure_not": say("No, do not measure"),
        "save": say("Save my choices"),
        "stop_title": say("No more mail at all"),
        "stop_text": say(
            "You leave every letter of ours at once, and no list brings you back without your own word."
        ),
        "stop": say("Stop everything"),
        "data_title": say("Your data"),
        "data_text": say(
            "Take a copy of everything that we know of you, or have it erased. A fingerprint of the "
            "address stays then, so that nobody writes to it again by mistake."
        ),
        "export": say("Download my data"),
        "erase": say("Erase my data"),
    }
