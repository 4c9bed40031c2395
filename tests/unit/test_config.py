"""newsletter.yaml and the environment become settings, or everything wrong with them is said at once."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from issue_files import SETTINGS, workspace_at
from newsletter_mailer.config import find_workspace, load_workspace, read_private, shipped, smtp_password
from newsletter_mailer.errors import ConfigError, SecretError, UsageError


def settings_of(root: Path, text: str, environment: dict[str, str] | None = None) -> list[str]:
    """What is said of these settings."""
    (root / "newsletter.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_workspace(root, environment or {})
    assert refused.value.exit_code == 1
    return [str(problem) for problem in refused.value.problems]


def test_settings_have_defaults_that_work(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)

    assert (workspace.settings.language, workspace.zone.key) == ("fr", "Europe/Paris")
    assert workspace.database_url == f"sqlite:///{tmp_path / 'var' / 'newsletter.db'}"
    assert workspace.settings.retry.policy().waits[0] == timedelta(minutes=5)
    assert (workspace.issues, workspace.var) == (tmp_path / "issues", tmp_path / "var")
    assert workspace.display(tmp_path / "issues" / "a") == "issues/a"
    assert workspace.display(Path("/ailleurs")) == "/ailleurs"


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = """\
identity:
  name: Réseau
  adresse: 1 rue
  email: contact
sender: { name: Réseau, email: é@example.org }
smtp: { host: mail.example.org, port: 99999, security: ssl }
time_zone: Paris
public_url: example.org
langauge: fr
subscriber_fields: [Département]
retry: { waits_minutes: [0] }
"""

    assert settings_of(tmp_path, text) == [
        "newsletter.yaml:2:3: “address” is missing (add `address:`)",
        "newsletter.yaml:3:3: unknown field “adresse” (did you mean “address”?)",
        "newsletter.yaml:4:10: “contact” is not an e-mail address (write one such as lettre@example.org)",
        "newsletter.yaml:5:32: “é@example.org” is not an e-mail address (write one such as lettre@example.org)",
        "newsletter.yaml:6:39: 99999 is not possible for “port” (write a number ≤ 65535)",
        "newsletter.yaml:6:56: “ssl” cannot stand in “security” (there are: tls, starttls, none)",
        "newsletter.yaml:7:12: “Paris” is not a time zone (write one such as Europe/Paris)",
        "newsletter.yaml:8:13: “example.org” cannot stand in “public_url”"
        " (write the whole address, such as https://lettre.example.org)",
        "newsletter.yaml:9:1: unknown field “langauge” (did you mean “language”?)",
        "newsletter.yaml:10:20: “Département” cannot stand in “subscriber_fields”"
        " (write small letters without accents, digits and _)",
        "newsletter.yaml:11:26: 0 is not possible for “waits_minutes 1” (write a number > 0)",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "newsletter.yaml:1:1: “identity” is missing"),
        ("- a\n", "newsletter.yaml:1:1: the file does not begin with a field"),
        ("identity: [\n", "newsletter.yaml:"),
        (
            SETTINGS.replace("security: none", "password: s3cret"),
            "newsletter.yaml:8:38: a password does not stand in this file",
        ),
        (
            SETTINGS.replace("127.0.0.1", "mail.example.org"),
            "newsletter.yaml:8:55: without encryption the password and the mails",
        ),
        (
            SETTINGS.replace("security: none", "dkim: {domain: exemple, selector: n1, key_file: k}"),
            "newsletter.yaml:8:53: “exemple” is not a domain (write one such as example.org)",
        ),
        (
            SETTINGS.replace("security: none", "dkim: {domain: example.org, selector: n_1, key_file: k}"),
            "newsletter.yaml:8:76: “n_1” cannot name a DKIM key (write letters and digits, such as news2026)",
        ),
        (
            SETTINGS.replace("security: none", "dkim: {domain: example.org, selector: n1}"),
            "newsletter.yaml:8:44: “key_file” is missing",
        ),
        (
            SETTINGS.replace("email: lettre@example.org", "email: 'a b@example.org'"),
            "newsletter.yaml:7:10: “a b@example.org” is not an e-mail",
        ),
    ],
)
def test_a_wrong_file_is_said_in_a_sentence(tmp_path: Path, text: str, expected: str) -> None:
    problems = settings_of(tmp_path, text)

    assert problems[0].startswith(expected)
    assert "s3cret" not in "".join(problems)


def test_the_environment_wins(tmp_path: Path) -> None:
    workspace_at(tmp_path)

    settings = load_workspace(
        tmp_path,
        {
            "NEWSLETTER_SMTP__HOST": "mail.example.org",
            "NEWSLETTER_SMTP__PORT": "465",
            "NEWSLETTER_SMTP__SECURITY": "tls",
            "NEWSLETTER_SMTP__PASSWORD": "s3cret",
            "NEWSLETTER_LANGUAGE": "en",
            "NEWSLETTER_INBOX__ADDRESS": "retour@example.org",
            "NEWSLETTER_TEST_READERS": '["ann@example.org", "bob@example.org"]',
            "NEWSLETTER_NOTHING_OF_OURS": "x",
            "HOME": "/",
        },
    ).settings

    assert (settings.smtp.host, settings.smtp.port, settings.smtp.security) == (
        "mail.example.org",
        465,
        "tls",
    )
    assert (settings.language, settings.inbox.address) == ("en", "retour@example.org")
    assert settings.test_readers == ("ann@example.org", "bob@example.org")
    assert "s3cret" not in repr(settings)


def test_a_wrong_variable_is_blamed_by_its_name(tmp_path: Path) -> None:
    problems = settings_of(
        tmp_path,
        SETTINGS,
        {
            "NEWSLETTER_SMTP__PORT": "vingt",
            "NEWSLETTER_SMTP__HSOT": "x",
            "NEWSLETTER_TEST_READERS": '["personne"]',
            "NEWSLETTER_SUBSCRIBER_FIELDS": "[1",
        },
    )

    assert problems == [
        "NEWSLETTER_SMTP__HSOT: unknown field “hsot” (did you mean “host”?)",
        "NEWSLETTER_SMTP__PORT: “vingt” is not a number (write a whole number in digits)",
        "NEWSLETTER_SUBSCRIBER_FIELDS: “subscriber_fields” must have fields of its own, but “[1” stands here"
        " (write them below it, indented by two spaces)",
        "NEWSLETTER_TEST_READERS: “personne” is not an e-mail address (write one such as lettre@example.org)",
    ]


def test_fields_of_subscribers_are_names_with_or_without_fallbacks(tmp_path: Path) -> None:
    names = SETTINGS.replace('{ department: "" }', "[department, role]")
    (tmp_path / "newsletter.yaml").write_text(names, encoding="utf-8")

    assert load_workspace(tmp_path, {}).settings.subscriber_fields == {"department": "", "role": ""}


def test_numbers_stay_as_typed_where_words_are_meant(tmp_path: Path) -> None:
    text = SETTINGS.replace("  email: contact", "  phone: 0561020304\n  email: contact")
    (tmp_path / "newsletter.yaml").write_text(text, encoding="utf-8")

    assert load_workspace(tmp_path, {}).settings.identity.phone == "0561020304"


def test_a_workspace_is_found_from_any_folder_inside(tmp_path: Path) -> None:
    workspace_at(tmp_path)
    deep = tmp_path / "issues" / "a" / "pictures"
    deep.mkdir(parents=True)

    assert find_workspace(deep) == tmp_path.resolve()


def test_no_workspace_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no newsletter\.yaml in .* or above it"):
        find_workspace(tmp_path)


def test_a_theme_file_is_the_workspaces_own_before_the_shipped_one(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    assert workspace.theme_file("tokens.yaml") == shipped("templates") / "default" / "tokens.yaml"

    own = tmp_path / "templates" / "default" / "tokens.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("", encoding="utf-8")

    assert workspace.theme_file("tokens.yaml") == own
    with pytest.raises(UsageError, match=r"has no file rien\.mjml"):
        workspace.theme_file("rien.mjml")


def test_a_database_elsewhere_is_taken_as_it_is(tmp_path: Path) -> None:
    workspace_at(tmp_path)

    workspace = load_workspace(tmp_path, {"NEWSLETTER_DATABASE__URL": "postgresql://example.org/lettres"})

    assert workspace.database_url == "postgresql://example.org/lettres"


def test_the_password_comes_from_the_environment_or_a_private_file(tmp_path: Path) -> None:
    workspace_at(tmp_path)
    workspace = load_workspace(tmp_path, {"NEWSLETTER_SMTP__PASSWORD_FILE": "var/password"})
    (tmp_path / "var").mkdir()
    file = tmp_path / "var" / "password"
    file.write_text("s3cret\n", encoding="utf-8")
    file.chmod(0o600)

    assert smtp_password(workspace, {}) == "s3cret"
    assert smtp_password(workspace, {"NEWSLETTER_SMTP__PASSWORD": "autre"}) == "autre"
    assert smtp_password(load_workspace(tmp_path, {}), {}) == ""


def test_a_ledger_that_is_no_url_is_a_sentence(tmp_path: Path) -> None:
    workspace_at(tmp_path)

    with pytest.raises(ConfigError, match=r"“var/letters\.db” cannot stand in “url” .*sqlite:///"):
        load_workspace(tmp_path, {"NEWSLETTER_DATABASE__URL": "var/letters.db"})


def test_a_password_in_another_encoding_is_a_sentence(tmp_path: Path) -> None:
    workspace_at(tmp_path)
    workspace = load_workspace(tmp_path, {"NEWSLETTER_SMTP__PASSWORD_FILE": "password"})
    (tmp_path / "password").write_bytes("été".encode("latin-1"))
    (tmp_path / "password").chmod(0o600)

    with pytest.raises(SecretError, match="not written in UTF-8"):
        smtp_password(workspace, {})
    with pytest.raises(SecretError, match="in NEWSLETTER_SMTP__PASSWORD is not written in UTF-8"):
        smtp_password(workspace, {"NEWSLETTER_SMTP__PASSWORD": b"\xe9".decode(errors="surrogateescape")})


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"x")
    file.chmod(0o644)

    with pytest.raises(SecretError, match=r"can be read by others \(run: chmod 600"):
        read_private(file)
    with pytest.raises(SecretError, match="cannot be read"):
        read_private(tmp_path / "absent")


def test_a_theme_that_is_not_there_is_refused_with_its_place(tmp_path: Path) -> None:
    settings = workspace_at(tmp_path).root / "newsletter.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "theme: defualt\n", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"newsletter\.yaml:\d+:8: there is no theme “defualt”.*default"):
        load_workspace(tmp_path, {})


def test_a_theme_of_the_workspace_may_be_a_part_of_one(tmp_path: Path) -> None:
    workspace_at(tmp_path)
    (tmp_path / "templates" / "ours").mkdir(parents=True)

    assert load_workspace(tmp_path, {"NEWSLETTER_THEME": "ours"}).settings.theme == "ours"
