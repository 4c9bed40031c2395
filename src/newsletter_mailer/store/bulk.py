"""Statements of the modules' own for many rows, without what SQLAlchemy does for each statement and each row.

For values that the driver takes as they are: numbers, text, bytes, None. A statement must be a constant of its module,
for its words are made once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Select, Update, bindparam
from sqlalchemy.sql.elements import BindParameter

_SIZES = (1, 8, 40, 100, 200)  # of lists: few statements serve every length
_SOME = tuple(f"some_{place}" for place in range(_SIZES[-1]))
_Statement = Insert | Update | Select[Any]


def execute_many(c: Connection, statement: Insert | Update, rows: Sequence[Mapping[str, object]]) -> int:
    """Run a statement for every row, and give the number of rows that it touched."""
    if not rows:
        return 0
    columns = tuple(rows[0]) if isinstance(statement, Insert) else ()
    words, names, fixed = _compiled(statement, c.dialect, columns)
    if fixed or not names:
        rows = [{**fixed, **row} for row in rows]
    pick = itemgetter(*names) if names else dict[str, object]
    return c.exec_driver_sql(words, [pick(row) for row in rows]).rowcount


def insert_rows(
    c: Connection, statement: Insert, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]
) -> None:
    """Insert rows whose values stand in the order of these columns, which is the order of the table."""
    if not rows:
        return
    words, names, _ = _compiled(statement, c.dialect, columns)
    assert not names or names == columns, "columns stand in the order of their table"
    c.exec_driver_sql(words, list(rows) if names else [dict(zip(columns, row, strict=True)) for row in rows])


def execute_with(c: Connection, statement: _Statement, values: Mapping[str, object]) -> Any:
    """Run a statement once, and give its result; its rows are told apart by the order of their columns."""
    words, names, fixed = _compiled(statement, c.dialect, ())
    given = {**fixed, **values}
    return c.exec_driver_sql(words, tuple(map(given.__getitem__, names)) if names else given)


def read_with(c: Connection, statement: Select[Any], values: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """The rows of a query as the driver gives them."""
    rows: list[tuple[Any, ...]] = execute_with(c, statement, values).cursor.fetchall()
    return rows


def some_of(size: int) -> list[BindParameter[Any]]:
    """The right side of an `in_` for `in_lists`: as many values as one of its lists has."""
    return [bindparam(name) for name in _SOME[:size]]


def in_lists(numbers: Sequence[int] | Sequence[str]) -> list[tuple[int, dict[str, object]]]:
    """These numbers or keys in lists of a few sizes, as values for `some_of(size)`; the last fills up its list."""
    lists: list[tuple[int, dict[str, object]]] = []
    start = 0
    while start < len(numbers):
        left = len(numbers) - start
        size = next((size for size in _SIZES if size >= left), _SIZES[-1])
        some = numbers[start : start + size]
        filled = [*some, *[some[-1]] * (size - len(some))]
        lists.append((size, dict(zip(_SOME, filled, strict=False))))
        start += size
    return lists


@lru_cache(maxsize=128)
def _compiled(
    statement: _Statement, dialect: Dialect, columns: tuple[str, ...]
) -> tuple[str, tuple[str, ...], Mapping[str, object]]:
    """The words for the driver, the order of its values (none where it takes them by name), and those that are fixed."""
    compiled = statement.compile(dialect=dialect, column_keys=list(columns) or None)
    fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    return str(compiled), tuple(compiled.positiontup or ()), fixed
