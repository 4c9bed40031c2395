"""Changes between brackets: `{ src: a.png, alt: A }` and `[a, b]`."""

from __future__ import annotations

from newsletter_mailer.yamlio.edits import Edit, Op, there
from newsletter_mailer.yamlio.layout import Layout, Unpatchable
from newsletter_mailer.yamlio.reader import Path
from newsletter_mailer.yamlio.writing import inline

Span = tuple[int, int]


def patched(layout: Layout, step: Edit) -> str:
    """The text after that change. Raises Unpatchable."""
    around, spans = step.path[:-1], _spans(layout, step.path[:-1])
    if step.op is Op.SET and there(layout.document.data, step.path):
        return _set(layout, step)
    if step.op is Op.SET:
        new = f"{inline(str(step.path[-1]), flow=True)}: {inline(step.value, flow=True)}"
        return _inserted(layout, around, spans, len(spans), new)
    if step.op is Op.INSERT:
        return _inserted(layout, around, spans, int(step.path[-1]), inline(step.value, flow=True))
    at = layout.names(around).index(step.path[-1])
    return _moved(layout, spans, at, step.to) if step.op is Op.MOVE else _removed(layout, around, spans, at)


def _spans(layout: Layout, path: Path) -> list[Span]:
    """Of each field with its name, or of each entry."""
    document = layout.document
    found_spans = []
    for name in layout.names(path):
        mark = document.values[(*path, name)]
        start = document.keys[(*path, name)].start if isinstance(name, str) else mark.start
        found_spans.append((start, max(mark.end, start)))
    return found_spans


def _set(layout: Layout, step: Edit) -> str:
    mark, text = layout.document.values[step.path], layout.text
    new = inline(step.value, flow=True, style=layout.manner(step.path).style)
    gap = " " if mark.start == mark.end and text[mark.start - 1 : mark.start] not in (" ", "\t", "\n") else ""
    return text[: mark.start] + gap + new + text[mark.end :]


def _inserted(layout: Layout, around: Path, spans: list[Span], at: int, new: str) -> str:
    text = layout.text
    if not spans:
        mark = layout.document.values[around]
        if text[mark.start + 1 : mark.end - 1].strip():
            raise Unpatchable("a comment between the brackets")
        pad = " " if text[mark.start] == "{" else ""
        return f"{text[: mark.start + 1]}{pad}{new}{pad}{text[mark.end - 1 :]}"
    if at < len(spans):
        return f"{text[: spans[at][0]]}{new}, {text[spans[at][0] :]}"
    return f"{text[: spans[-1][1]]}, {new}{text[spans[-1][1] :]}"


def _removed(layout: Layout, around: Path, spans: list[Span], at: int) -> str:
    text = layout.text
    if len(spans) == 1:
        mark = layout.document.values[around]
        return text[: mark.start + 1] + text[mark.end - 1 :]
    start, end = (spans[at][0], spans[at + 1][0]) if at + 1 < len(spans) else (spans[at - 1][1], spans[at][1])
    return text[:start] + text[end:]


def _moved(layout: Layout, spans: list[Span], at: int, to: int) -> str:
    text = layout.text
    order = list(range(len(spans)))
    order.insert(to, order.pop(at))
    made, reached = [], 0
    for place, number in zip(spans, order, strict=True):
        made += [text[reached : place[0]], text[spans[number][0] : spans[number][1]]]
        reached = place[1]
    return "".join([*made, text[reached:]])
