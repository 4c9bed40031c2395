"""Changes of a file's data written into its text: only the span that changes changes, and every comment stays.

Each change is read back before it counts. What cannot be written so that it reads back as meant is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from newsletter_mailer.errors import FileProblems
from newsletter_mailer.wording import sentence
from newsletter_mailer.yamlio import flow, lines
from newsletter_mailer.yamlio.edits import Edit, EditRefused, Op, edited, found, same, small_steps
from newsletter_mailer.yamlio.layout import Layout, Unpatchable
from newsletter_mailer.yamlio.reader import Document, Path, read

Way = Callable[[Layout, Edit], str]


def apply(document: Document, edits: Iterable[Edit]) -> str:
    """The text of the document after these changes, one after the other. Raises EditRefused.

    The text has no byte-order mark, as that of the document; its line ends are those of the document.
    """
    for edit in edits:
        for step in small_steps(document.data, edit):
            document = _changed(document, step)
    return document.text


def _changed(document: Document, step: Edit) -> Document:
    wanted = edited(document.data, step)
    for before in _settled(document):
        layout = Layout(before)
        for way in _ways(layout, step, wanted):
            for after in _readable(_texts(way, layout, step), document.path):
                if same(after.data, wanted) and _keeps_comments(layout, Layout(after), step):
                    return after
    what = sentence("this cannot be written into the file without touching what stands around it")
    raise EditRefused(what, sentence("change it in the file itself, with a text editor"))


def _settled(document: Document) -> Iterator[Document]:
    """The document, and if its last line has no end, with one: a | text there means something else with it."""
    yield document
    if document.text.endswith(("\n", "\r")):
        return
    layout, path = (
        Layout(document),
        max(document.values, key=lambda each: (document.values[each].start, len(each))),
    )
    step = Edit(Op.SET, path, found(document.data, path))
    if not layout.is_flow(path):
        texts = (f"{text}{layout.line_end}" for text in _texts(lines.patched, layout, step))
        yield from (each for each in _readable(texts, document.path) if same(each.data, document.data))


def _readable(texts: Iterable[str], path: str) -> Iterator[Document]:
    for text in texts:
        with suppress(FileProblems, UnicodeEncodeError):
            yield read(text.encode(), path)


def _texts(way: Way, layout: Layout, step: Edit) -> Iterator[str]:
    """As the way has it; with a line end at the end, if the file had none and its last text needs it."""
    for blocks in (True, False):
        try:
            text = way(layout if blocks else Layout(layout.document, blocks=False), step)
        except Unpatchable:
            return
        yield text
        if not text.endswith(("\n", "\r")):
            yield text + layout.line_end


def _ways(layout: Layout, step: Edit, wanted: Any) -> Iterator[Way]:
    """From the lightest hand to the heaviest: the value alone, then what is around it, written anew."""
    if not step.path:
        return
    yield flow.patched if layout.is_flow(step.path[:-1]) else lines.patched
    for length in range(len(step.path) - 1, 0, -1):
        if isinstance(found(layout.document.data, step.path[:length]), dict | list):
            yield _anew(step.path[:length], wanted)


def _anew(path: Path, wanted: Any) -> Way:
    def way(layout: Layout, _step: Edit) -> str:
        step = Edit(Op.SET, path, found(wanted, path))
        patched = flow.patched if layout.is_flow(path[:-1]) else lines.patched
        return patched(layout, step)

    return way


def _keeps_comments(before: Layout, after: Layout, step: Edit) -> bool:
    """Whether every comment is still there, but for those of what went."""
    start, end = lines.extent(before, step)
    kept = Counter(text for at, text in before.comments() if not start <= at < end)
    return not kept - Counter(text for _, text in after.comments())
