"""Cells of tables that people open in a spreadsheet."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def defused(cell: str) -> str:
    """The cell with a quote before what a spreadsheet would run as a formula (standards 7-6).

    What begins with such a quote itself gets another, so that `as_typed` gives back every cell.
    """
    return f"'{cell}" if cell.lstrip("'").startswith(_FORMULA) else cell


def as_typed(cell: str) -> str:
    """The cell without the quote of `defused`."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(_FORMULA) else cell
