"""One person at a time on the command line: written down, taken off, shown, handed over, forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from composer_desk import SETTINGS, workspace_in
from newsletter_mailer.cli import newsletter
from newsletter_mailer.errors import NotConfirmed, UsageError
from newsletter_mailer.wording import use_language

ANN = "ann@example.org"
WORDING = "J’accepte de recevoir la lettre."
Call = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    workspace_in(tmp_path)
    settings = SETTINGS + "subscriber_fields: [department]\n"
    (tmp_path / "newsletter.yaml").write_text(settings, encoding="utf-8")
    return tmp_path


@pytest.fixture
def call(root: Path) -> Iterator[Call]:
    """`newsletter …` in the workspace: what it said on both streams; errors as they are raised."""

    def run(*arguments: str) -> str:
        options = ["--project", str(root), "--lang", "en", "--no-input"]
        done = CliRunner().invoke(newsletter, [*options, *arguments])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    yield run
    use_language("en")


@pytest.fixture
def members(call: Call) -> Call:
    """A list, and Ann on it."""
    call("lists", "add", "members", "--name", "Nos membres")
    call("subscribers", "add", ANN, "--list", "members", "--source", "form", "--field", "department=31")
    return call


def shown(call: Call, address: str = ANN) -> Any:
    return json.loads(call("--json", "subscribers", "show", address))


def ties(call: Call, address: str = ANN) -> dict[str, str]:
    return {tie["list"]: tie["status"] for tie in shown(call, address)["subscriptions"]}


def day_of(at: str) -> str:
    """The day in the workspace's time zone."""
    return datetime.fromisoformat(at).astimezone(ZoneInfo("Europe/Paris")).date().isoformat()


def test_a_list_is_made_changed_and_shown(call: Call) -> None:
    assert "no list yet" in call("lists")

    made = call("lists", "add", "la-presse", "--basis", "b2b")
    changed = call("lists", "edit", "la-presse", "--purpose", "communiqués", "--wording", WORDING, "--public")
    [found] = json.loads(call("--json", "lists"))

    assert made.startswith("la-presse: “La presse”, professionals\n")
    assert "lists edit la-presse --purpose" in made
    assert "Anybody may subscribe" in changed
    assert found == {
        "slug": "la-presse",
        "name": "La presse",
        "basis": "b2b",
        "confirmed": 0,
        "purpose": "communiqués",
        "wording": WORDING,
        "commercial": False,
        "language": "",
        "public": True,
    }


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("add", "members"), "there is a list members already"),
        (("add", "Été"), "cannot be the name of a list (use small letters, digits and hyphens, e.g. ete)"),
        (("edit", "nobody", "--public"), "there is no list nobody"),
        (("edit", "members", "--commercial", "--basis", "legitimate_interest_assoc"), "a commercial list"),
        (("add", "other", "--language", "french"), "“french” is no language"),
        (("add", "other", "--purpose", "a\nb"), "on one line"),
    ],
)
def test_a_list_that_cannot_be_is_refused_in_words(
    members: Call, words: tuple[str, ...], problem: str
) -> None:
    with pytest.raises(UsageError) as refused:
        members("lists", *words)

    assert problem in str(refused.value)


def test_who_is_written_down_is_on_the_list_with_date_basis_and_source(members: Call) -> None:
    again = members("subscribers", "add", ANN, "--list", "members", "--first-name", "Ann")

    found = shown(members)
    [tie], [consent] = found["subscriptions"], found["consents"]
    assert "was on the list “Nos membres” already" in again
    assert (found["first_name"], found["attributes"]) == ("Ann", {"department": "31"})
    assert (tie["status"], tie["basis"], tie["source"]) == ("confirmed", "consent", "form")
    assert (consent["kind"], consent["basis"], consent["source"]) == ("added", "consent", "form")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("nobody", "--list", "members"), "“nobody” is not an e-mail address"),
        ((ANN, "--list", "nothing"), "there is no list nothing"),
        (
            (ANN, "--list", "members", "--field", "age=7"),
            "subscriber_fields in newsletter.yaml names: department",
        ),
        ((ANN, "--list", "members", "--field", "department"), "write NAME=VALUE"),
        ((ANN, "--list", "members", "--asked-on", "2999-01-01"), "2999-01-01 is still to come"),
    ],
)
def test_who_cannot_be_written_down_is_told_why(members: Call, words: tuple[str, ...], problem: str) -> None:
    with pytest.raises(UsageError) as refused:
        members("subscribers", "add", *words)

    assert problem in str(refused.value)


def test_who_left_comes_back_only_by_a_later_act_of_their_own(members: Call) -> None:
    assert "has left 1 list" in members("subscribers", "unsubscribe", ANN, "--source", "by phone")
    assert "had left already" in members("subscribers", "unsubscribe", ANN)
    again = ("subscribers", "add", ANN, "--list", "members")
    with pytest.raises(UsageError, match="--asked-on"):
        members(*again)
    with pytest.raises(UsageError, match="they left on"):
        members(*again, "--asked-on", "2020-01-01")

    left = shown(members)["consents"][-1]
    today = day_of(left["at"])
    members(*again, "--asked-on", today, "--wording", WORDING, "--source", "paper form")

    back = shown(members)["consents"][-1]
    assert (left["kind"], left["source"]) == ("unsubscribed", "by phone")
    assert (back["kind"], back["wording"], back["source"]) == ("confirmed", WORDING, "paper form")
    assert ties(members) == {"members": "confirmed"}


def test_a_commercial_list_takes_nobody_on_the_associations_interest(members: Call) -> None:
    members("lists", "add", "shop", "--commercial")

    with pytest.raises(UsageError, match="legitimate interest is not enough"):
        members("subscribers", "add", ANN, "--list", "shop", "--basis", "legitimate_interest_assoc")
    members("subscribers", "add", ANN, "--list", "shop", "--basis", "soft_opt_in")

    assert ties(members) == {"members": "confirmed", "shop": "confirmed"}


def test_a_list_does_not_become_commercial_over_the_heads_of_its_readers(members: Call) -> None:
    members(
        *[
            "subscribers",
            "add",
            "bob@example.org",
            "--list",
            "members",
            "--basis",
            "legitimate_interest_assoc",
        ]
    )

    with pytest.raises(UsageError, match=r"cannot become commercial: of its readers \d+ are on it by"):
        members("lists", "edit", "members", "--commercial", "--basis", "consent")

    [found] = json.loads(members("--json", "lists"))
    assert found["commercial"] is False


@pytest.mark.parametrize("reason", ["complaint", "hard_bounce", "manual"])
def test_the_suppressed_are_told_and_not_brought_back(members: Call, reason: str) -> None:
    members("subscribers", "suppress", ANN, "--reason", reason, "--source", "a report")

    with pytest.raises(UsageError, match="suppressed and never mailed"):
        members("subscribers", "add", ANN, "--list", "members", "--asked-on", "2020-01-01")

    assert shown(members)["suppressed"]["reason"] == reason


def test_who_wants_no_mail_is_heard_also_when_their_address_is_dead(members: Call) -> None:
    members("subscribers", "suppress", ANN, "--reason", "hard_bounce")
    for _ in range(2):
        members("subscribers", "suppress", ANN, "--reason", "stop_everything", "--source", "by phone")

    kinds = [one["kind"] for one in shown(members)["consents"]]

    assert kinds[-3:] == ["suppressed", "unsubscribed", "stopped_everything"]
    assert ties(members) == {"members": "unsubscribed"}


def test_what_is_no_address_is_not_suppressed(members: Call) -> None:
    with pytest.raises(UsageError, match="“ann” is not an e-mail address"):
        members("subscribers", "suppress", "ann", "--reason", "manual")


def test_no_mail_at_all_holds_for_every_list(members: Call) -> None:
    members("lists", "add", "press")
    members("subscribers", "add", ANN, "--list", "press")

    members("subscribers", "suppress", ANN, "--reason", "stop_everything")

    assert ties(members) == {"members": "unsubscribed", "press": "unsubscribed"}


def test_somebody_unknown_can_be_kept_off_a_list(members: Call) -> None:
    with pytest.raises(UsageError, match="name the lists"):
        members("subscribers", "unsubscribe", "eve@example.org")

    members("subscribers", "unsubscribe", "eve@example.org", "--list", "members")

    with pytest.raises(UsageError, match="they left on"):
        members("subscribers", "add", "eve@example.org", "--list", "members")
    assert [one["list"] for one in shown(members, "eve@example.org")["left_lists"]] == ["members"]


def test_everything_known_is_shown_in_words(members: Call) -> None:
    members("subscribers", "unsubscribe", ANN, "--source", "by phone")
    members("subscribers", "suppress", ANN, "--reason", "manual", "--source", "the board")

    said = members("subscribers", "show", "Ann@Example.org")

    assert said.startswith(f"{ANN}\n  department: 31\n")
    assert "never mailed: by the officer · " in said
    assert "Nos membres: left · " in said
    assert "written down · members · consent · form" in said
    with pytest.raises(UsageError, match="nothing is known of “eve@"):
        members("subscribers", "show", "eve@example.org")


def test_the_wording_of_a_consent_is_shown(members: Call) -> None:
    today = day_of(shown(members)["created_at"])

    members(
        "subscribers",
        "add",
        "eve@example.org",
        "--list",
        "members",
        "--asked-on",
        today,
        "--wording",
        WORDING,
    )

    assert f"shown: “{WORDING}”" in members("subscribers", "show", "eve@example.org")


def test_what_is_known_is_handed_over_in_a_private_file(members: Call, tmp_path: Path) -> None:
    file = tmp_path / "ann.json"

    members("subscribers", "export-person", ANN, "-o", str(file))

    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text("utf-8")) == shown(members)
    assert json.loads(members("subscribers", "export-person", ANN)) == shown(members)
    with pytest.raises(FileExistsError):
        members("subscribers", "export-person", ANN, "-o", str(file))


def test_forgetting_is_confirmed_and_cannot_be_undone(members: Call) -> None:
    with pytest.raises(NotConfirmed):
        members("subscribers", "forget", ANN)
    assert ties(members) == {"members": "confirmed"}

    said = members("subscribers", "forget", ANN, "--yes", "--source", "by letter")

    found = shown(members)
    assert "is forgotten" in said
    assert (found["address"], found["subscriptions"], found["consents"]) == (None, [], [])
    assert found["suppressed"]["source"] == "by letter"
    assert "known by fingerprint only" in members("subscribers", "show", ANN)
    assert "Nothing was known of eve@example.org" in members(
        "subscribers", "forget", "eve@example.org", "--yes"
    )


def test_retention_says_what_it_did(members: Call) -> None:
    assert members("retention") == (
        "0 silent readers erased.\n0 mails: addresses and replies taken out of the log.\n"
    )
    assert json.loads(members("--json", "retention", "--dry-run")) == {
        "to_ask": [],
        "asked": False,
        "waiting": 0,
        "erased": 0,
        "logs": 0,
        "requests": 0,
        "dry_run": True,
    }


def test_the_register_names_what_is_done_and_what_is_missing(members: Call, tmp_path: Path) -> None:
    members("lists", "add", "press", "--basis", "b2b", "--purpose", "Communiqués <2>")
    page = tmp_path / "register.html"

    said = members("register")
    members("register", "-o", str(page))

    assert said.startswith("# Register of processing: letters of ")
    assert "- “Nos membres”: [to be completed]. Basis: consent (GDPR art. 6.1.a). 1 reader.\n" in said
    assert "- “Press”: Communiqués <2>. Basis: legitimate interest, professionals" in said
    assert "Further fields: department" in said
    assert "after 3 years without an act" in said
    assert "Communiqués &lt;2&gt;" in page.read_text("utf-8")
    assert page.read_text("utf-8").startswith('<!doctype html>\n<html lang="en">')


def test_the_register_to_print_is_in_the_themes_colours_and_shows_what_is_missing(
    members: Call, root: Path
) -> None:
    theme = root / "templates" / "default"
    theme.mkdir(parents=True)
    (theme / "tokens.yaml").write_text("colours: { band: '#123456' }\nfonts: { display: Serif Exemple }\n")

    members("register", "-o", str(root / "register.html"))

    page = (root / "register.html").read_text("utf-8")
    assert "--band: #123456" in page
    assert "font-family: Serif Exemple" in page
    assert '<li class="missing">“Nos membres”: [to be completed]' in page
    assert "http" not in page.partition("</style>")[0]  # it fetches nothing
