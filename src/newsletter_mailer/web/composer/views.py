"""The lights in which the preview shows a mail, and what its frame may do."""

from __future__ import annotations

from newsletter_mailer.actions.preview import Light, shown

__all__ = ["POLICY", "Light", "shown"]

#: of the answer that carries a mail; the frame's own sandbox says the same once more. Nothing in it runs; it keeps its
#: origin so that the page around it can ask which block was clicked.
POLICY = "; ".join((
    "default-src 'none'",
    "img-src data:",
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    "sandbox allow-same-origin",
))  # fmt: skip
