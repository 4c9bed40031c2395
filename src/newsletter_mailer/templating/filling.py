"""Checked expressions worked out for each reader, in a sandbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from newsletter_mailer.wording import sentence

_BETWEEN = "\0"  # cannot be in a value: import refuses control characters
_TARGET = re.compile(r"(?:https?://|mailto:|tel:)[^\s/]", re.IGNORECASE)


def is_link(value: object) -> bool:
    """Whether a mail may link to that: http, https, mailto or tel. In conditions it is the test `is link`."""
    return isinstance(value, str) and _TARGET.match(value.strip()) is not None


class _Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox, with a straight way to a reader's fields: its own look at each name takes 2 µs."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is SimpleNamespace:  # text in a plain namespace: there is nothing behind it
            try:
                return obj.__dict__[attribute]
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


SANDBOX = _Sandbox(
    undefined=StrictUndefined, autoescape=False, finalize=lambda value: "" if value is None else value
)
SANDBOX.tests["link"] = is_link


def compile_expressions(sources: Sequence[str]) -> Callable[[Mapping[str, Any]], list[str]]:
    """All expressions of an edition as one function of `{"subscriber": …, "organisation": …, "list": …, "links": …}`.

    One template with all of them costs one context a reader instead of one an expression. Values come back as
    text, None as "". Raises ValueError, with a sentence, for a reader whose values do not allow it.
    """
    if not sources:
        return lambda _values: []
    template = SANDBOX.from_string(_BETWEEN.join("{{ (" + source + ") }}" for source in sources))
    render, new_context, wanted = template.root_render_func, template.new_context, len(sources)

    def evaluate(values: Mapping[str, Any]) -> list[str]:
        try:
            filled = "".join(render(new_context(dict(values), shared=True))).split(_BETWEEN)
        except (TypeError, ArithmeticError, TemplateError) as error:
            what = sentence("a merge tag or a condition cannot be worked out: {reason}", reason=error)
            raise ValueError(what) from error
        if len(filled) != wanted:
            raise ValueError(sentence("a subscriber's value holds a NUL character"))
        return filled

    return evaluate
