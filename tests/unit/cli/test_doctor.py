"""`newsletter doctor`: data on stdout, talk on stderr."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from issue_files import SETTINGS, workspace_at
from newsletter_mailer.cli import newsletter
from newsletter_mailer.wording import use_language

DKIM = "dkim: {{ domain: {domain}, selector: news1, key_file: var/dkim.pem }}"


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    use_language("en")


def doctor(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(newsletter, ["--project", str(root), "--lang", "en", *arguments])


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

    assert done.stdout == before == doctor(tmp_path, "doctor").stdout
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

    done, as_json = doctor(tmp_path, "doctor"), doctor(tmp_path, "--json", "doctor")

    assert (done.exit_code, done.stdout) == (0, "")
    assert "dkim: { domain: example.org, selector: news1, key_file: var/dkim-news1.pem }" in done.stderr
    assert json.loads(as_json.stdout) == {"dkim": None, "warnings": []}


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

    said, as_json = doctor(tmp_path, "doctor"), doctor(tmp_path, "--json", "doctor")

    assert ("unsubscribing with one click" in said.stderr) is told
    assert ("Get a certificate for lettre.example.org (docs/serving.md" in said.stderr) is told
    assert len(json.loads(as_json.stdout)["warnings"]) == told


def test_what_it_says_to_write_can_be_written(tmp_path: Path) -> None:
    workspace_at(tmp_path)
    line = doctor(tmp_path, "doctor").stderr.splitlines()[-1].partition("this line: ")[2]
    settings = SETTINGS.replace("security: none }", f"security: none, {line} }}")
    (tmp_path / "newsletter.yaml").write_text(settings, encoding="utf-8")

    assert doctor(tmp_path, "doctor", "--make-key").exit_code == 0
