"""Everything that the catalogue must hold: the templates of sentences, and the help of commands and options."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

from babel.messages.extract import extract_python

KEYWORDS = {"sentence": None, "say": None, "say_many": (1, 2)}
Found = tuple[int, Any, Any, Any]  #: line, function, messages, comments: as Babel has them


def extract_with_help(
    file: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Any
) -> Iterator[Found]:
    """Babel's extractor for the command line: what `extract_python` finds, and what click shows as help."""
    yield from extract_python(file, keywords, comment_tags, options)
    file.seek(0)
    for node in ast.walk(ast.parse(file.read())):
        line = getattr(node, "lineno", 0)
        yield from ((line, "say", text, []) for text in _help(node))


def _help(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef) and any(map(_is_command, node.decorator_list)):
        for paragraph in inspect.cleandoc(ast.get_docstring(node) or "").split("\n\n"):
            if paragraph and not paragraph.startswith(("\b", "Example: ")):
                yield " ".join(paragraph.split())
    if isinstance(node, ast.Call):
        yield from (
            word.value.value
            for word in node.keywords
            if word.arg == "help"
            and isinstance(word.value, ast.Constant)
            and isinstance(word.value.value, str)
        )


def _is_command(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr in ("command", "group")
