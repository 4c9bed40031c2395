"""Exports of other programs with their own columns, made up of people who do not exist."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

_MAILCHIMP = (
    *("Email Address", "First Name", "Last Name", "Company", "MEMBER_RATING", "OPTIN_TIME", "OPTIN_IP"),
    *("CONFIRM_TIME", "CONFIRM_IP", "LATITUDE", "LONGITUDE", "GMTOFF", "DSTOFF", "TIMEZONE", "CC", "REGION"),
)
_TIMES = {
    "subscribed": ("LAST_CHANGED",),
    "unsubscribed": (
        *("UNSUB_TIME", "UNSUB_CAMPAIGN_TITLE", "UNSUB_CAMPAIGN_ID", "UNSUB_REASON", "UNSUB_REASON_OTHER"),
    ),
    "cleaned": ("CLEAN_TIME", "CLEAN_CAMPAIGN_TITLE", "CLEAN_CAMPAIGN_ID"),
    "nonsubscribed": ("LAST_CHANGED",),
}
_PEOPLE = {
    "subscribed": (("ann@example.org", "Ann", "Roy", "Exemple"), ("zoe@example.org", "Zoé", "L’Été", "")),
    "unsubscribed": (("bob@example.org", "Bob", "Noir", ""),),
    "cleaned": (("cat@example.org", "Cat", "Blanc", ""),),
    "nonsubscribed": (("dan@example.org", "Dan", "Vert", ""),),
}


def mailchimp(kind: str) -> str:
    """One of the four files of an audience: subscribed, unsubscribed, cleaned or nonsubscribed."""
    header = (*_MAILCHIMP, *_TIMES[kind], "LEID", "EUID", "NOTES", "TAGS")
    rows = [header]
    for address, first, last, company in _PEOPLE[kind]:
        there = {"Email Address": address, "First Name": first, "Last Name": last, "Company": company}
        there |= {"MEMBER_RATING": "2", "CONFIRM_TIME": "2023-05-04 09:10:11", "LEID": "1", "EUID": "a1b2"}
        there |= {
            _TIMES[kind][0]: "2024-02-01 09:00:00",
            "NOTES": "[2024-01-01]: two\nlines",
            "TAGS": '"Vip"',
        }
        rows.append(tuple(there.get(name, "") for name in header))
    return _csv(rows)


def mailchimp_zip(path: Path) -> Path:
    """The archive of an audience, and what macOS adds to archives."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for kind in _PEOPLE:
            archive.writestr(f"{kind}_email_audience_export_0a1b2c3d.csv", mailchimp(kind))
        archive.writestr("__MACOSX/._subscribed_email_audience_export_0a1b2c3d.csv", b"\0\5\26\7")
    return path


def brevo() -> str:
    """Contacts with their attributes; who is blocked for mail stands in a column with those blocked for SMS."""
    header = ("CONTACT ID", "EMAIL", "FIRSTNAME", "LASTNAME", "SMS", "DEPARTMENT", "_listIds", "ADDED_TIME")
    rows = [
        (*header, "MODIFIED_TIME", "_SUBSCRIBED", "_BLOCKLISTED"),
        *(
            (
                "1",
                "ann@example.org",
                "Ann",
                "Roy",
                "33600000000",
                "31",
                "[3|4]",
                *_days(),
                "[email_marketing]",
                "",
            ),
            (
                "2",
                "bob@example.org",
                "Bob",
                "",
                "",
                "",
                "[3]",
                *_days(),
                "",
                "[email_marketing|sms_marketing]",
            ),
            (
                "3",
                "cat@example.org",
                "Cat",
                "",
                "",
                "09",
                "[3]",
                *_days(),
                "[email_marketing]",
                "[sms_marketing]",
            ),
        ),
    ]
    return _csv(rows, delimiter=";")


def brevo_older() -> str:
    """As it was when lists were black."""
    rows = [
        (
            "EMAIL",
            "NOM",
            "PRENOM",
            "SMS",
            "EMAIL_BLACKLISTED",
            "SMS_BLACKLISTED",
            "ADDED_TIME",
            "MODIFIED_TIME",
        ),
        ("ann@example.org", "Roy", "Ann", "", "0", "1", *_days()),
        ("bob@example.org", "Noir", "Bob", "", "1", "0", *_days()),
    ]
    return _csv(rows, delimiter=";")


def _days() -> tuple[str, str]:
    return "04-05-2023", "01-02-2024"


def mailerlite() -> str:
    """Everyone of an account, with the state of each."""
    rows = [
        (
            "Subscriber",
            "Status",
            "Sent",
            "Opens",
            "Clicks",
            "Subscribed",
            "Unsubscribed",
            "Location",
            "Name",
            "Last name",
        ),
        ("ann@example.org", "Active", "9", "4", "1", "2023-05-04 09:10:11", "", "Toulouse", "Ann", "Roy"),
        (
            "bob@example.org",
            "Unsubscribed",
            "9",
            "4",
            "1",
            "2023-05-04 09:10:11",
            "2024-02-01 09:00:00",
            "",
            "Bob",
            "",
        ),
        ("cat@example.org", "Bounced", "1", "0", "0", "2023-05-04 09:10:11", "", "", "Cat", ""),
        ("dan@example.org", "Junk", "1", "0", "0", "2023-05-04 09:10:11", "", "", "Dan", ""),
        ("eve@example.org", "Unconfirmed", "0", "0", "0", "", "", "", "Eve", ""),
        ("fay@example.org", "", "0", "0", "0", "", "", "", "Fay", ""),
    ]
    return _csv(rows)


def listmonk() -> str:
    """subscribers.csv: attributes in JSON, times as Go writes them."""
    at = "2023-05-04 09:10:11.123456 +0000 +0000"
    rows = [
        ("uuid", "email", "name", "attributes", "status", "created_at", "updated_at"),
        (
            _uuid(1),
            "ann@example.org",
            "Ann Roy Duval",
            '{"department": 31, "city": "Albi", "tags": ["a"]}',
            "enabled",
            at,
            at,
        ),
        (_uuid(2), "bob@example.org", "Bob", "{}", "blocklisted", at, at),
        (_uuid(3), "cat@example.org", "", "{}", "disabled", at, at),
        (_uuid(4), "dan@example.org", "Dan", "{oops", "enabled", at, at),
    ]
    return _csv(rows)


def _uuid(number: int) -> str:
    return f"0b8d4b6e-0000-4000-8000-{number:012}"


def mailtrain() -> str:
    """A list; of people who had themselves erased there, only a hash is left."""
    header = ("cid", "status", "HASH_EMAIL", "EMAIL", "MERGE_FIRST_NAME", "MERGE_LAST_NAME", "DEPARTMENT")
    rows = [
        header,
        ("tSx1", "subscribed", "zv0f", "ann@example.org", "Ann", "Roy", "31"),
        ("tSx2", "unsubscribed", "zv1f", "bob@example.org", "Bob", "Noir", ""),
        ("tSx3", "bounced", "zv2f", "cat@example.org", "Cat", "", ""),
        ("tSx4", "complained", "zv3f", "dan@example.org", "Dan", "", ""),
        ("tSx5", "unsubscribed", "zv4f", "", "", "", ""),
    ]
    return _csv(rows)


def _csv(rows: Sequence[tuple[str, ...]], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()
