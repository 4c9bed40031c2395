"""All of Jinja2: the theme's templates, and the expressions that authors and settings may write."""

from __future__ import annotations

from newsletter_mailer.templating.expressions import (
    LONGEST_EXPRESSION,
    KnownNames,
    check_expression,
    check_text,
    known_names,
    merge_tags,
)
from newsletter_mailer.templating.filling import compile_expressions, is_link
from newsletter_mailer.templating.themes import Render, theme_templates

__all__ = [
    "LONGEST_EXPRESSION",
    "KnownNames",
    "Render",
    "check_expression",
    "check_text",
    "compile_expressions",
    "is_link",
    "known_names",
    "merge_tags",
    "theme_templates",
]
