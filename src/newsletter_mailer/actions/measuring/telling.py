"""What a campaign would measure, told before it leaves."""

from __future__ import annotations

from newsletter_mailer.config import Workspace
from newsletter_mailer.wording import Sentence, sentence

_WORDS = {
    "clicks": sentence("Followed links are counted, of all readers alike."),
    "opens": sentence("Loaded pictures are counted, of all readers alike."),
    "measured": sentence("Of readers who agreed to it, it is kept what they open and follow."),
    "hygiene": sentence("The day of each reader's last opening is kept."),
}
_NOTHING = sentence("Nothing is measured: the readers' pages could not be reached.")


def measuring_told(workspace: Workspace, web_base: str) -> list[Sentence]:
    """A line for each kind that `privacy` wants; where it wants any and there are no pages, that there is none."""
    privacy = workspace.settings.privacy
    wanted = privacy.measuring(web_base or "https://reached.invalid")
    if wanted.anything and not web_base:
        return [_NOTHING]
    return [words for name, words in _WORDS.items() if getattr(wanted, name)]
