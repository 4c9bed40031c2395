"""What everything that an author writes has in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError


class Part(BaseModel):
    """Anything an author writes: unknown fields are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @classmethod
    def faults(cls, written: Mapping[str, Any]) -> Iterable[PydanticCustomError]:  # noqa: ARG003
        """What is wrong with the part as a whole, told from what is written before its fields are valid."""
        return ()

    @model_validator(mode="wrap")
    @classmethod
    def _everything_at_once(cls, written: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        """The part's own faults beside those of its fields: an author mends a file in one go, not in two."""
        own = list(cls.faults(written)) if isinstance(written, Mapping) else []
        try:
            part = validate(written)
        except ValidationError as error:
            if not own:
                raise
            of_fields = [_again(details) for details in error.errors(include_url=False)]
        else:
            if not own:
                return part
            of_fields = []
        of_all = [InitErrorDetails(type=fault, input=written) for fault in own]
        raise ValidationError.from_exception_data(cls.__name__, [*of_fields, *of_all])


def _again(error: Any) -> InitErrorDetails:
    """An error of a field, to be raised once more."""
    kind = PydanticCustomError(error["type"], error["msg"].replace("{", "{{"), error.get("ctx"))
    return InitErrorDetails(type=kind, loc=error["loc"], input=error["input"])
