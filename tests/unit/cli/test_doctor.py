"""`newsletter doctor`: data on stdout, talk on stderr."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dns_server import dns_server
from issue_files import SETTINGS, workspace_at
from newsletter_mailer.cli import newsletter
from newsletter_mailer.wording import use_language
from smtp_servers import ScriptedServer

DKIM = "dkim: {{ domain: {domain}, selector: news1, key_file: var/dkim.pem }}"


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    use_language("en")


def doctor(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(newsletter, ["--project", str(root), "--lang", "en", *arguments])


def point(done: Result, code: str) -> dict[str, Any]:
    """That point of the sheet as JSON."""
    return next(point for point in json.loads(done.stdout)["points"] if point["code"] == code)


def signing(root: Path, domain: str = "example.org") -> None:
    workspace_at(root)
    dkim = DKIM.format(domain=domain)
    settings = SETTINGS.replace("security: none }", f"security: none, {dkim} }}")
    (root / "newsletter.yaml").write_text(settings, encoding="utf-8")


def test_the_record_stands_on_stdout_and_the_rest_on_stderr(tmp_path: Path) -> None:
    signing(tmp_path)

    done = doctor(tmp_path, "doctor", "--make-key")

    name, text, zone = done.stdout.splitlines()
    assert done.exit_code == 0
    assert name == "news1._domainkey.example.org"
    assert text.startswith("v=DKIM1; k=rsa; p=")
    assert zone.startswith(f'{name}. IN TXT ( "v=DKIM1; k=rsa; p=')
    assert "A key of 2048 bits is in var/dkim.pem." in done.stderr


def test_a_key_that_is_there_stays(tmp_path: Path) -> None:
    signing(tmp_path)
    before = doctor(tmp_path, "doctor", "--make-key").stdout

    done = doctor(tmp_path, "doctor", "--make-key")

    assert done.stdout == before
    assert before.splitlines()[2] in doctor(tmp_path, "doctor").stdout
    assert "var/dkim.pem was there already" in done.stderr


def test_the_record_as_json(tmp_path: Path) -> None:
    signing(tmp_path, "example.com")

    done = doctor(tmp_path, "--json", "doctor", "--make-key")

    told = json.loads(done.stdout)
    assert told["dkim"]["name"] == "news1._domainkey.example.com"
    assert "".join(told["dkim"]["strings"]) == told["dkim"]["text"]
    assert (told["dkim"]["type"], told["dkim"]["bits"], told["dkim"]["key_file"]) == (
        "TXT",
        2048,
        "var/dkim.pem",
    )
    assert len(told["warnings"]) == 1
    assert told["warnings"][0] in done.stderr


def test_without_the_setting_it_says_what_to_write(tmp_path: Path) -> None:
    workspace_at(tmp_path)

    done = doctor(tmp_path, "doctor", "--make-key")

    assert done.stdout == ""
    assert "dkim: { domain: example.org, selector: news1, key_file: var/dkim-news1.pem }" in str(
        done.exception
    )


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://lettre.example.org/courrier", True),
        ("https://lettre.example.org", False),
        ("http://localhost:8025", False),
        ("http://127.0.0.1:8025", False),
    ],
)
def test_an_address_without_certificate_is_told_with_what_it_costs(
    tmp_path: Path, url: str, told: bool
) -> None:
    workspace_at(tmp_path)
    (tmp_path / "newsletter.yaml").write_text(f"{SETTINGS}public_url: {url}\n", encoding="utf-8")

    said = " ".join(doctor(tmp_path, "doctor").stdout.split())

    assert ("unsubscribing with one click" in said) is told
    assert ("Get a certificate for lettre.example.org (docs/serving.md" in said) is told


def test_what_it_says_to_write_can_be_written(tmp_path: Path) -> None:
    workspace_at(tmp_path)
    hint = point(doctor(tmp_path, "--json", "doctor"), "signing")["hint"]
    line = hint.partition("this line: ")[2]
    settings = SETTINGS.replace("security: none }", f"security: none, {line} }}")
    (tmp_path / "newsletter.yaml").write_text(settings, encoding="utf-8")

    assert doctor(tmp_path, "doctor", "--make-key").exit_code == 0


@pytest.fixture
def club(tmp_path: Path) -> Iterator[Path]:
    """A workspace whose domain publishes nothing, and whose mail server lets it in."""
    with ScriptedServer() as server:
        settings = SETTINGS.replace("lettre@example.org", "lettre@autreclub.asso.fr")
        settings = settings.replace("port: 1025", f"port: {server.port}, profile: ovh")
        (tmp_path / "newsletter.yaml").write_text(settings, encoding="utf-8")
        yield tmp_path


def test_online_the_lines_to_hand_over_stand_on_stdout(club: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with dns_server() as server:
        monkeypatch.setenv("NEWSLETTER_DNS", server.address)
        done = doctor(club, "doctor", "--online")
        as_json = json.loads(doctor(club, "--json", "doctor", "--online").stdout)

    lines = done.stdout.splitlines()
    assert done.exit_code == 3
    assert "  ✗ autreclub.asso.fr has no DMARC record" in lines
    assert '      or as one line  _dmarc.autreclub.asso.fr. IN TXT "v=DMARC1; p=none"' in lines
    assert "      text            v=spf1 include:mx.ovh.com ~all" in lines
    assert "  Orange, Wanadoo" in lines
    assert "      → mend above: SPF, DKIM, DMARC" in lines
    assert "things to mend" in done.stderr
    assert as_json["mark"] == "wrong"
    [spf] = [one for one in as_json["points"] if one["code"] == "spf"]
    assert spf["publish"] == {
        "name": "autreclub.asso.fr",
        "type": "TXT",
        "text": "v=spf1 include:mx.ovh.com ~all",
        "strings": ["v=spf1 include:mx.ovh.com ~all"],
        "zone_line": 'autreclub.asso.fr. IN TXT "v=spf1 include:mx.ovh.com ~all"',
    }
    assert {rule["provider"] for rule in as_json["rules"]} >= {"La Poste", "SFR"}


def test_a_record_that_cannot_be_mended_by_a_line_is_shown(
    club: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = (club / "newsletter.yaml").read_text(encoding="utf-8")
    (club / "newsletter.yaml").write_text(
        settings.replace("autreclub.asso.fr", "typo.example"), encoding="utf-8"
    )
    with dns_server() as server:
        monkeypatch.setenv("NEWSLETTER_DNS", server.address)
        done = doctor(club, "doctor", "--online")

    assert "      there now  v=spf1 include:mx.ovh.com ipv4:192.0.2.1 ~all" in done.stdout.splitlines()


def test_the_readers_of_each_provider_are_counted(club: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = club / "people.csv"
    people.write_text(
        "address\nann@gmail.com\nbob@googlemail.com\ncleo@wanadoo.fr\ndan@example.org\n", encoding="utf-8"
    )
    doctor(club, "subscribers", "import", str(people), "--list", "members")
    doctor(club, "subscribers", "unsubscribe", "bob@googlemail.com")
    with dns_server() as server:
        monkeypatch.setenv("NEWSLETTER_DNS", server.address)
        done = doctor(club, "doctor", "--online")
        as_json = json.loads(doctor(club, "--json", "doctor", "--online").stdout)

    lines = done.stdout.splitlines()
    assert "  Gmail (1 reader of yours)" in lines
    assert "  Orange, Wanadoo (1 reader of yours)" in lines
    assert "  La Poste" in lines
    assert {rule["provider"] for rule in as_json["rules"] if rule["readers"]} == {"Gmail", "Orange, Wanadoo"}


def test_offline_it_names_the_way_online_and_exits_well(club: Path) -> None:
    done = doctor(club, "doctor")

    assert done.exit_code == 0
    assert "has no DMARC record" not in done.stdout
    assert "newsletter doctor --online" in done.stderr


def test_an_address_of_a_dns_server_that_is_none_is_refused(
    club: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_DNS", "somewhere")

    done = doctor(club, "doctor", "--online")

    assert done.exit_code == 1
    assert "NEWSLETTER_DNS" in str(done.exception)


def test_a_test_without_a_mailbox_is_refused_before_anything_leaves(club: Path) -> None:
    done = doctor(club, "doctor", "--self-test")

    assert "names no mailbox" in str(done.exception) + done.stderr


def test_a_saved_mail_is_explained_without_a_workspace(tmp_path: Path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(b"Authentication-Results: mx.example.net; spf=fail smtp.mailfrom=a.example\n\nHello\n")

    done = doctor(tmp_path, "doctor", "--explain", str(mail))

    assert done.exit_code == 3
    assert "✗ SPF fails: a.example does not let the server send" in done.stdout
    assert json.loads(doctor(tmp_path, "--json", "doctor", "--explain", str(mail)).stdout)["mark"] == "wrong"


def test_without_colours_there_is_not_one_sign_for_the_terminal(tmp_path: Path) -> None:
    root = workspace_at(tmp_path / "ws").root
    said = ["--project", str(root), "--no-color", "doctor"]

    done = CliRunner().invoke(newsletter, said, color=True)  # as on a terminal: nothing is stripped

    assert "newsletter.yaml" in done.output
    assert "\x1b" not in done.output
