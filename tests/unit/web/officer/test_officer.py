"""The officer's pages: for who is signed in, and for nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from newsletter_mailer.actions.officer.password import keep, kept
from newsletter_mailer.app import open_app
from newsletter_mailer.errors import SecretError, UsageError
from newsletter_mailer.web.officer.door import LINK_MS, STAY_MS, Door
from public_pages import FORM, SETTINGS, THEN, Answer, Serving, sent_to, serving, with_list

PASSWORD = "cheval exact pile agrafe"
PATHS = (
    "",
    "/live.js",
    "/campaigns/1",
    "/campaigns/1/live",
    "/campaigns/1/report",
    "/campaigns/1/report.html",
)


class Now:
    """A clock that is set."""

    def __init__(self) -> None:
        self.at = THEN

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def closed(tmp_path: Path, now: Now) -> Iterator[Serving]:
    """Pages of which nobody was told how to sign in."""
    with serving(tmp_path, now=now) as site:
        _campaign(site)
        yield site


@pytest.fixture
def locked(tmp_path: Path, now: Now) -> Iterator[Serving]:
    """Pages with a password."""
    with serving(tmp_path, now=now) as site:
        _campaign(site)
        keep(site.app.workspace, PASSWORD, salt=b"0123456789abcdef")
        yield site


def _campaign(site: Serving) -> None:
    with_list(site, "members", ["anne@example.org", "bob@b.example"])
    sent_to(site, "members")


def sign_in(site: Serving, password: str = PASSWORD, headers: Mapping[str, str] | None = None) -> Answer:
    body = f"password={password.replace(' ', '+')}".encode()
    return site.ask("/officer/in", "POST", body, {"Content-Type": FORM, **(headers or {})})


def cookie(answer: Answer) -> dict[str, str]:
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0]}


def test_without_a_way_to_sign_in_there_is_nothing(closed: Serving) -> None:
    elsewhere = closed.ask("/no/such/page")

    for path in (*PATHS, "/in", "/in/anything", "/pages.css"):
        answer = closed.ask(f"/officer{path}")
        assert (answer.status, answer.text) == (404, elsewhere.text)
        assert "set-cookie" not in answer.headers
        assert closed.send(f"/officer{path}", password=PASSWORD).status in (404, 405)


def test_a_stranger_sees_only_the_door(locked: Serving) -> None:
    for path in PATHS:
        answer = locked.ask(f"/officer{path}", headers={"Cookie": "newsletter_0=guessed"})
        assert (answer.status, answer.headers["location"], answer.body) == (303, "/officer/in", b"")
    assert 'type="password"' in locked.ask("/officer/in").text


def test_the_password_opens_every_page_for_a_day_and_no_page_may_be_kept(locked: Serving, now: Now) -> None:
    answer = sign_in(locked)

    morals = answer.headers["set-cookie"].lower()
    assert (answer.status, answer.headers["location"]) == (303, "/officer")
    assert "httponly" in morals
    assert "samesite=strict" in morals
    assert "path=/officer" in morals
    assert "secure" not in morals  # this line is not encrypted
    key = cookie(answer)
    for path in PATHS:
        seen = locked.ask(f"/officer{path}", headers=key)
        assert seen.status == 200
        assert "no-store" in seen.headers["cache-control"]
        assert "default-src 'none'" in seen.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in seen.headers["content-security-policy"]
        assert ("unsafe-inline" in seen.headers["content-security-policy"]) is ("report" in path)
    now.at += STAY_MS
    assert locked.ask("/officer", headers=key).status == 303


def test_behind_a_web_server_with_a_certificate_the_cookie_never_leaves_it(tmp_path: Path, now: Now) -> None:
    with serving(tmp_path, now=now) as site:
        keep(site.app.workspace, PASSWORD, salt=b"0123456789abcdef")
        answer = sign_in(site, headers={"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"})

    assert "; Secure" in answer.headers["set-cookie"]


def test_a_password_is_not_taken_over_a_line_that_others_read(locked: Serving) -> None:
    answer = sign_in(locked, headers={"X-Forwarded-For": "192.0.2.7"})

    assert answer.status == 403
    assert "set-cookie" not in answer.headers


def test_guesses_end_after_ten_in_an_hour(locked: Serving, now: Now) -> None:
    guesses = [sign_in(locked, f"{PASSWORD} {n}").status for n in range(10)]

    assert guesses == [403] * 10
    assert sign_in(locked).status == 429
    now.at += 3_600_001
    assert sign_in(locked).status == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
    ],
)
def test_no_other_sites_page_signs_anybody_in_or_out(locked: Serving, headers: dict[str, str]) -> None:
    key = cookie(sign_in(locked))

    assert sign_in(locked, headers=headers).status == 403
    assert locked.ask("/officer/out", "POST", b"x=1", {**key, **headers}).status == 403
    assert locked.ask("/officer", headers=key).status == 200


def test_who_signs_out_is_out_and_a_new_password_puts_everybody_out(locked: Serving) -> None:
    first, second = cookie(sign_in(locked)), cookie(sign_in(locked))

    out = locked.ask("/officer/out", "POST", b"x=1", first)

    assert out.status == 200
    assert locked.ask("/officer", headers=first).status == 303
    assert locked.ask("/officer", headers=second).status == 200
    keep(locked.app.workspace, f"{PASSWORD} neuf", salt=b"fedcba9876543210")
    assert locked.ask("/officer", headers=second).status == 303


def test_the_link_of_the_terminal_opens_once(tmp_path: Path, now: Now) -> None:
    door = Door(lambda: None)
    with serving(tmp_path, now=now, door=door) as site:
        token = door.new_link(now=now())
        looked = [site.ask(f"/officer/in/{token}") for _ in range(2)]  # looking uses nothing up
        opened = site.ask(f"/officer/in/{token}", "POST", b"x=1")
        again = site.ask(f"/officer/in/{token}", "POST", b"x=1")
        home = site.ask("/officer", headers=cookie(opened))
        stranger = site.ask("/officer")
        door_of_a_password = site.ask("/officer/in")

    assert [answer.status for answer in looked] == [200, 200]
    assert (opened.status, home.status) == (303, 200)
    assert (again.status, "set-cookie" in again.headers) == (404, False)
    assert (stranger.status, door_of_a_password.status) == (404, 404)


def test_a_link_that_nobody_opened_in_time_is_none() -> None:
    door = Door(lambda: None)
    token = door.new_link(now=THEN)

    assert not door.knows_link(token, now=THEN + LINK_MS)
    assert door.by_link(token, now=THEN + LINK_MS) is None
    assert not door.knows_link("", now=THEN)
    assert door.by_link(token, now=THEN) is not None


def test_only_so_many_stay_and_the_oldest_goes_first() -> None:
    door = Door(lambda: None)
    keys = [door.by_link(door.new_link(now=THEN), now=THEN) or "" for _ in range(21)]

    assert [door.lets_in(key, now=THEN) for key in keys] == [False] + [True] * 20


def test_under_a_path_the_pages_lead_to_each_other(tmp_path: Path, now: Now) -> None:
    with serving(tmp_path, base="/lettre", now=now) as site:
        _campaign(site)
        keep(site.app.workspace, PASSWORD, salt=b"0123456789abcdef")
        answer = sign_in(site)
        home = site.ask("/officer?lang=en", headers=cookie(answer)).text

    assert answer.headers["location"] == "/lettre/officer"
    assert "path=/lettre/officer" in answer.headers["set-cookie"].lower()
    links = re.findall(r'(?:href|action)="([^"?#][^"]*)"', home)
    assert links
    assert all(link.startswith(("/lettre/officer", "data:")) for link in links)


def test_the_pages_tell_what_the_ledger_knows(locked: Serving) -> None:
    key = cookie(sign_in(locked))

    home = locked.ask("/officer?lang=en", headers=key).text
    one = locked.ask("/officer/campaigns/1?lang=en", headers=key).text
    live = locked.ask("/officer/campaigns/1/live?lang=en", headers=key).text
    report = locked.ask("/officer/campaigns/1/report?lang=en", headers=key).text
    file = locked.ask("/officer/campaigns/1/report.html?lang=en", headers=key)

    assert "/officer/campaigns/1/report" in home
    assert live in one
    for told in ("planned", "b.example", "example.org", "<dt>readers</dt><dd>2</dd>"):
        assert told in live
    assert "Receipt for the board" in report
    assert file.headers["content-disposition"] == 'attachment; filename="report-1.html"'
    assert "anne@example.org" not in home + one


def test_a_campaign_that_is_none_is_not_found(locked: Serving) -> None:
    key = cookie(sign_in(locked))

    for number in ("7", "0", "99999999999999999999"):
        for page in ("", "/live", "/report", "/report.html"):
            assert locked.ask(f"/officer/campaigns/{number}{page}", headers=key).status == 404


def test_looking_changes_nothing(locked: Serving) -> None:
    key = cookie(sign_in(locked))
    before = locked.everything()

    for path in PATHS:
        locked.ask(f"/officer{path}", headers=key)

    assert locked.everything() == before


def test_a_password_is_kept_as_a_hash_that_its_owner_alone_reads(tmp_path: Path) -> None:
    (tmp_path / "newsletter.yaml").write_text(SETTINGS.format(smtp=1, url="http://127.0.0.1:1", more=""))
    with open_app(tmp_path) as app:
        path = keep(app.workspace, PASSWORD, salt=b"0123456789abcdef")
        found = kept(app.workspace)
        for wrong in ("short", "x" * 201):
            with pytest.raises(UsageError, match="12 to 200"):
                keep(app.workspace, wrong, salt=b"0123456789abcdef")

    assert found is not None
    assert found.is_(PASSWORD)
    assert not found.is_(f"{PASSWORD} ")
    assert not found.is_("x" * 10_000_000)
    assert PASSWORD not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "plain$1$1$1$QUJD$QUJD",
        "scrypt$1$1$1$QUJD$",
        "scrypt$x$8$1$QUJD$QUJD",
        "scrypt$1073741824$8$1$QUJD$QUJD",
        "scrypt$3$8$1$QUJD$QUJD",
        "scrypt$2$-8$1$QUJD$QUJD",
    ],
)
def test_a_file_of_no_use_is_told_before_anybody_stands_at_the_door(tmp_path: Path, text: str) -> None:
    path = tmp_path / "var" / "officer"
    path.parent.mkdir()
    path.touch(mode=0o600)
    path.write_text(text)

    with pytest.raises(SecretError, match="newsletter secret set officer"), serving(tmp_path):
        pass
