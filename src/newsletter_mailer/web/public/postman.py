"""A thread beside the pages that mails what readers asked for, and tries again what the mail server refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

from newsletter_mailer.actions.consent.mailing import Post, forget_old, send_due, send_own_link
from newsletter_mailer.errors import NewsletterError, system_reason
from newsletter_mailer.wording import sentence

_LOOK_S = 30.0
_HOUR = 3_600_000


class Postman:
    """Use it as a context manager."""

    def __init__(
        self, post: Post, clock: Callable[[], int], trouble: Callable[[NewsletterError], None]
    ) -> None:
        self._post = post
        self._clock = clock
        self._trouble = trouble
        self._work = threading.Event()
        self._ends = False
        self._tidied_at = 0
        self._own: SimpleQueue[tuple[int, str]] = SimpleQueue()
        self._own_asked: dict[
            int, int
        ] = {}  # when each reader was last mailed: who asks again gets no second one
        self._thread = threading.Thread(target=self._walk, name="postman", daemon=True)

    def __enter__(self) -> Postman:
        self._work.set()  # what was left over when the program last ended
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ends = True
        self._work.set()
        self._thread.join(timeout=10)

    def wake(self) -> None:
        """There is a mail to send."""
        self._work.set()

    def mail_own_link(self, subscriber_id: int, language: str) -> None:
        """Mail a reader the link to their own data, once an hour at most."""
        now = self._clock()
        self._own_asked = {one: at for one, at in list(self._own_asked.items()) if at > now - _HOUR}
        if subscriber_id not in self._own_asked:
            self._own_asked[subscriber_id] = now
            self._own.put((subscriber_id, language))
            self.wake()

    def _walk(self) -> None:
        while True:
            self._work.wait(_LOOK_S)
            self._work.clear()
            if self._ends:
                return
            try:
                self._round(self._clock())
            except NewsletterError as error:  # the ledger is busy: the next round finds everything as it is
                self._trouble(error)
            except OSError as error:
                # no file or line to be had for now: whoever waits for a mail still gets it
                what = sentence("no mail can leave now: {why}", why=system_reason(error))
                self._trouble(NewsletterError(what))

    def _round(self, now: int) -> None:
        while not self._own.empty():
            self._send_own(*self._own.get(), now)
        for error in send_due(self._post, now=now):
            self._trouble(error)
        if now - self._tidied_at > _HOUR:
            forget_old(self._post, now=now)
            self._tidied_at = now

    def _send_own(self, subscriber_id: int, language: str, now: int) -> None:
        try:
            send_own_link(self._post, subscriber_id, language=language, now=now)
        except NewsletterError as error:  # the reader presses again when no mail comes
            self._own_asked.pop(subscriber_id, None)
            self._trouble(error)
