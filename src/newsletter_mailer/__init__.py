"""Newsletters from plain files: an issue is composed, checked, tested and dispatched, and every reader accounted for."""

__version__ = "0.1.0"
