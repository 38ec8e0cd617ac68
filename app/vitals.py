"""Vitals: is what everything rests on alive? The same answers for machines (/readyz), for pages and for figures.

Each look takes a quarter of a second at the most, and none raises.
"""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import redis
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.config import Settings
from app.doorbell import PATIENCE
from app.extensions import db
from app.models import Heartbeat
from app.models.heartbeats import SILENT


def database() -> bool:
    """Whether the database answers."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True


def silence(role: str = "worker") -> float | None:
    """Return for how many seconds no process of this role was heard: infinity if none ever was, None if unknown."""
    try:
        last = Heartbeat.last_heard(role)
    except SQLAlchemyError:
        db.session.rollback()
        return None
    return max(0.0, (clock.real() - last).total_seconds()) if last else float("inf")


def engine() -> bool:
    """Whether a worker was heard a moment ago."""
    heard = silence()
    return heard is not None and heard <= SILENT.total_seconds()


def broker() -> bool | None:
    """Whether the broker answers; None when there is none, which nothing rests on."""
    url = _settings().redis_url
    if not url:
        return None
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def mailbox() -> bool | None:
    """Whether the built-in mailbox takes connections; None when this instance has none."""
    parts = urlsplit(_settings().mailbox_url)
    if not parts.hostname:
        return None
    try:
        with socket.create_connection((parts.hostname, parts.port or 25), PATIENCE):
            return True
    except OSError:
        return False


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
