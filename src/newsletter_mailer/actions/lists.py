"""What lists there are; making one, and changing what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import Basis, MailingList
from newsletter_mailer.model.list_names import check_list
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.store.list_rows import on_interest_alone
from newsletter_mailer.wording import sentence


def lists(database: Database) -> list[MailingList]:
    """All lists, by name, with how many readers may be written to."""
    with database.reading() as connection:
        return audience.lists(connection)


def add_list(database: Database, slug: str, wishes: Mapping[str, Any], *, now: int) -> MailingList:
    """A new, empty list. wishes: fields of MailingList, those that were named. Raises UsageError."""
    check_list(slug)
    name = slug.replace("-", " ").capitalize()
    wanted = replace(MailingList(0, slug, name, Basis.CONSENT), **wishes)
    _check(wanted)
    with database.transaction() as connection:
        if audience.find_list(connection, slug) is not None:
            raise UsageError(
                sentence("there is a list {slug} already", slug=slug),
                sentence("change it with: newsletter lists edit {slug}", slug=slug),
            )
        return audience.add_list(
            connection,
            slug,
            name=wanted.name,
            basis=wanted.basis,
            now=now,
            commercial=wanted.commercial,
            source="",
            purpose=wanted.purpose,
            wording=wanted.wording,
            language=wanted.language,
            public=wanted.public,
        )


def edit_list(database: Database, slug: str, wishes: Mapping[str, Any]) -> MailingList:
    """Change what is said of a list. Who is on it already keeps their basis, and the wording they were shown."""
    with database.transaction() as connection:
        changed = replace(_existing(connection, slug), **wishes)
        _check(changed)
        _check_readers(connection, changed)
        values = {name: getattr(changed, name) for name in wishes}
        if "basis" in values:
            values["basis"] = changed.basis.value
        audience.edit_list(connection, changed.id, **values)
    return changed


def _existing(connection: Connection, slug: str) -> MailingList:
    found = audience.find_list(connection, slug)
    if found is None:
        raise UsageError(
            sentence("there is no list {slug}", slug=slug), sentence("see the lists with: newsletter lists")
        )
    return found


def _check_readers(connection: Connection, wanted: MailingList) -> None:
    """Another basis of the list makes nobody on it agree."""
    silent = on_interest_alone(connection, wanted.id) if wanted.commercial else 0
    if silent:
        raise UsageError(
            sentence(
                "{list} cannot become commercial: of its readers {count} are on it by the association's legitimate interest",
                list=wanted.slug,
                count=silent,
            ),
            sentence(
                "put those who agreed on a list of their own: newsletter subscribers import … --basis consent"
            ),
        )


def _check(wanted: MailingList) -> None:
    """What is sold may be promoted only to those who said yes or bought (CPCE art. L34-5)."""
    if wanted.commercial and wanted.basis is Basis.LEGITIMATE_INTEREST_ASSOC:
        raise UsageError(
            sentence("a commercial list cannot rest on the association's legitimate interest"),
            sentence("ask its readers for their consent: --basis consent"),
        )
    if not wanted.name.strip() or not all(line.isprintable() for line in (wanted.name, wanted.purpose)):
        raise UsageError(sentence("the name and the purpose of a list stand on one line each"))
    if wanted.language and not (len(wanted.language) == 2 and wanted.language.isascii()):
        raise UsageError(
            sentence("“{language}” is no language", language=wanted.language),
            sentence("write its two letters, e.g. fr"),
        )
