"""Makes the table of what mail programs support from the data of Can I Email (https://www.caniemail.com, MIT).

Run: npm pack caniemail && python tools/can_i_email.py caniemail-*.tgz

Only facts are kept: feature, day of the test, and for each group of programs y (yes), n (no), a (partly, or in some of
the group) or u (nobody knows). The last version of each program counts.
"""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "src/newsletter_mailer/checks/clients/support.json"
DATA = "package/dist/data/caniemail.json"

#: the programs of readers in France, as the table names them: family and platforms of Can I Email
CLIENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "Gmail": {"gmail": ()},
    "Apple Mail": {"apple-mail": ()},
    "Outlook 2007–2024 (Windows)": {"outlook": ("windows",)},
    "Outlook.com": {"outlook": ("outlook-com",)},
    "Outlook (Mac, iOS, Android)": {"outlook": ("macos", "ios", "android")},
    "Yahoo Mail": {"yahoo": (), "aol": ()},
    "Orange": {"orange": ()},
    "La Poste": {"laposte": ("desktop-webmail",)},
    "SFR": {"sfr": ()},
    "Free": {"free-fr": ()},
    "Thunderbird": {"thunderbird": ("macos",)},
    "Samsung Email": {"samsung-email": ()},
    "Proton Mail": {"protonmail": ()},
}


def support(stats: dict[str, dict[str, dict[str, str]]], programs: dict[str, tuple[str, ...]]) -> str:
    """One letter for a group of programs."""
    answers = {
        list(versions.values())[-1][0]
        for family, platforms in programs.items()
        for platform, versions in stats.get(family, {}).items()
        if versions and (not platforms or platform in platforms)
    } - {"u"}
    return "u" if not answers else answers.pop() if len(answers) == 1 else "a"


def table(data: dict[str, Any]) -> dict[str, Any]:
    """The compact table: CSS, HTML and image formats."""
    rows = {
        feature["slug"]: [
            feature["title"],
            feature["last_test_date"],
            "".join(support(feature["stats"], programs) for programs in CLIENTS.values()),
        ]
        for feature in data["data"]
        if feature["category"] in ("css", "html", "image")
    }
    return {
        "source": "https://www.caniemail.com (MIT)",
        "date": data["last_update_date"][:10],
        "clients": list(CLIENTS),
        "features": {slug: rows[slug] for slug in sorted(rows)},
    }


def written(found: dict[str, Any]) -> str:
    """JSON with a line for each feature: differences are read line by line."""
    rows = (
        f"{json.dumps(slug)}: {json.dumps(row, ensure_ascii=False)}"
        for slug, row in found["features"].items()
    )
    head = json.dumps({key: found[key] for key in ("source", "date", "clients")}, ensure_ascii=False)
    return f'{head[:-1]}, "features": {{\n' + ",\n".join(rows) + "\n}}\n"


def main(package: str) -> None:
    """Write the table from an npm package."""
    with tarfile.open(package) as archive:
        member = archive.extractfile(DATA)
        if member is None:
            sys.exit(f"{package} holds no {DATA}")
        data = json.load(member)
    TABLE.write_text(written(table(data)), encoding="utf-8")
    sys.stdout.write(f"{TABLE}: {TABLE.stat().st_size} bytes, data of {data['last_update_date'][:10]}\n")


if __name__ == "__main__":
    main(sys.argv[1])
