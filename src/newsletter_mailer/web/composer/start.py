"""How an issue begins: from the last one, from the example, blank, or from a text that is brought along."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from newsletter_mailer.actions.importing_text import AS_IS, LARGEST, Taken, take
from newsletter_mailer.actions.new import example, new
from newsletter_mailer.app import clock
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.scenarios.starting import Begun, begin, slug_of
from newsletter_mailer.web.composer import views
from newsletter_mailer.web.composer.desk import Desk
from newsletter_mailer.web.composer.form import refused
from newsletter_mailer.web.composer.page import page
from newsletter_mailer.web.composer.posted import only_from_here, posted
from newsletter_mailer.web.composer.start_words import for_script, on_page
from newsletter_mailer.web.guard import BARE

_KEPT = 4  # texts that were brought along and not used yet
_LONGEST_TITLE = 150
_LONGEST_ALT = 500
_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp"}
_NOTHING = (
    '<!doctype html><html lang="en"><meta name="color-scheme" content="light dark"><title>…</title></html>'
)


def chooser_page(workspace: Workspace) -> Response:
    """The page on which an issue is chosen, or begun."""
    today = dt.datetime.fromtimestamp(clock() / 1000, workspace.zone).date()
    return page("issues.html", script=for_script(), **on_page(), today=today.isoformat())


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a new issue is to be called, and when it leaves."""

    title: str
    date: dt.date


class Start:
    """The routes by which issues begin."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._texts: OrderedDict[str, Taken] = (
            OrderedDict()
        )  # gone with the program: nothing of it is on the disk

    def routes(self) -> list[Route]:
        """What it answers."""
        return [
            Route("/issues/{slug}/thumbnail", self.thumbnail),
            Route("/api/new", self.new, methods=["POST"]),
            Route("/api/texts", self.bring, methods=["POST"]),
            Route("/api/texts/{key}/pictures/{number:int}", self.picture),
            Route("/api/texts/{key}/issue", self.use, methods=["POST"]),
        ]

    async def thumbnail(self, request: Request) -> Response:
        """The mail, small and still, for its card; an empty page when it cannot be composed."""
        html = await self._mail(request.path_params["slug"])
        return HTMLResponse(html or _NOTHING, headers={"Content-Security-Policy": views.POLICY})

    async def _mail(self, slug: str) -> str:
        path = next((each.path for each in await self._desk.issues() if each.slug == slug), None)
        if path is None:
            raise HTTPException(404)
        sheet = await self._desk.sheet(path)
        if sheet.shown is None:
            return ""
        try:
            seen = await self._desk.seen(sheet.shown, await self._desk.reader(0, sheet.edition))
        except NewsletterError:
            return ""
        return views.shown(seen.html, views.Light(desk="#ffffff"))

    async def new(self, request: Request) -> Response:
        """A new issue: from another one, from the example or blank."""
        body = await posted(request)
        wish = _wish(body)
        source = body.get("from", "")
        known = isinstance(source, str) and (source in ("", "example") or source.startswith("issue:"))
        if not known:
            raise HTTPException(400)
        try:
            slug = await run_in_threadpool(self._new, wish, source)
        except NewsletterError as error:
            return refused(error)
        self._desk.changed()
        return JSONResponse({"slug": slug}, status_code=201)

    def _new(self, wish: _Wish, source: str) -> str:
        workspace = self._desk.workspace
        slug = slug_of(workspace, wish.title, wish.date)
        copy_of: str | Path | None = None
        if source:
            copy_of = example() if source == "example" else source.removeprefix("issue:")
        new(
            workspace,
            slug,
            copy_of=copy_of,
            today=wish.date,
            new_id=_new_id(slug),
            title=wish.title,
        )
        return slug

    async def bring(self, request: Request) -> Response:
        """A text that was dropped, pasted or chosen: its name stands in a header, its bytes are the body."""
        only_from_here(request)
        name = unquote(request.headers.get("x-name", ""))[:200]
        data = bytearray()
        async for chunk in request.stream():
            data += chunk
            if len(data) > LARGEST:  # `take` says so in words
                break
        try:
            found = await run_in_threadpool(take, self._desk.workspace, name, bytes(data))
        except NewsletterError as error:
            return refused(error)
        key = secrets.token_urlsafe(12)
        self._texts[key] = found
        while len(self._texts) > _KEPT:
            self._texts.popitem(last=False)
        return JSONResponse(_told(key, found), status_code=201)

    def _text(self, request: Request) -> Taken:
        found = self._texts.get(request.path_params["key"])
        if found is None:
            raise HTTPException(404)
        return found

    async def picture(self, request: Request) -> Response:
        """A picture of the text, to be looked at before it is used."""
        pictures = self._text(request).pictures
        number: int = request.path_params["number"]
        media_type = _TYPES.get(PurePath(pictures[number].name).suffix) if number < len(pictures) else None
        if media_type is None:
            raise HTTPException(404)
        headers = {"Content-Security-Policy": BARE}
        return Response(pictures[number].data, media_type=media_type, headers=headers)

    async def use(self, request: Request) -> Response:
        """The issue of these blocks of the text, in this order."""
        found = self._text(request)
        body = await posted(request)
        wish, blocks = _wish(body), _chosen(body, found)
        try:
            begun = await run_in_threadpool(self._begin, found, wish, blocks)
        except NewsletterError as error:
            return refused(error)
        self._desk.changed()
        told = {"slug": begun.path.parent.name, "refused": [str(each) for each in begun.refused]}
        return JSONResponse(told, status_code=201)

    def _begin(self, found: Taken, wish: _Wish, blocks: list[dict[str, Any]]) -> Begun:
        workspace = self._desk.workspace
        slug = slug_of(workspace, wish.title, wish.date)
        return begin(
            workspace, found, blocks, title=wish.title, date=wish.date, slug=slug, new_id=_new_id(slug)
        )


def _new_id(slug: str) -> str:
    return f"{slug[:40].strip('-')}-{secrets.token_hex(4)}"


def _wish(body: dict[str, Any]) -> _Wish:
    title, date = body.get("title"), body.get("date")
    if not isinstance(title, str) or not isinstance(date, str) or len(title) > _LONGEST_TITLE:
        raise HTTPException(400)
    line = " ".join(title.split())
    try:
        day = dt.date.fromisoformat(date)
    except ValueError as error:
        raise HTTPException(400) from error
    if not line or not line.isprintable():
        raise HTTPException(400)
    return _Wish(line, day)


def _told(key: str, found: Taken) -> dict[str, Any]:
    return {
        "key": key,
        "title": found.title,
        "blocks": [_block(block) for block in found.blocks],
        "leftOut": [str(each) for each in found.left_out],
    }


def _block(block: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of a block: its kind, its words, its picture."""
    picture = block if block["type"] == "image" else block.get("picture")
    shown: dict[str, Any] = {
        "type": block["type"],
        "title": block.get("title", ""),
        "text": block.get("text", ""),
    }
    if picture:
        shown["picture"] = {"number": int(picture["src"].removeprefix(AS_IS)), "alt": picture.get("alt", "")}
    return shown


def _chosen(body: dict[str, Any], found: Taken) -> list[dict[str, Any]]:
    """The blocks that the author keeps, in their order, with what they say of the pictures."""
    kept = body.get("blocks")
    if not isinstance(kept, list) or not kept or len(kept) > len(found.blocks):
        raise HTTPException(400)
    chosen = []
    for each in kept:
        number = each.get("number") if isinstance(each, dict) else None
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < len(found.blocks):
            raise HTTPException(400)
        alt = each.get("alt", "")
        if not isinstance(alt, str) or len(alt) > _LONGEST_ALT:
            raise HTTPException(400)
        chosen.append(_described(found.blocks[number], " ".join(alt.split())))
    return chosen


def _described(block: dict[str, Any], alt: str) -> dict[str, Any]:
    """The block with these words for its picture; without any the picture counts as decorative."""
    picture = block if block["type"] == "image" else block.get("picture")
    if not picture:
        return block
    said = {key: value for key, value in picture.items() if key not in ("alt", "decorative")}
    said |= {"alt": alt} if alt else {"decorative": True}
    if not alt:
        said.pop("link", None)  # nobody could tell where it leads
    return said if block["type"] == "image" else {**block, "picture": said}
