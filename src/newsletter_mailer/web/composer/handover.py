"""Test and hand over: a test to a few people, how reviewers see it, and whom a dispatch would reach.

Nothing is sent to a list from here: the page ends with the command that does it.
"""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from newsletter_mailer.actions.account import account_of
from newsletter_mailer.actions.check import look
from newsletter_mailer.actions.lists import lists
from newsletter_mailer.actions.pace import pace_told
from newsletter_mailer.actions.plan import Audience, propose, unapproved
from newsletter_mailer.actions.reviewing import Standing, standing
from newsletter_mailer.actions.test import Tested, send_test
from newsletter_mailer.app import App, clock
from newsletter_mailer.checks.places import Placed
from newsletter_mailer.checks.sheet import ControlSheet
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.audience import MailingList
from newsletter_mailer.model.campaign import HeadCount
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.names import LEFT_OUT, left_out_name
from newsletter_mailer.web.composer.desk import Desk
from newsletter_mailer.web.composer.form import refused
from newsletter_mailer.web.composer.handover_words import for_script, on_page
from newsletter_mailer.web.composer.page import page
from newsletter_mailer.web.composer.posted import posted

MOST_TESTS = 20  # at once: a test is for a few
MOST_LISTS = 100
Find = Callable[[Request], Awaitable[Path]]


class Handover:
    """The page beside an issue on which it leaves the author's hands."""

    def __init__(self, desk: Desk, find: Find) -> None:
        self._desk = desk
        self._find = find

    def _name(self, path: Path) -> str:
        """The issue as commands name it."""
        inside = path.parent.parent == self._desk.workspace.issues
        return path.parent.name if inside else str(path)

    def routes(self) -> list[Route]:
        """What it answers."""
        issue = "/issues/{slug}"
        return [
            Route(f"{issue}/send", self.page),
            Route(f"{issue}/standing", self.standing),
            Route(f"{issue}/test", self.test, methods=["POST"]),
            Route(f"{issue}/plan", self.plan, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """The page itself."""
        path = await self._find(request)
        return page("handover.html", script=for_script(), **on_page(), slug=path.parent.name)

    async def standing(self, request: Request) -> Response:
        """How the issue stands with its reviewers, and whom one may send it to."""
        path = await self._find(request)
        try:
            return JSONResponse(await run_in_threadpool(self._standing, path))
        except NewsletterError as error:
            return refused(error)

    def _standing(self, path: Path) -> dict[str, Any]:
        app = self._desk.app
        there = app.has_ledger
        found = standing(
            app.database if there else None,
            self._desk.workspace,
            self._name(path),
            secret=app.secret if there else None,
            now=clock(),
        )
        return {
            **_stands(found),
            "testReaders": list(self._desk.workspace.settings.test_readers),
            "lists": [_list(each) for each in lists(app.database)] if there else [],
        }

    async def test(self, request: Request) -> Response:
        """Send the issue to a few people, and tell what became of each mail."""
        path = await self._find(request)
        to = _words(await posted(request), "to", most=MOST_TESTS)
        try:
            done = await run_in_threadpool(self._test, path, to)
        except NewsletterError as error:
            return refused(error)
        return JSONResponse([_tested(each) for each in done])

    def _test(self, path: Path, to: tuple[str, ...]) -> list[Tested]:
        app, workspace = self._desk.app, self._desk.workspace
        return send_test(
            workspace,
            self._name(path),
            to,
            database=app.database,
            account=account_of(workspace),
            now=clock(),
            new_id=secrets.token_hex(8),
            secret=app.secret,
        )

    async def plan(self, request: Request) -> Response:
        """Whom a dispatch to these lists would reach, what the control sheet says, and the command."""
        path = await self._find(request)
        wanted = _words(await posted(request), "lists", most=MOST_LISTS)
        try:
            return JSONResponse(await run_in_threadpool(self._plan, path, wanted))
        except NewsletterError as error:
            return refused(error)

    def _plan(self, path: Path, wanted: tuple[str, ...]) -> dict[str, Any]:
        app, workspace, now = self._desk.app, self._desk.workspace, clock()
        proposal = propose(app.database, workspace, self._name(path), Audience(wanted))
        sheet = look(
            workspace, path, database=app.database, lists=wanted, now=now, new_id=secrets.token_hex(8)
        )
        total = proposal.head_count.total
        pace = pace_told(app.database, workspace, total, now=now) if total else []
        why = unapproved(app.database, workspace, proposal.edition)
        return {
            **_counted(proposal.head_count),
            "lists": [_reached(slugs, count) for slugs, count in _each_list(sheet)],
            "subjects": list(proposal.subjects),
            "warnings": [str(each) for each in (*proposal.warnings, *pace)],
            "unapproved": str(why) if why else "",
            "findings": [_finding(each) for each in sheet.findings],
            "lacking": [asdict(each) for each in sheet.lacking],
            "command": _command(app, self._name(path), wanted),
        }


def _words(body: dict[str, Any], name: str, *, most: int) -> tuple[str, ...]:
    """A list of short texts. Raises HTTPException for anything else."""
    given = body.get(name)
    if not isinstance(given, list) or not 0 < len(given) <= most:
        raise HTTPException(400)
    if not all(isinstance(each, str) and 0 < len(each.strip()) <= 320 for each in given):
        raise HTTPException(400)
    return tuple(dict.fromkeys(each.strip() for each in given))


def _stands(found: Standing) -> dict[str, Any]:
    return {
        "code": found.code,
        "required": found.required,
        "tested": found.tested,
        "approvals": [{"by": each.reviewer, "at": each.at} for each in found.approvals],
        "before": {"by": found.before.reviewer, "code": found.before.code, "at": found.before.at}
        if found.before
        else None,
        "remarks": [
            {
                "by": each.comment.reviewer,
                "about": each.comment.about,
                "block": each.comment.block,
                "text": each.comment.text,
                "at": each.comment.at,
                "code": each.code,
                "current": each.current,
            }
            for each in found.remarks
        ],
        "reviewLink": found.review_link,
    }


def _list(each: MailingList) -> dict[str, Any]:
    return {"slug": each.slug, "name": each.name, "count": each.confirmed}


def _tested(each: Tested) -> dict[str, Any]:
    outcome = each.outcome
    return {
        "address": each.address,
        "accepted": outcome.event is Event.ACCEPTED,
        "reply": str(outcome.reply or outcome.detail or ""),
        "bytes": each.size,
    }


def _counted(count: HeadCount) -> dict[str, Any]:
    left_out = [
        {"why": left_out_name(reason), "count": getattr(count, reason)}
        for reason in LEFT_OUT
        if getattr(count, reason)
    ]
    return {"total": count.total, "onLists": count.on_lists, "leftOut": left_out}


def _each_list(sheet: ControlSheet) -> list[tuple[tuple[str, ...], HeadCount]]:
    """The count of every list by itself, where there are several."""
    alone = [each for each in sheet.head_counts if len(each.lists) == 1]
    return [(each.lists, each.head_count) for each in alone] if len(sheet.head_counts) > 1 else []


def _reached(slugs: tuple[str, ...], count: HeadCount) -> dict[str, Any]:
    return {"slug": slugs[0], **_counted(count)}


def _finding(placed: Placed) -> dict[str, Any]:
    found = placed.finding
    return {
        "level": found.level.value,
        "code": found.code,
        "what": str(found.what),
        "hint": str(found.hint or ""),
        "line": placed.line,
    }


def _command(app: App, slug: str, wanted: tuple[str, ...]) -> str:
    """What to type, from wherever the composer was started."""
    root = app.workspace.root
    where = [] if Path.cwd().is_relative_to(root) else ["--project", str(root)]
    options = [part for each in wanted for part in ("--list", each)]
    return shlex.join(["newsletter", *where, "dispatch", slug, *options])
