"""Which fields a model knows at a place of the file, for those who mistyped one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


def fields_at(model: type[BaseModel], path: tuple[str | int, ...], data: Any) -> Mapping[str, FieldInfo]:
    """The fields of the part at that path; blocks are told apart by the `type` they have in the data."""
    parts: list[type[BaseModel]] = [model]
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return {}
        if isinstance(step, str):
            parts = [
                inner
                for part in parts
                if step in part.model_fields
                for inner in _parts(part.model_fields[step].annotation)
            ]
        if len(parts) > 1:
            parts = [part for part in parts if _is_a(part, data)] or parts
    return parts[0].model_fields if len(parts) == 1 else {}


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a field may hold, alone or in a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is Annotated:
        yield from _parts(get_args(annotation)[0])
    else:
        for inner in get_args(annotation):
            if inner not in (NoneType, Ellipsis):
                yield from _parts(inner)


def _is_a(part: type[BaseModel], data: Any) -> bool:
    kind = part.model_fields.get("type")
    return kind is not None and isinstance(data, dict) and data.get("type") in get_args(kind.annotation)
