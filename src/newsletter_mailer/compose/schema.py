"""The JSON Schema of issue.yaml, by which editors complete and check while one types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from newsletter_mailer.model.issue import Issue

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TIME = {"type": ["string", "integer"], "pattern": r"^\d{1,2}( ?[hH:] ?(\d{2})?)?$"}


def issue_schema() -> dict[str, Any]:
    """The schema of an issue file (JSON Schema draft 2020-12)."""
    schema = Issue.model_json_schema()
    for part in (schema, *schema["$defs"].values()):
        for name, described in part.get("properties", {}).items():
            part["properties"][name] = _as_written(described)
    return {"$schema": DIALECT, **schema}


def write_schema(issues: Path) -> None:
    """Keep `issue.schema.json` in the folder of issues, for editors; written only when it changed."""
    path = issues / "issue.schema.json"
    text = json.dumps(issue_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        issues.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _as_written(described: dict[str, Any]) -> dict[str, Any]:
    """What an author may type: a number where words are meant, and 18:30 or 18h for a time.

    Pydantic says "format": "time" of a time, and editors would ask for seconds and a time zone.
    """
    if "anyOf" in described:
        return {**described, "anyOf": [_as_written(choice) for choice in described["anyOf"]]}
    if described.get("type") != "string":
        return described
    if described.get("format") == "time":
        kept = {key: value for key, value in described.items() if key not in ("type", "format")}
        return {**kept, **_TIME}
    if described.get("minLength") == 1 and described.get("format", "markdown") == "markdown":
        return {**described, "type": ["string", "number"]}
    return described
