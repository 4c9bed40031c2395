"""The mail as it leaves, and what a spam filter that is installed says of it."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter_mailer.checks.delivery import message, parity, spam
from newsletter_mailer.checks.subject import Subject
from newsletter_mailer.model.finding import Level
from unit.checks.samples import subject_of
from unit.checks.samples_rendered import GOOD, sender

REPORT = """Spam detection software, running on the system "localhost", has not identified it.

Content analysis details:   (2.6 points, 5.0 required)

 pts rule name              description
---- ---------------------- --------------------------------------------------
-0.0 NO_RELAYS              Informational: message was not relayed via SMTP
 0.4 MIME_HTML_MOSTLY       BODY: Multipart message mostly text/html MIME
 2.2 MPART_ALT_DIFF         BODY: HTML and text parts are different
-0.0 NO_RECEIVED            Informational: message has no Received headers
"""
RSPAMD = {
    "score": 6.5,
    "symbols": {
        "MIME_GOOD": {"name": "MIME_GOOD", "score": -0.1},
        "R_PARTS_DIFFER": {"name": "R_PARTS_DIFFER", "score": 1.0},
        "FAKE_REPLY": {"name": "FAKE_REPLY", "score": 5.6},
    },
}


@pytest.fixture
def good(tmp_path: Path) -> Subject:
    return subject_of(tmp_path, GOOD)


def program(folder: Path, name: str, says: str) -> Path:
    """An executable of that name that reads a mail and says this."""
    path = folder / name
    path.write_text(f"#!/bin/sh\ncat > /dev/null\ncat <<'END'\n{says}\nEND\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"From: ", b"From: someone@example.org, ", "one address"),
        (b"Message-ID: <", b"Message-ID: <" + b"a" * 500, "message-id is longer than 500"),
        (b"\r\nSubject: ", b"\r\nSubject: " + b"a " * 500 + b"\r\n ", "subject is longer than 998"),
        (b"MIME-Version", b"X-Long: " + b"a " * 16_400 + b"\r\nMIME-Version", "x-long is longer than 32768"),
        (b"MIME-Version", b"X-Word: =?utf-8?q?" + b"a" * 70 + b"?=\r\nMIME-Version", "encoded word"),
        (b"MIME-Version", b"X-Word: =?utf-8?q?a?==?utf-8?q?b?=\r\nMIME-Version", "encoded word"),
        (b"List-Unsubscribe: ", b"List-Unsubscribe: =?utf-8?q?a?= ", "one-click"),
        (b" +0", b" GMT; +0", "time zone"),
        (b"MIME-Version", b"From", "from 2 times"),
        (b"\r\nDate:", b"\r\nX-Date:", "no date"),
        (b"\r\n--", b"\r\n" + b"a" * 80 + b"\r\n--", "longer than 76"),
        (b"\r\nPrecedence", b"\nPrecedence", "bare CR or LF"),
        (b"MIME-Version", b"No field\r\nMIME-Version", "take apart"),
        (b"MIME-Version", b"X-Many: a\r\n" * 50_000 + b"MIME-Version", "head is longer"),
    ],
)
def test_what_providers_refuse_is_an_error(good: Subject, old: bytes, new: bytes, said: str) -> None:
    assert old in good.message
    broken = replace(good, message=good.message.replace(old, new, 1))

    found = list(message.strict(broken))

    assert {finding.level for finding in found} == {Level.ERROR}
    assert said in " ".join(str(finding.what) for finding in found)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("Réseau Exemple", False),
        ("Réseau Exemple ✔", True),
        ("Réseau Exemple (31)", True),
        ("'Re: Réseau'", True),
        ("lettre@example.org", True),
        ("Réseau, Des nouvelles", True),
        ("L’Étoile, Le Réseau", False),
    ],
)
def test_a_senders_name_is_a_name(tmp_path: Path, name: str, wrong: bool) -> None:
    subject = sender(f'"{name}"')(tmp_path)

    assert bool(list(message.sender(subject))) is wrong


def test_words_that_nobody_reads_need_not_stand_in_the_text(good: Subject) -> None:
    hidden = '<p style="display:none">caché</p><p aria-hidden="true">orné</p>' * 30
    html = good.html.replace("</body>", f"{hidden}</body>")

    assert list(parity.words(replace(good, html=html))) == []


def test_a_few_words_may_be_the_pages_alone_but_not_a_paragraph(good: Subject) -> None:
    def with_words(count: int) -> Subject:
        added = " ".join(f"mot{number}" for number in range(count))
        return replace(good, html=good.html.replace("</body>", f"<p>{added}</p></body>"))

    assert list(parity.words(with_words(1))) == []
    (finding,) = parity.words(with_words(40))
    assert " 50 %" in str(finding.what)


def test_a_telephone_number_is_no_address_that_the_text_must_name(good: Subject) -> None:
    html = good.html.replace(
        "</body>", '<a href="tel:+33561000000">appeler</a><a href="#haut">haut</a></body>'
    )

    assert list(parity.links(replace(good, html=html))) == []


@pytest.mark.parametrize(("size", "level"), [(2_000_001, Level.WARNING), (10_000_001, Level.ERROR)])
def test_a_heavy_mail_is_told_and_one_too_heavy_is_an_error(good: Subject, size: int, level: Level) -> None:
    (finding,) = parity.weight(replace(good, message=b"x" * size))

    assert finding.level is level
    assert list(parity.weight(replace(good, message=b"x" * 2_000_000))) == []


def test_the_points_of_spamassassin_are_read_with_the_dearest_rules_first() -> None:
    verdict = spam.of_spamassassin(REPORT)

    assert verdict == spam.Verdict("SpamAssassin", 2.6, (("MPART_ALT_DIFF", 2.2), ("MIME_HTML_MOSTLY", 0.4)))
    assert spam.of_spamassassin("no such thing") is None


def test_the_points_of_rspamd_are_read_with_the_dearest_rules_first() -> None:
    verdict = spam.of_rspamd(json.dumps(RSPAMD))

    assert verdict == spam.Verdict("rspamd", 6.5, (("FAKE_REPLY", 5.6), ("R_PARTS_DIFFER", 1.0)))
    assert [spam.of_rspamd(said) for said in ("", "[]", "{}", '{"score": 1, "symbols": {"A": 2}}')] == [
        None
    ] * 4


@pytest.mark.parametrize(
    ("points", "levels"), [("1.9", []), ("2.0", [Level.WARNING]), ("5.0", [Level.ERROR])]
)
def test_from_two_points_on_a_score_is_told(
    good: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, points: str, levels: list[Level]
) -> None:
    program(tmp_path, "spamassassin", REPORT.replace("(2.6 points", f"({points} points"))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    assert [finding.level for finding in spam.score(good)] == levels


def test_rspamd_is_asked_where_spamassassin_says_nothing(
    good: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "spamassassin", "it is not set up")
    program(tmp_path, "rspamc", json.dumps(RSPAMD))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    (finding,) = spam.score(good)

    assert str(finding.what).startswith("rspamd gives the mail 6.5 points")
    assert "FAKE_REPLY 5.6" in str(finding.what)


def test_without_a_filter_nothing_is_said(
    good: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert list(spam.score(good)) == []


def test_a_program_that_cannot_be_started_is_passed_over(
    good: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "spamassassin"
    path.write_bytes(b"\0")
    path.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert list(spam.score(good)) == []
