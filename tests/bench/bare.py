"""The limit for a door in Flask: one route, one raw insert, one commit as durable as ours. Nothing is looked at."""

from __future__ import annotations

import os
import sqlite3
import threading

from flask import Flask, request

app = Flask("bare")
kept = threading.local()


def _database() -> sqlite3.Connection:
    if not hasattr(kept, "database"):
        kept.database = _opened()
    return kept.database  # type: ignore[no-any-return]


def _opened() -> sqlite3.Connection:
    database = sqlite3.connect(os.environ["BARE_DATABASE"], isolation_level=None, timeout=10)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    return database


# Before any thread asks: several that change the journal of a new file at once are refused without waiting.
_opened().execute("CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY, body BLOB)")


@app.post("/api/v1/events")
def take() -> tuple[dict[str, bool], int]:
    """Keep what came."""
    database = _database()
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT INTO inbox (body) VALUES (?)", (request.get_data(),))
    database.execute("COMMIT")
    return {"new": True}, 202
