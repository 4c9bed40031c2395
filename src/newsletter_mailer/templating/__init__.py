"""All of Jinja2: the theme's templates, and the expressions that authors and settings may write."""

from __future__ import annotations

from newsletter_mailer.templating.expressions import (
    LONGEST_EXPRESSION,
    Fault,
    KnownNames,
    check_expression,
    check_text,
    known_names,
    merge_tags,
)
from newsletter_mailer.templating.filling import compile_expressions, is_link
from newsletter_mailer.templating.segments import Question, check_segment, compile_segment, segment_names
from newsletter_mailer.templating.themes import Render, theme_templates

__all__ = [
    "LONGEST_EXPRESSION",
    "Fault",
    "KnownNames",
    "Question",
    "Render",
    "check_expression",
    "check_segment",
    "check_text",
    "compile_expressions",
    "compile_segment",
    "is_link",
    "known_names",
    "merge_tags",
    "segment_names",
    "theme_templates",
]
