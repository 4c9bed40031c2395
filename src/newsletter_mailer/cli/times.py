"""Moments as people and programs read them."""

from __future__ import annotations

from newsletter_mailer.model.moments import clock_time as clock_time
from newsletter_mailer.model.moments import iso as iso
from newsletter_mailer.model.moments import local as local
