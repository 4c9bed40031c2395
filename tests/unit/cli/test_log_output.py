"""The log says why, also where no server spoke."""

from __future__ import annotations

import json
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from newsletter_mailer.actions.campaigns import LogRow
from newsletter_mailer.cli.log_output import log
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.wording import in_language


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with in_language("en"):
        yield


def row(status: Status, detail: str, *, code: int | None = None, reply: str = "") -> LogRow:
    return LogRow(
        delivery=1,
        address="ann@example.org",
        status=status,
        attempts=1,
        code=code,
        reply=reply,
        message_id="<1@example.org>",
        sent_at=None,
        updated_at=1_700_000_000_000,
        next_try_at=None,
        lists=("members",),
        organisation="",
        detail=detail,
    )


@pytest.mark.parametrize(
    ("delivery", "says"),
    [
        (row(Status.IN_DOUBT, "boot"), "the computer was restarted"),
        (row(Status.SKIPPED, "unsubscribed"), "left the lists"),
        (row(Status.SKIPPED, "suppressed", code=450, reply="later"), "suppressed since the count"),
        (row(Status.REFUSED, "“é@x” cannot be written"), "cannot be written"),
        (row(Status.REFUSED, "", code=550, reply="5.1.1 no"), "550 5.1.1 no"),
    ],
    ids=["in doubt", "skipped", "skipped after a refusal", "unfit", "the server's words"],
)
def test_the_table_says_why_each_reader_stands_where_they_stand(
    capsys: pytest.CaptureFixture[str], delivery: LogRow, says: str
) -> None:
    log([delivery], "table", ZoneInfo("Europe/Paris"))

    assert says in " ".join(capsys.readouterr().out.split())


def test_programs_get_the_word_of_the_ledger(capsys: pytest.CaptureFixture[str]) -> None:
    log([row(Status.IN_DOUBT, "dot")], "jsonl", ZoneInfo("Europe/Paris"))

    assert json.loads(capsys.readouterr().out)["detail"] == "dot"
