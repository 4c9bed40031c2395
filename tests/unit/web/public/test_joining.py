"""Subscribing over HTTP: a form, a mail, a button."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from dispatch_kit import NOON, SECRET
from newsletter_mailer.actions.account import account_of
from newsletter_mailer.actions.consent.links import SignedLinks
from newsletter_mailer.actions.consent.mailing import Post, send_due
from newsletter_mailer.model.audience import SuppressionReason
from newsletter_mailer.store import audience, confirmations
from newsletter_mailer.tokens import recipient_key
from program import AnyPort, Postbox
from public_pages import FORM, Serving, path_of, serving, with_list

BASE = "/lettres"
PEOPLE = "SELECT count(*) FROM subscribers"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def pages(tmp_path: Path, postbox: Postbox) -> Iterator[Serving]:
    server = AnyPort(postbox, hostname="127.0.0.1", port=0)
    server.start()
    try:
        with serving(tmp_path, smtp=server.port, base=BASE, more="serve: { asks_per_hour: 200 }") as running:
            yield running
    finally:
        server.stop()


@pytest.fixture
def mail_to(postbox: Postbox, wait_until: Callable[[Callable[[], bool]], None]) -> Callable[[str], str]:
    """The text of the mail to an address, once it is there."""

    def wait(address: str) -> str:
        wait_until(lambda: address in postbox.addresses)
        raw = next(raw for to, raw in postbox.received if to == address)
        return str(message_from_bytes(raw, policy=policy.default).get_content())

    return wait


def link_in(text: str) -> str:
    found = re.search(r"http://\S+/c/[0-9a-f]+", text)
    assert found
    return path_of(found.group(), BASE)


def test_a_reader_subscribes_by_form_mail_and_button(pages: Serving, mail_to: Callable[[str], str]) -> None:
    list_id = with_list(pages, "lettre", [], name="La Lettre", wording="J’accepte de recevoir La Lettre.")

    pages.send("/subscribe?lang=fr", address=" Zoe@Example.org ", first_name="Zoé", list="lettre")
    link = link_in(mail_to("Zoe@example.org"))
    before = pages.rows(PEOPLE)
    pages.ask(link)
    looked = pages.rows(PEOPLE)
    answer = pages.send(link)

    assert before == looked == [(0,)]
    assert answer.status == 200
    assert pages.status_of("zoe@example.org") == {"lettre": "confirmed"}
    assert pages.rows("SELECT first_name, language FROM subscribers") == [("Zoé", "fr")]
    events = "SELECT kind, list_id, wording, source, basis FROM consent_events ORDER BY id"
    said = (list_id, "J’accepte de recevoir La Lettre.", "subscribe form", "consent")
    assert pages.rows(events) == [("asked", *said), ("confirmed", *said)]
    assert re.search(rf'href="{BASE}/p/[0-9a-f]+"', answer.text)


def test_the_mail_names_the_letters_and_is_no_newsletter(
    pages: Serving, postbox: Postbox, mail_to: Callable[[str], str]
) -> None:
    with_list(pages, "un", [], name="La Lettre")
    with_list(pages, "deux", [], name="Les Dates")

    pages.send("/subscribe?lang=en", address="zoe@example.org", list=["un", "deux"])
    text = mail_to("zoe@example.org")

    head = postbox.message_to("zoe@example.org")
    assert "• La Lettre" in text
    assert "• Les Dates" in text
    assert head["Auto-Submitted"] == "auto-generated"
    assert head["List-Unsubscribe"] is None


def test_a_hundred_posts_make_one_mail(
    pages: Serving, postbox: Postbox, mail_to: Callable[[str], str]
) -> None:
    with_list(pages, "lettre", [])

    answers = [pages.send("/subscribe?lang=en", address="zoe@example.org") for _ in range(100)]
    pages.send("/subscribe", address="last@example.org")
    mail_to("last@example.org")

    assert len({answer.body for answer in answers}) == 1
    assert postbox.addresses == ["zoe@example.org", "last@example.org"]


def test_known_unknown_and_suppressed_addresses_get_the_same_answer(
    pages: Serving, postbox: Postbox, mail_to: Callable[[str], str]
) -> None:
    with_list(pages, "lettre", ["known@example.org"])
    with pages.app.database.transaction() as c:
        for address, reason in (("dead@example.org", "HARD_BOUNCE"), ("angry@example.org", "COMPLAINT")):
            key = recipient_key(SECRET, address)
            audience.suppress(c, key, reason=SuppressionReason[reason], now=NOON)

    everybody = ("known", "dead", "angry", "new")
    answers = [pages.send("/subscribe?lang=en", address=f"{who}@example.org") for who in everybody]
    mail_to("new@example.org")

    assert len({(answer.status, answer.body) for answer in answers}) == 1
    assert postbox.addresses == ["known@example.org", "new@example.org"]


def test_a_program_that_fills_in_every_field_is_told_the_same_and_nothing_leaves(
    pages: Serving, postbox: Postbox, mail_to: Callable[[str], str]
) -> None:
    with_list(pages, "lettre", [])

    program = pages.send("/subscribe?lang=en", address="program@example.org", website="http://spam.example")
    person = pages.send("/subscribe?lang=en", address="person@example.org", website="")
    mail_to("person@example.org")

    assert program.body == person.body
    assert postbox.addresses == ["person@example.org"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"address": "no address"}, "address"),
        ({"address": ""}, "address"),
        ({"address": "a@b.example\r\nBcc: x@example.org"}, "address"),
        ({"address": "zoe@example.org", "first_name": "a\nb"}, "first_name"),
        ({"address": "zoe@example.org", "last_name": "x" * 101}, "last_name"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_what_was_typed_stays(
    pages: Serving, fields: dict[str, str], field: str
) -> None:
    with_list(pages, "lettre", [])

    answer = pages.send("/subscribe?lang=en", **{"last_name": "<b>Été</b>", **fields})

    assert answer.status == 422
    assert f'id="{field}-mistake"' in answer.text
    assert f'aria-describedby="{field}-mistake"' in answer.text
    assert "<b>" not in answer.text
    assert pages.rows("SELECT count(*) FROM confirmations") == [(0,)]


def test_lists_that_are_not_public_cannot_be_asked_for(pages: Serving) -> None:
    with_list(pages, "one", [])
    with_list(pages, "two", [])
    with_list(pages, "board", [], public=False, name="Bureau")

    form = pages.ask("/subscribe")
    answer = pages.send("/subscribe", address="zoe@example.org", list="board")

    assert "Bureau" not in form.text
    assert answer.status == 422


def test_one_visitor_gets_a_few_mails_an_hour_and_the_same_answer(tmp_path: Path) -> None:
    with serving(tmp_path, more="serve: { asks_per_hour: 3 }") as pages:
        with_list(pages, "lettre", [])

        answers = [pages.send("/subscribe?lang=en", address=f"a{number}@example.org") for number in range(9)]
        other = {"X-Forwarded-For": "203.0.113.9", "Content-Type": FORM}
        behind_the_proxy = pages.ask("/subscribe?lang=en", "POST", b"address=other@example.org", other)

        assert len({answer.body for answer in (*answers, behind_the_proxy)}) == 1
        assert pages.rows("SELECT count(*) FROM confirmations") == [(4,)]


def test_a_mail_that_the_server_refuses_comes_later(
    pages: Serving, postbox: Postbox, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    with_list(pages, "lettre", [])
    postbox.answers["zoe@example.org"] = "451 4.3.0 not now"

    pages.send("/subscribe", address="zoe@example.org")
    wait_until(lambda: bool(pages.troubles))

    [(number, asked_at, tries)] = pages.rows("SELECT id, asked_at, tries FROM confirmations")
    with pages.app.database.reading() as c:
        now, later = (confirmations.unmailed(c, now=asked_at + wait) for wait in (59_000, 60_000))
    assert tries == 1
    assert now == []
    assert [one.id for one in later] == [number]
    assert "451 4.3.0 not now" in str(pages.troubles[0])


def test_a_mail_that_is_refused_for_good_is_not_sent_again_and_no_log_names_its_reader(
    pages: Serving, postbox: Postbox, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    with_list(pages, "lettre", [])
    postbox.answers["zoe@example.org"] = "550 5.1.1 <Zoe@example.org>: nobody"

    pages.send("/subscribe", address="zoe@example.org")
    wait_until(lambda: bool(pages.troubles))

    [asked_at] = pages.rows("SELECT asked_at FROM confirmations")[0]
    with pages.app.database.reading() as c:
        assert confirmations.unmailed(c, now=asked_at + confirmations.WAITS[-1]) == []
    assert "550 5.1.1 <…>: nobody" in str(pages.troubles[0])


@pytest.mark.parametrize("second", ["zoe+a@example.org", "zoe+b@example.org", "zoe@example.org"])
def test_tags_after_a_plus_make_no_second_mail(
    pages: Serving, mail_to: Callable[[str], str], postbox: Postbox, second: str
) -> None:
    with_list(pages, "lettre", [])

    pages.send("/subscribe", address="zoe+a@example.org")
    pages.send("/subscribe", address=second)
    pages.send("/subscribe", address="zoey@example.org")

    mail_to("zoey@example.org")
    assert postbox.addresses == ["zoe+a@example.org", "zoey@example.org"]


def test_a_link_works_seven_days_and_then_nothing_is_known_of_it(
    pages: Serving, mail_to: Callable[[str], str]
) -> None:
    with_list(pages, "lettre", [])
    pages.send("/subscribe", address="zoe@example.org")
    link = link_in(mail_to("zoe@example.org"))
    week = 7 * 24 * 3_600_000

    with pages.app.database.transaction() as c:
        [(asked_at,)] = pages.rows("SELECT asked_at FROM confirmations")
        too_late = confirmations.confirm(c, 1, now=asked_at + week)
        kept = confirmations.forget_old(c, now=asked_at + week - 1)
        dropped = confirmations.forget_old(c, now=asked_at + week)

    assert too_late is None
    assert (kept, dropped) == (0, 1)
    assert pages.send(link).status == 404
    assert pages.rows(PEOPLE) == [(0,)]


def test_a_confirmation_is_used_once_whoever_left_since_stays_away(
    pages: Serving, mail_to: Callable[[str], str]
) -> None:
    list_id = with_list(pages, "lettre", [])
    pages.send("/subscribe", address="zoe@example.org")
    link = link_in(mail_to("zoe@example.org"))
    first = pages.send(link)
    with pages.app.database.transaction() as c:
        audience.unsubscribe(c, 1, [list_id], now=NOON)

    second = pages.send(link)

    assert (second.status, second.body) == (first.status, first.body)
    assert pages.status_of("zoe@example.org") == {"lettre": "unsubscribed"}


def test_who_left_or_wanted_no_mail_at_all_comes_back_by_their_own_word(
    pages: Serving, mail_to: Callable[[str], str]
) -> None:
    with_list(pages, "lettre", ["zoe@example.org"])
    with pages.app.database.transaction() as c:
        audience.stop_everything(c, recipient_key(SECRET, "zoe@example.org"), now=NOON, source="test")

    pages.send("/subscribe", address="zoe@example.org")
    pages.send(link_in(mail_to("zoe@example.org")))

    assert pages.status_of("zoe@example.org") == {"lettre": "confirmed"}
    assert pages.rows("SELECT count(*) FROM suppressions") == [(0,)]


def test_tracking_is_asked_apart_and_silence_is_a_no(tmp_path: Path) -> None:
    with serving(tmp_path, more="privacy: { ask_tracking: true }") as pages:
        with_list(pages, "lettre", [])

        form = pages.ask("/subscribe?lang=en")
        for number, fields in enumerate(({"tracking": "yes"}, {}), start=1):
            pages.send("/subscribe?lang=en", address=f"a{number}@example.org", **fields)
            pages.send(f"/c/{pages.token('confirm', number)}")

        events = pages.rows(
            "SELECT kind, wording FROM consent_events WHERE kind LIKE 'tracking%' ORDER BY id"
        )
        assert [kind for kind, _ in events] == ["tracking_granted", "tracking_refused"]
        assert all("measures whether I open its letters" in wording for _, wording in events)
        assert 'name="tracking" value="yes" aria-describedby="tracking-said">' in form.text  # not ticked


def test_the_mail_repeats_that_the_form_says_yes_to_measuring(
    tmp_path: Path, postbox: Postbox, mail_to: Callable[[str], str]
) -> None:
    server = AnyPort(postbox, hostname="127.0.0.1", port=0)
    server.start()
    try:
        with serving(tmp_path, smtp=server.port, more="privacy: { ask_tracking: true }") as pages:
            with_list(pages, "lettre", [])
            pages.send("/subscribe?lang=en", address="yes@example.org", tracking="yes")
            pages.send("/subscribe?lang=en", address="no@example.org")
            said, unsaid = mail_to("yes@example.org"), mail_to("no@example.org")
    finally:
        server.stop()

    assert "The form also says yes to this:" in said
    assert "measures whether I open its letters" in said
    assert "measures" not in unsaid


def test_the_bare_form_may_stand_in_another_site_and_one_without_public_lists_says_so(pages: Serving) -> None:
    nothing = pages.ask("/subscribe?lang=en")
    with_list(pages, "lettre", [])

    bare = pages.ask("/subscribe/form?lang=en")
    answer = pages.send("/subscribe/form?lang=en", address="zoe@example.org")

    assert "no letter to subscribe to" in nothing.text
    assert "<footer" not in bare.text + answer.text
    assert "frame-ancestors *" in bare.headers["content-security-policy"]
    assert "frame-ancestors *" in answer.headers["content-security-policy"]


def test_a_form_that_is_too_long_or_no_form_is_refused(pages: Serving) -> None:
    assert pages.ask("/subscribe", "POST", b"a" * 20_000).status == 413
    assert pages.ask("/subscribe", "POST", b"\xff\xfe=1").status == 400
    assert pages.ask("/subscribe", "POST", b"&".join(b"a=1" for _ in range(500))).status == 400


def test_a_form_that_named_a_list_subscribes_to_no_other(pages: Serving) -> None:
    with_list(pages, "lettre", [], public=False)
    with_list(pages, "offres", [])

    answer = pages.send("/subscribe", address="zoe@example.org", list="lettre")

    assert answer.status == 422
    assert pages.rows("SELECT count(*) FROM confirmations") == [(0,)]
    assert '<input type="hidden" name="list" value="offres">' in answer.text


def test_words_that_changed_while_the_form_was_open_are_shown_before_they_are_agreed_to(
    pages: Serving,
) -> None:
    list_id = with_list(pages, "lettre", [], wording="J’accepte la lettre.")
    found = re.search(r'name="shown" value="([0-9a-f]+)"', pages.ask("/subscribe?lang=fr").text)
    assert found
    with pages.app.database.transaction() as c:
        audience.edit_list(c, list_id, wording="J’accepte la lettre et les offres.")

    fields = {"address": "zoe@example.org", "list": "lettre"}
    again = pages.send("/subscribe?lang=fr", shown=found.group(1), **fields)
    before = pages.rows("SELECT count(*) FROM confirmations")
    now = re.search(r'name="shown" value="([0-9a-f]+)"', again.text)
    assert now
    pages.send("/subscribe?lang=fr", shown=now.group(1), **fields)

    assert again.status == 422
    assert "J’accepte la lettre et les offres." in again.text
    assert before == [(0,)]
    [(kept,)] = pages.rows("SELECT wordings FROM confirmations")
    assert json.loads(kept) == {str(list_id): "J’accepte la lettre et les offres."}


def offered(html: str) -> list[str]:
    """The letters of a form, in their order."""
    return re.findall(r'name="list" value="([^"]+)"', html)


def test_an_address_that_names_a_list_shows_it_alone_and_ticks_nothing(pages: Serving) -> None:
    with_list(pages, "dates", [], name="Les Dates")
    list_id = with_list(pages, "lettre", [], name="La Lettre", wording="J’accepte la lettre.")
    path = "/subscribe?lang=en&list=lettre"

    form = pages.ask(path)
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', form.text)
    wrong = pages.send(path, address="zoe", list="lettre")
    assert shown
    pages.send(path, address="zoe@example.org", list="lettre", shown=shown.group(1))

    assert offered(form.text) == offered(wrong.text) == ["lettre"]
    assert "checkbox" not in form.text
    assert '<button class="button">Subscribe to “La Lettre”</button>' in form.text  # the button is the act
    assert "J’accepte la lettre." in form.text
    assert pages.rows("SELECT lists, wordings FROM confirmations") == [
        (str(list_id), json.dumps({str(list_id): "J’accepte la lettre."}))
    ]


def test_a_list_that_is_alone_says_what_it_is_for(pages: Serving) -> None:
    with_list(pages, "lettre", [], name="La lettre", purpose="Chaque mois, la vie du réseau.")

    form = pages.ask("/subscribe").text

    assert "Chaque mois, la vie du réseau." in form


def test_several_that_an_address_names_come_first_and_none_is_ticked(pages: Serving) -> None:
    for slug in ("a", "b", "c", "d"):
        with_list(pages, slug, [])

    form = pages.ask("/subscribe?list=d&list=c&list=nothing")
    unknown = pages.ask("/subscribe?list=nothing")
    sent = pages.send("/subscribe?list=d&list=c", address="zoe", list=["c", "a"])

    assert offered(form.text) == ["c", "d", "a", "b"]
    assert offered(unknown.text) == ["a", "b", "c", "d"]
    assert " checked" not in form.text + unknown.text
    assert sent.text.count(" checked") == 2  # the reader's own, after a mistake elsewhere


def test_beyond_so_many_mails_an_hour_a_request_waits_for_its_turn(
    tmp_path: Path, postbox: Postbox, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    server = AnyPort(postbox, hostname="127.0.0.1", port=0)
    server.start()
    try:
        with serving(tmp_path, smtp=server.port, more="serve: { mails_per_hour: 2 }") as pages:
            with_list(pages, "lettre", [])

            answers = [pages.send("/subscribe?lang=en", address=f"a{n}@example.org") for n in range(4)]
            mailed = "SELECT count(*) FROM confirmations WHERE mailed_at IS NOT NULL"
            wait_until(lambda: pages.rows(mailed) == [(2,)])
            links = SignedLinks(SECRET, lambda: SECRET)
            workspace = pages.app.workspace
            post = Post(pages.app.database, workspace, links, lambda: account_of(workspace), pages.url)
            [(last,)] = pages.rows("SELECT max(mailed_at) FROM confirmations")
            none = send_due(post, now=last + 3_599_000)
            with pages.app.database.reading() as c:
                waiting = confirmations.unmailed(c, now=last + 3_600_000)
                lately = confirmations.mailed_lately(c, now=last + 3_600_000)
    finally:
        server.stop()

    assert len({answer.body for answer in answers}) == 1
    assert none == []
    assert len(postbox.addresses) == 2
    assert [one.address for one in waiting] == ["a2@example.org", "a3@example.org"]
    assert lately == 0
