"""An issue as it is written on the page: each change goes to its file, and every state of it can be had again."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from newsletter_mailer.actions.drafts import (
    CannotSave,
    Choice,
    Conflict,
    Draft,
    Drafts,
    Edit,
    EditRefused,
    Op,
    Past,
    told,
)
from newsletter_mailer.app import clock
from newsletter_mailer.errors import NewsletterError, Problem
from newsletter_mailer.web.composer.desk import Desk
from newsletter_mailer.web.composer.posted import posted
from newsletter_mailer.web.composer.schema import label_within, labels
from newsletter_mailer.wording import language

MOST_EDITS = 2000
DEEPEST = 24  # levels of a value: an agenda has five

_T = TypeVar("_T")
Finding = Callable[[Request], Awaitable[Path]]


class Writing:
    """The routes by which the page reads and writes an issue."""

    def __init__(self, desk: Desk, path: Finding) -> None:
        """`path` gives the issue.yaml that a request means."""
        self._desk = desk
        self._path = path
        self._drafts = Drafts(lambda: desk.workspace, clock=clock, new_id=lambda: secrets.token_hex(4))

    def routes(self) -> list[Route]:
        """All below the address of the issue."""
        issue = "/issues/{slug}"
        return [
            Route(f"{issue}/draft", self.draft),
            Route(f"{issue}/history", self.history),
            *(
                Route(f"{issue}/{name}", verb, methods=["POST"])
                for name, verb in {
                    "edits": self.edits,
                    "undo": self.undo,
                    "redo": self.redo,
                    "restore": self.restore,
                    "resolve": self.resolve,
                }.items()
            ),
        ]

    async def draft(self, request: Request) -> Response:
        """The issue now; 204 when the page knows that version already."""
        path = await self._path(request)
        draft = await self._answered(lambda: self._drafts.draft(path))
        if isinstance(draft, Response):
            return draft
        if request.query_params.get("known") == draft.version:
            return Response(status_code=204)
        return JSONResponse(_shown(draft, whole=True))

    async def history(self, request: Request) -> Response:
        """Every state that can be had again, the newest first."""
        path = await self._path(request)
        found = await self._answered(lambda: self._drafts.history(path))
        return found if isinstance(found, Response) else JSONResponse([_past(each) for each in found])

    async def edits(self, request: Request) -> Response:
        """Write changes into the file."""
        path, body = await self._path(request), await posted(request)
        edits, base, batch = _edits(body), _text(body, "base"), _text(body, "batch")
        draft = await self._answered(lambda: self._drafts.edit(path, base, edits, batch=batch))
        return self._saved(draft, whole=isinstance(draft, Draft) and draft.is_news)

    async def undo(self, request: Request) -> Response:
        """One step back."""
        path, base = await self._path(request), _text(await posted(request), "base")
        return self._saved(await self._answered(lambda: self._drafts.undo(path, base)))

    async def redo(self, request: Request) -> Response:
        """One step forth."""
        path, base = await self._path(request), _text(await posted(request), "base")
        return self._saved(await self._answered(lambda: self._drafts.redo(path, base)))

    async def restore(self, request: Request) -> Response:
        """Back to the state of a moment."""
        path, body = await self._path(request), await posted(request)
        at = body.get("at")
        if not isinstance(at, int):
            raise HTTPException(400)
        return self._saved(await self._answered(lambda: self._drafts.restore(path, at)))

    async def resolve(self, request: Request) -> Response:
        """The author's choice between the page and the file."""
        path, body = await self._path(request), await posted(request)
        if body.get("choice") not in list(Choice):
            raise HTTPException(400)
        choice, edits = Choice(body["choice"]), _edits(body)
        base, shown = _text(body, "base"), _text(body, "version")
        return self._saved(
            await self._answered(
                lambda: self._drafts.resolve(path, choice, base=base, shown=shown, edits=edits)
            )
        )

    async def _answered(self, ask: Callable[[], _T]) -> _T | Response:
        """What an action gives, or what the page is told when it refuses."""
        try:
            return await run_in_threadpool(ask)
        except Conflict as error:
            return JSONResponse(_shown(error.draft, whole=True), status_code=409)
        except CannotSave as error:
            return JSONResponse(_why(error), status_code=507 if error.no_room else 503)
        except EditRefused as error:
            return JSONResponse({**_why(error), "refused": True}, status_code=422)
        except NewsletterError as error:  # the file is no YAML: once it is, the same edit is taken
            return JSONResponse(_why(error), status_code=422)

    def _saved(self, draft: Draft | Response, *, whole: bool = True) -> Response:
        if isinstance(draft, Response):
            return draft
        self._desk.changed()  # the watch over the files would notice only a moment later
        return JSONResponse(_shown(draft, whole=whole))


def _shown(draft: Draft, *, whole: bool) -> dict[str, Any]:
    told = {
        "version": draft.version,
        "savedAt": draft.saved_at,
        "problems": [problem_with_field(each) for each in draft.problems],
        "canUndo": draft.can_undo,
        "canRedo": draft.can_redo,
    }
    if draft.yours:
        told["yours"] = draft.yours
    return {**told, "data": draft.data} if whole else told


def problem_with_field(problem: Problem) -> dict[str, Any]:
    """A problem for the page, with the dotted path of its field."""
    return {
        "field": problem.field,
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "what": str(problem.what),
        "hint": str(problem.hint or ""),
    }


def _why(error: NewsletterError) -> dict[str, str]:
    return {"what": str(error.what), "hint": str(error.hint or "")}


def _past(past: Past) -> dict[str, Any]:
    step = {key: value for key, value in asdict(past.step).items() if key in ("at", "kind", "did", "field")}
    return {**step, "what": str(told(past.step, _name)), "here": past.is_here}


def _name(part: str, field: str) -> str:
    """As the form calls it."""
    said = labels(language())
    if field:
        return label_within(said, part, field)["label"]
    return str(said["blocks"].get(part, {}).get("label", part))


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > 200:
        raise HTTPException(400)
    return value


def _edits(body: dict[str, Any]) -> list[Edit]:
    found = body.get("edits", [])
    if not isinstance(found, list) or len(found) > MOST_EDITS:
        raise HTTPException(400)
    return [_edit(each) for each in found]


def _edit(each: Any) -> Edit:
    ops = {op.value: op for op in Op}
    path = each.get("path") if isinstance(each, dict) else None
    if not isinstance(path, list) or not path or each.get("op") not in ops or not all(map(_is_step, path)):
        raise HTTPException(400)
    to, value = each.get("to", 0), each.get("value")
    if not _is_step(to) or isinstance(to, str) or not _is_flat(value, DEEPEST):
        raise HTTPException(400)
    return Edit(ops[each["op"]], tuple(path), value, to)


def _is_step(step: Any) -> bool:
    return isinstance(step, str | int) and not isinstance(
        step, bool
    )  # a place that is none is refused with words


def _is_flat(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels > 0 and all(_is_flat(each, levels - 1) for each in inner)
