"""Changes of fields and entries that stand on lines of their own."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from newsletter_mailer.yamlio.edits import Edit, Op, found, there
from newsletter_mailer.yamlio.layout import Item, Layout, Unpatchable
from newsletter_mailer.yamlio.places import Mark
from newsletter_mailer.yamlio.reader import Path
from newsletter_mailer.yamlio.writing import entry, field, written


def patched(layout: Layout, step: Edit) -> str:
    """The text after that change. Raises Unpatchable."""
    around = step.path[:-1]
    if step.op is Op.SET:
        return _set(layout, step) if there(layout.document.data, step.path) else _added(layout, step)
    if step.op is Op.INSERT:
        return _inserted(layout, around, int(step.path[-1]), step.value)
    if step.op is Op.MOVE:
        return _moved(layout, around, int(step.path[-1]), step.to)
    return _removed(layout, step.path)


def extent(layout: Layout, step: Edit) -> tuple[int, int]:
    """Where comments may go with what goes: the lines of what is removed, the value that is replaced."""
    if step.op in (Op.INSERT, Op.MOVE) or not there(layout.document.data, step.path):
        return 0, 0
    mark = layout.document.values[step.path]
    value = found(layout.document.data, step.path)
    try:
        if step.op is Op.REMOVE and not layout.is_flow(step.path[:-1]):
            item = _item(layout, step.path)
            return item.first, item.last
        if step.op is Op.SET and not isinstance(value, dict | list):
            return 0, 0
        end = mark.end if layout.is_flow(step.path) else layout.end_of_line(mark.end)
        return layout.before(step.path), end
    except Unpatchable:
        return mark.start, mark.end


def _item(layout: Layout, path: Path) -> Item:
    return layout.items(path[:-1])[layout.names(path[:-1]).index(path[-1])]


def _set(layout: Layout, step: Edit) -> str:
    text, mark = layout.text, layout.document.values[step.path]
    item = layout.item(step.path)
    is_block = isinstance(found(layout.document.data, step.path), dict | list) and not layout.is_flow(
        step.path
    )
    made = written(
        step.value,
        _inside(layout, step, item, is_block=is_block),
        layout.manner(step.path),
        parent=item.column,
    )
    head, body = made.head, made.body
    if not head and isinstance(step.path[-1], int):
        head, body = body[0].lstrip(" "), body[1:]
    if is_block:
        return _spliced(layout, item.after, layout.end_of_line(mark.end), head, list(body))
    if text[mark.start : mark.start + 1] in ("|", ">"):
        return _spliced(layout, mark.start, mark.end, head, list(body))
    return _replaced(layout, mark, head, body)


def _inside(layout: Layout, step: Edit, item: Item, *, is_block: bool) -> int:
    """The column of what is inside the new value."""
    if isinstance(step.path[-1], int):
        return item.column + 2 if is_block or item.value == item.after else layout.column(item.value)
    manner = layout.manner(step.path)
    return item.column + (manner.dash if isinstance(step.value, list) else manner.step)


def _replaced(layout: Layout, mark: Mark, head: str, body: tuple[str, ...]) -> str:
    """A value that ends in the line in which its comment stands."""
    text, rest = layout.text, layout.end_of_line(mark.end)
    before = text[: mark.start]
    if not head:
        before = before.rstrip(" ")
    elif before[-1:] not in (" ", "\t", "\n", "\r"):
        head = f" {head}"
    below = "".join(f"{layout.line_end}{line}" for line in body)
    return before + head + text[mark.end : rest] + below + text[rest:]


def _spliced(layout: Layout, start: int, end: int, head: str, body: list[str]) -> str:
    """Something of several lines is replaced; a comment on its first line stays there."""
    text, stop = layout.text, layout.end_of_line(start)
    comment = next((said for at, said in layout.comments() if start <= at < stop), "")
    before = (
        text[:start] if head and text[start - 1 : start] in (" ", "\t") else text[:start].rstrip(" \t") + " "
    )
    first = f"{before}{head} {comment}" if head and comment else f"{before}{head or comment}"
    return layout.line_end.join([first.rstrip(" "), *body]) + text[end:]


def _added(layout: Layout, step: Edit) -> str:
    """A field that was not there: one line goes to the others of one line, a longer one to the end."""
    around, name = step.path[:-1], str(step.path[-1])
    fields = found(layout.document.data, around)
    if not isinstance(fields, dict):
        raise Unpatchable("no fields")
    items, names = layout.items(around), layout.names(around)
    if not items:
        raise Unpatchable("no field to stand beside")
    manner = layout.manner(around)
    new = field(name, step.value, items[0].column, manner)
    simple = [i for i, key in enumerate(names) if not isinstance(fields[key], dict | list)]
    place = simple[-1] if len(new) == 1 and simple else len(items) - 1
    return _with_lines(layout, items[place].last, new)


def _with_lines(layout: Layout, at: int, new: list[str]) -> str:
    """New lines before the line that begins at an offset, or after the last one."""
    text, end = layout.text, layout.line_end
    block = "".join(f"{line}{end}" for line in new)
    if at == len(text) and text and not text.endswith(("\n", "\r")):
        return text + end + block.removesuffix(end)
    return text[:at] + block + text[at:]


def _inserted(layout: Layout, around: Path, at: int, value: Any) -> str:
    items = layout.items(around)
    manner = layout.manner(around)
    if not items:
        raise Unpatchable("no entry to stand beside")
    new = entry(value, items[0].column, manner)
    gap = _gap(layout, around, items, many=isinstance(value, dict) and len(new) > 1)
    if at == len(items):
        return _with_lines(layout, items[-1].last, [*gap, *new])
    target = items[at]
    if target.first != layout.line_start(target.first):  # the first one, behind the dash of what it is in
        new[0] = new[0].lstrip(" ")
        block = "".join(f"{line}{layout.line_end}" for line in new)
        return layout.text[: target.first] + block + " " * target.column + layout.text[target.first :]
    return _with_lines(layout, target.first, [*new, *gap])


def _gap(layout: Layout, around: Path, items: list[Item], *, many: bool) -> list[str]:
    """The blank lines that stand between two entries here."""
    if len(items) > 1:
        between = layout.text[items[0].last : items[1].first]
        return [""] * (between.count("\n") or between.count("\r")) if not between.strip() else [""]
    return [""] if many and len(around) == 1 else []


def _removed(layout: Layout, path: Path) -> str:
    around = path[:-1]
    items, at = layout.items(around), layout.names(around).index(path[-1])
    text, item = layout.text, items[at]
    if len(items) == 1:
        empty = "{}" if isinstance(path[-1], str) else "[]"
        if not around:
            raise Unpatchable("the file would be empty")
        last = layout.end_of_line(max(item.last - 1, item.end))
        return _spliced(layout, layout.before(around), last, empty, [])
    if item.first != layout.line_start(item.first):
        return _first_removed(layout, item, items[at + 1])
    if at + 1 < len(items):
        after = items[at + 1].first
        return text[: item.first] + text[after if not text[item.last : after].strip() else item.last :]
    before = items[at - 1].last
    start = before if not text[before : item.first].strip() else item.first
    rest = text[item.last :]
    return text[:start] + rest if rest or text.endswith(("\n", "\r")) else text[:start].rstrip("\r\n")


def _first_removed(layout: Layout, item: Item, following: Item) -> str:
    """It stands behind a dash: the next one takes its place there."""
    text = layout.text
    if (
        layout.line_start(following.start) == following.first
        and not text[item.last : following.first].strip()
    ):
        return text[: item.start] + text[following.start :]
    return text[: item.start].rstrip(" ") + layout.line_end + text[item.last :]


def _moved(layout: Layout, around: Path, at: int, to: int) -> str:
    """The entries change places with their comments; the blank lines between the places stay."""
    items, text = layout.items(around), layout.text
    first = items[0]
    whole = text if text.endswith(("\n", "\r")) else text + layout.line_end
    pieces = [whole[item.first : item.last if item.last < len(text) else len(whole)] for item in items]
    behind_dash = first.first != layout.line_start(first.first)
    if behind_dash:
        pieces[0] = " " * first.column + pieces[0]
    gaps = [text[one.last : other.first] for one, other in pairwise(items)]
    order = list(range(len(items)))
    order.insert(to, order.pop(at))
    middle = pieces[order[0]] + "".join(
        gap + pieces[number] for gap, number in zip(gaps, order[1:], strict=True)
    )
    before = text[: first.first]
    if behind_dash and middle.lstrip(" ").startswith("-"):
        middle = middle.lstrip(" ")
    elif behind_dash:  # with a comment above it, it stands below that dash
        before = before.rstrip(" ") + layout.line_end
    moved = before + middle + text[items[-1].last :]
    return moved if whole == text else moved.removesuffix(layout.line_end)
