"""What templates can say: filters and globals."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Give the templates their filters."""
