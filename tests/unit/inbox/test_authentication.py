"""Authentication-Results as servers write them (RFC 8601)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.inbox.authentication import Verdicts, verdicts
from newsletter_mailer.inbox.parts import fields_of

GMAIL = """\
Authentication-Results: mx.google.com;
       dkim=pass header.i=@monclub.asso.fr header.s=news1 header.b=Zm9vYmFy;
       spf=pass (google.com: domain of lettre@monclub.asso.fr designates 192.0.2.65 as permitted sender)
        smtp.mailfrom=lettre@monclub.asso.fr;
       dmarc=pass (p=QUARANTINE sp=QUARANTINE dis=NONE) header.from=monclub.asso.fr"""
MICROSOFT = """\
Authentication-Results: spf=softfail (sender IP is 192.0.2.65)
 smtp.mailfrom=monclub.asso.fr; dkim=none (message not signed)
 header.d=none;dmarc=fail action=none header.from=monclub.asso.fr;compauth=fail reason=001"""
RSPAMD = """\
Authentication-Results: mx.ovh.example;
	dkim=none;
	dmarc=pass (policy=none) header.from=example.org;
	spf=pass (mx.ovh.example: domain of ann@example.org; it (yes) designates) smtp.mailfrom="ann@example.org\""""
POSTFIX = """\
Authentication-Results: mx.example.org; dkim=pass (2048-bit key; unprotected) header.d=example.org
 header.i=@example.org header.a=rsa-sha256 header.s=k1; dkim-atps=neutral
Authentication-Results: mx.example.org; spf=pass reason="he said \\"yes\\"; really" smtp.mailfrom=<ann@example.org>
Authentication-Results: forged.example.net; dmarc=pass header.from=bank.example"""


def said(head: str) -> Verdicts:
    found = verdicts(fields_of(head))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("head", "by", "results"),
    [
        (
            GMAIL,
            "mx.google.com",
            [
                ("dkim", "pass", "monclub.asso.fr"),
                ("spf", "pass", "monclub.asso.fr"),
                ("dmarc", "pass", "monclub.asso.fr"),
            ],
        ),
        (
            MICROSOFT,
            "",
            [
                ("spf", "softfail", "monclub.asso.fr"),
                ("dkim", "none", "none"),
                ("dmarc", "fail", "monclub.asso.fr"),
                ("compauth", "fail", ""),
            ],
        ),
        (
            RSPAMD,
            "mx.ovh.example",
            [("dkim", "none", ""), ("dmarc", "pass", "example.org"), ("spf", "pass", "example.org")],
        ),
        (
            POSTFIX,
            "mx.example.org",
            [("dkim", "pass", "example.org"), ("dkim-atps", "neutral", ""), ("spf", "pass", "example.org")],
        ),
    ],
    ids=["gmail", "microsoft", "rspamd", "postfix"],
)
def test_what_servers_write_is_understood(head: str, by: str, results: list[tuple[str, str, str]]) -> None:
    found = said(head)

    assert found.by == by
    assert [(one.method, one.result, one.domain) for one in found.results] == results


def test_a_quoted_value_keeps_its_semicolon_and_quotation_marks() -> None:
    [spf] = said(POSTFIX).of("spf")

    assert spf.properties["reason"] == 'he said "yes"; really'


@pytest.mark.parametrize("value", ["mx.example.org; none", "mx.example.org 1; none", "mx.example.org"])
def test_a_server_that_looked_at_nothing_gives_no_results(value: str) -> None:
    assert said(f"Authentication-Results: {value}") == Verdicts("mx.example.org", ())


def test_a_mail_without_the_field_has_no_verdicts() -> None:
    assert verdicts(fields_of("Subject: hello")) is None


@given(st.text(alphabet='ab=;."\\()/ dkimspf', max_size=200))
def test_any_field_at_all_is_taken_without_an_error(value: str) -> None:
    found = verdicts({"authentication-results": (value,)})

    assert found is not None
    assert all(result.method for result in found.results)
