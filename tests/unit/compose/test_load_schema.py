"""The JSON Schema lets editors complete and check an issue while it is written."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from newsletter_mailer.compose.schema import issue_schema, write_schema
from newsletter_mailer.model.blocks import AnyBlock


def kinds_of(described: dict[str, Any]) -> set[str]:
    choices = described.get("anyOf", [described])
    return {
        kind
        for choice in choices
        for kind in ([choice["type"]] if isinstance(choice["type"], str) else choice["type"])
    }


def test_the_schema_names_its_dialect_and_every_block() -> None:
    schema = issue_schema()

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    assert len(schema["properties"]["blocks"]["items"]["oneOf"]) == len(AnyBlock.__origin__.__args__)  # type: ignore[attr-defined]
    assert set(schema["required"]) == {"id", "title", "subject", "date", "blocks"}
    json.dumps(schema)


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(issue_schema())

    references = set(re.findall(r'"#/\$defs/(\w+)"', text))

    assert references
    assert references <= set(issue_schema()["$defs"])


def test_an_author_may_type_a_number_where_words_are_meant() -> None:
    parts = issue_schema()["$defs"]

    assert kinds_of(parts["Figure"]["properties"]["value"]) == {"string", "number"}
    assert kinds_of(parts["Article"]["properties"]["title"]) == {"string", "number", "null"}
    assert kinds_of(parts["Button"]["properties"]["link"]) == {"string"}


def test_times_may_be_typed_as_in_the_issue() -> None:
    time = issue_schema()["$defs"]["AgendaEntry"]["properties"]["time"]["anyOf"][0]

    assert "format" not in time
    assert all(re.search(time["pattern"], typed) for typed in ("18:30", "18h30", "9h", "18 h 30", "18"))
    assert not re.search(time["pattern"], "bientôt")


def test_fields_say_what_they_are_for() -> None:
    alt = issue_schema()["$defs"]["Picture"]["properties"]["alt"]

    assert alt["description"] == "What the picture shows, for those who do not see it."


def test_the_schema_is_written_beside_the_issues_and_only_when_it_changed(tmp_path: Path) -> None:
    write_schema(tmp_path / "issues")
    path = tmp_path / "issues" / "issue.schema.json"
    written = path.stat().st_mtime_ns

    write_schema(tmp_path / "issues")

    assert json.loads(path.read_text(encoding="utf-8")) == issue_schema()
    assert path.stat().st_mtime_ns == written
