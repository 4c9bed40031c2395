"""Segments on the command line: saved, counted, dispatched to, and told again wherever their campaign is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli_kit import PLAIN, campaign
from composer_desk import SETTINGS, workspace_in
from newsletter_mailer.app import open_app
from newsletter_mailer.cli import campaign_output as show
from newsletter_mailer.cli import newsletter
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.audience import Basis, NewSubscriber
from newsletter_mailer.model.campaign import CampaignState, Counts
from newsletter_mailer.model.segments import SavedSegment
from newsletter_mailer.store import audience
from newsletter_mailer.wording import in_language, use_language

TOULOUSE = 'subscriber.department == "31"'
LATER = ("--at", "2099-01-01 09:00", "--yes", "--expect")
TO_TOULOUSE = ("dispatch", "essai", "--list", "members", "--segment", "toulouse")
Call = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    workspace_in(tmp_path)
    settings = SETTINGS + "subscriber_fields: [department]\n"
    (tmp_path / "newsletter.yaml").write_text(settings, encoding="utf-8")
    with open_app(tmp_path) as app, app.database.transaction() as c:
        into = audience.add_list(
            c, "members", name="Members", basis=Basis.CONSENT, now=app.now, source="test"
        )
        people = [
            NewSubscriber(f"{name}@example.org", attributes={"department": department})
            for name, department in (("ann", "31"), ("bob", "9"), ("eve", "31"))
        ]
        audience.import_rows(c, people, into=into, secret=app.secret, source="test", now=app.now)
    return tmp_path


@pytest.fixture
def call(root: Path) -> Iterator[Call]:
    """`newsletter …` in the workspace: what it said on both streams; errors as they are raised."""

    def run(*arguments: str) -> str:
        options = ["--project", str(root), "--lang", "en", "--no-input"]
        done = CliRunner().invoke(newsletter, [*options, *arguments])
        if isinstance(done.exception, NewsletterError):
            raise done.exception
        return done.output

    yield run
    use_language("en")


def as_json(said: str) -> Any:
    return json.loads(said[said.index("\n{") if "\n{" in said else 0 :])


def test_a_segment_is_saved_counted_shown_and_removed(call: Call) -> None:
    assert "There is no segment yet" in call("segments")

    added = call("segments", "add", "toulouse", TOULOUSE)
    listed = call("segments")
    shown = json.loads(call("--json", "segments", "show", "toulouse", "--list", "members"))
    removed = call("segments", "remove", "toulouse")

    assert added.startswith(f"Segment “toulouse”: {TOULOUSE}\n2 of 3 readers\n")
    assert "newsletter dispatch ISSUE --list LIST --segment toulouse" in added
    assert f"toulouse   {TOULOUSE}" in listed
    assert shown == {"name": "toulouse", "expression": TOULOUSE, "members": 2, "readers": 3}
    assert TOULOUSE in removed
    assert json.loads(call("--json", "segments")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "x", "subscriber.departement"), "did you mean “subscriber.department”?"),
        (("add", "x", 'not received("2026-13")'), "there is no issue “2026-13” (there are: essai)"),
        (("add", "x", 'subscribed("membres")'), "did you mean “members”?"),
        (("add", "a b", TOULOUSE), "such as a-b"),
        (("add", "--", "-x", TOULOUSE), "cannot be the name of a segment"),
        (("add", "x", ""), "an empty expression"),
        (("show", "x"), "newsletter segments add x EXPRESSION"),
        (("remove", "x"), "there is no segment “x”"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_remedy(
    call: Call, arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(NewsletterError) as refused:
        call("segments", *arguments)

    assert said in str(refused.value)
    assert "There is no segment yet" in call("segments")


def test_another_expression_takes_a_name_only_when_that_is_asked_for(call: Call) -> None:
    call("segments", "add", "toulouse", TOULOUSE)

    with pytest.raises(NewsletterError, match="there is a segment “toulouse” already"):
        call("segments", "add", "toulouse", 'subscriber.department == "9"')
    same = call("segments", "add", "toulouse", f"  {TOULOUSE} ")
    replaced = call("segments", "add", "toulouse", 'subscriber.department == "9"', "--replace")

    assert "Before" not in same
    assert f"Before, it was: {TOULOUSE}" in replaced
    assert "1 of 3 readers" in replaced


def test_a_segment_whose_field_is_gone_is_told_and_reaches_nobody(call: Call, root: Path) -> None:
    call("segments", "add", "toulouse", TOULOUSE)
    (root / "newsletter.yaml").write_text(SETTINGS, encoding="utf-8")

    listed = call("segments")
    told = json.loads(call("--json", "segments"))

    assert "! segment “toulouse”: nobody knows “subscriber.department”" in listed
    assert told[0]["members"] is None
    assert "nobody knows" in told[0]["problem"]
    with pytest.raises(NewsletterError, match="segment “toulouse”: nobody knows"):
        call(*TO_TOULOUSE, "--dry-run")


def test_brackets_of_an_expression_are_shown_as_they_are(call: Call) -> None:
    call("segments", "add", "several", "subscriber.department in [subscriber.language]")

    assert "in [subscriber.language]" in call("segments")


def test_a_dispatch_shows_the_segment_before_it_asks(call: Call) -> None:
    call("segments", "add", "toulouse", TOULOUSE)

    said = call(*TO_TOULOUSE, "--dry-run")
    told = as_json(call("--json", *TO_TOULOUSE, "--dry-run"))

    assert f"Segment “toulouse”: {TOULOUSE}\nRecipients: 2 = 3 − 1 not in the segment\n" in said
    assert told["segment"] == {"name": "toulouse", "expression": TOULOUSE}
    assert told["head_count"]["outside_segment"] == 1
    assert told["head_count"]["total"] == 2


def test_a_segment_of_nobody_says_why_nobody_gets_it(call: Call) -> None:
    call("segments", "add", "nobody", 'subscriber.department == "99"')

    said = call("dispatch", "essai", "--list", "members", "--segment", "nobody")
    corrected = call("dispatch", "essai", "--list", "members", "--segment", "nobody", "--erratum")

    assert "or is not in the segment “nobody”." in said
    assert "Nobody of the segment “nobody” has another version of this issue." in corrected


def test_a_campaign_keeps_its_segment_and_says_so(call: Call) -> None:
    call("segments", "add", "toulouse", TOULOUSE)
    call(*TO_TOULOUSE, *LATER, "2")
    call("dispatch", "essai", "--list", "members", *LATER, "1")

    status = call("status", "1")
    told = json.loads(call("--json", "campaigns"))
    several = call("campaigns")
    paused = call("pause", "1")

    assert f"Segment “toulouse”: {TOULOUSE}" in status
    assert told[0]["segment"] == {"name": "toulouse", "expression": TOULOUSE}
    assert "segment" not in told[1]
    row = next(line.split() for line in several.splitlines() if line.startswith(" 1 "))
    assert row[1:3] == ["essai", "toulouse"]
    assert "newsletter dispatch essai --list members --segment toulouse" in paused
    with pytest.raises(NewsletterError, match=r"1 \(members, toulouse: 2\); 2 \(members: 1\)"):
        call("cancel", "essai")


def test_the_same_command_goes_on_also_when_the_segment_was_changed_and_says_so(call: Call) -> None:
    call("segments", "add", "toulouse", TOULOUSE)
    call(*TO_TOULOUSE, *LATER, "2")
    unchanged = call(*TO_TOULOUSE, "--dry-run")
    call("segments", "add", "toulouse", 'subscriber.department == "9"', "--replace")

    changed = call(*TO_TOULOUSE, "--dry-run")
    without = call("dispatch", "essai", "--list", "members", "--dry-run")

    assert "Campaign 1 of essai continues: 2 recipients" in unchanged
    assert "was changed since" not in unchanged
    assert "Campaign 1 of essai continues: 2 recipients" in changed
    assert f"keeps its readers, for whom it was {TOULOUSE}" in changed
    assert "newsletter cancel 1" in changed
    assert "Recipients: 1 = 3 − 2 who wait in another campaign" in without


def test_a_rehearsal_reaches_the_segment_and_names_the_command_that_does(call: Call) -> None:
    call("segments", "add", "toulouse", TOULOUSE)

    told = as_json(call("--json", "rehearse", *TO_TOULOUSE[1:], "--calm"))

    assert told["counts"]["sent"] == 2
    assert told["segment"]["name"] == "toulouse"
    assert told["next"] == "newsletter dispatch essai --list members --segment toulouse"


def test_an_erratum_is_offered_for_whoever_has_the_old_version_whatever_their_segment(
    capsys: pytest.CaptureFixture[str],
) -> None:
    aimed = replace(
        campaign(CampaignState.PAUSED, Counts(queued=1, sent=1)),
        exclude=("press",),
        segment=SavedSegment("toulouse", TOULOUSE),
    )

    with in_language("en"):
        show.continuing(PLAIN, aimed, corrected=True, wanted=aimed.segment)

    said = capsys.readouterr().err
    assert "newsletter dispatch noel --list members --exclude press --erratum" in said
    assert "changed since: the campaign keeps" not in said
