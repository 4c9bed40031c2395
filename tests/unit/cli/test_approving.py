"""The approval: bound to one edition, and without it nothing leaves where the settings want it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from composer_desk import ISSUE, SETTINGS, workspace_in
from newsletter_mailer.app import open_app
from newsletter_mailer.cli import newsletter
from newsletter_mailer.errors import NewsletterError, NotApproved
from newsletter_mailer.model.audience import Basis, NewSubscriber
from newsletter_mailer.smtp.sandbox import Sandbox
from newsletter_mailer.store import audience
from newsletter_mailer.wording import use_language

REQUIRED = "approval: required\n"
SEND = ("dispatch", "essai", "--list", "members", "--yes", "--expect", "1")
Call = Callable[..., Result]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture
def root(tmp_path: Path, sandbox: Sandbox) -> Path:
    workspace_in(tmp_path)
    smtp = f"smtp: {{ host: 127.0.0.1, port: {sandbox.port}, security: none }}"
    settings = SETTINGS.replace("smtp: { host: 127.0.0.1, security: none }", smtp)
    (tmp_path / "newsletter.yaml").write_text(settings + REQUIRED, encoding="utf-8")
    with open_app(tmp_path) as app, app.database.transaction() as c:
        into = audience.add_list(c, "members", name="M", basis=Basis.CONSENT, now=app.now, source="test")
        people = [NewSubscriber("lea@example.org")]
        audience.import_rows(c, people, into=into, secret=app.secret, source="test", now=app.now)
    return tmp_path


@pytest.fixture
def call(root: Path) -> Iterator[Call]:
    """Runs the program there, in English."""

    def run(*arguments: str) -> Result:
        base = ["--project", str(root), "--lang", "en", "--no-input"]
        return CliRunner().invoke(newsletter, [*base, *arguments])

    yield run
    use_language("en")


def code_in_test(call: Call, sandbox: Sandbox) -> str:
    """What a reviewer finds in the mail."""
    assert call("test", "essai", "--to", "chair@example.org").exit_code == 0
    mail = message_from_bytes(sandbox.arrived[-1].data, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return str(mail["X-Newsletter-Edition"])


def refused(done: Result) -> NewsletterError:
    assert isinstance(done.exception, NewsletterError)
    return done.exception


def change(root: Path) -> None:
    changed = ISSUE.replace("lisez ceci", "lisez cela")
    (root / "issues" / "essai" / "issue.yaml").write_text(changed, encoding="utf-8")


def test_an_edition_leaves_once_somebody_approved_it(call: Call, sandbox: Sandbox) -> None:
    code = code_in_test(call, sandbox)

    before = call(*SEND)
    noted = call("approve", "essai", "--by", "Anne Martin", "--code", code.lower().replace("-", " "))
    after = call(*SEND)

    assert isinstance(refused(before), NotApproved)
    assert refused(before).exit_code == 3
    assert code in str(refused(before))
    assert "Approved by Anne Martin" in noted.output
    assert after.exit_code == 0
    assert [mail.rcpt_to for mail in sandbox.arrived] == ["chair@example.org", "lea@example.org"]


def test_an_approval_holds_for_no_other_edition(call: Call, sandbox: Sandbox, root: Path) -> None:
    code = code_in_test(call, sandbox)
    call("approve", "essai", "--by", "Anne Martin", "--code", code)
    change(root)

    sent = call(*SEND)
    looked = call("dispatch", "essai", "--list", "members", "--dry-run")
    late = call("approve", "essai", "--by", "Anne Martin", "--code", code)

    assert f"Anne Martin approved, {code}: the issue was changed since" in str(refused(sent))
    assert "is not the one that Anne Martin approved" in looked.output
    for words in ("The issue was changed since it was approved", "ceci", "cela"):
        assert words in sent.output
    assert "it was changed since that test" in str(refused(late))
    assert sandbox.count == 1


def test_a_campaign_planned_before_does_not_go_on_with_an_edition_that_nobody_approved(
    call: Call, sandbox: Sandbox, root: Path
) -> None:
    settings = root / "newsletter.yaml"
    wanted = settings.read_text(encoding="utf-8")
    settings.write_text(wanted.replace(REQUIRED, ""), encoding="utf-8")
    planned = call(*SEND, "--at", "2099-01-01 09:00")
    settings.write_text(wanted, encoding="utf-8")

    resumed = call("resume", "essai", "--yes")

    assert planned.exit_code == 0
    assert isinstance(refused(resumed), NotApproved)
    assert sandbox.count == 0


def test_a_correction_that_nobody_approved_changes_nothing(call: Call, sandbox: Sandbox, root: Path) -> None:
    call("approve", "essai", "--by", "Anne", "--code", code_in_test(call, sandbox))
    call(*SEND, "--at", "2099-01-01 09:00")
    change(root)

    again = call(*SEND)

    assert isinstance(refused(again), NotApproved)


def test_a_rehearsal_needs_no_approval(call: Call) -> None:
    done = call("rehearse", "essai", "--list", "members")

    assert done.exit_code == 0


def test_how_an_issue_stands_can_be_read_by_programs(call: Call, sandbox: Sandbox) -> None:
    code = code_in_test(call, sandbox)
    call("approve", "essai", "--by", " Anne\nMartin ", "--code", code)
    call("approve", "essai", "--by", "Anne Martin", "--code", code)

    said = json.loads(call("--json", "approve", "essai").stdout)

    assert said["code"] == code
    assert said["tested"] is True
    assert [one["by"] for one in said["approvals"]] == ["Anne Martin"]


@pytest.mark.parametrize("given", [("--by", "Anne"), ("--code", "AAAA-AAAA"), ("--by", "\n", "--code", "A")])
def test_a_yes_needs_a_name_and_a_code(call: Call, given: tuple[str, ...]) -> None:
    done = call("approve", "essai", *given)

    assert done.exit_code != 0
    assert getattr(done.exception, "exit_code", 2) == 2


def test_the_short_code_stands_in_tests_and_in_no_other_mail(call: Call, sandbox: Sandbox) -> None:
    code = code_in_test(call, sandbox)
    call("approve", "essai", "--by", "Anne", "--code", code)
    call(*SEND)

    test, letter = (message_from_bytes(mail.data, policy=policy.default) for mail in sandbox.arrived)

    assert isinstance(test, EmailMessage)
    assert isinstance(letter, EmailMessage)
    text, page = test.get_body(("plain",)), test.get_body(("html",))
    assert text is not None
    assert page is not None
    assert code in text.get_content().splitlines()[0]
    assert code in page.get_content().partition("Trois rendez-vous")[2]  # the inbox line comes first
    for part in letter.walk():
        if part.get_content_maintype() == "text":
            assert code not in part.get_content()
    assert "X-Newsletter-Edition" not in letter
