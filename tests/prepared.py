"""What every test would make anew although it is always the same: made once in each process of tests.

Databases with today's tables and no row; the code of templates, of statements and of addresses.
Must not know what a test does with them: its database is its own, and begins empty.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from types import MethodType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from app.extensions import db


class Compiled(BytecodeCache):
    """The code of each template, kept in memory for the next application that shows it."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.code


TEMPLATES = Compiled()
BUILDERS = ("_build", "_build_unknown")
_statements: LRUCache[Any, Any] = LRUCache(5000)
_engines: dict[str, Engine] = {}
_rules: dict[tuple[object, ...], dict[str, Any]] = {}
_compile = Rule.compile


def _compiled(rule: Rule) -> None:
    # Werkzeug compiles two small functions for each address of each application; they depend on nothing but these.
    assert rule.map is not None
    told = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(rule.defaults))
    made_of = (*told, *rule.map.converters.values())
    if made_of not in _rules:
        _compile(rule)
        _rules[made_of] = {
            name: getattr(rule, name) for name in ("_parts", "_trace", "_converters", "arguments")
        }
        _rules[made_of] |= {name: getattr(rule, name).__func__ for name in BUILDERS}
    for name, made in _rules[made_of].items():
        setattr(rule, name, MethodType(made, rule) if name in BUILDERS else made)


def _share(engine: Engine) -> None:
    # Statements are compiled for a dialect; without this each test's engine would compile them all again.
    first = _engines.setdefault(engine.dialect.name, engine)
    engine.dialect, engine._compiled_cache = first.dialect, _statements


def hasten(app: Flask) -> None:
    """Let an application use what others of this process have compiled, and wait for no disk."""
    app.jinja_env.bytecode_cache = TEMPLATES
    Rule.compile = _compiled  # type: ignore[method-assign]
    with app.app_context():
        _share(db.engine)
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", lambda driver, _: driver.execute("PRAGMA synchronous=OFF"))


@cache
def empty_file() -> bytes:
    """Return an SQLite database with today's tables and no row."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.sqlite3"
        engine = create_engine(f"sqlite:///{file}")
        db.metadata.create_all(engine)
        engine.dispose()
        return file.read_bytes()


def carefree(engine: Engine) -> None:
    """Tell the PostgreSQL server of the tests to wait for no disk: nobody needs its rows after a power cut."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")


def empty(engine: Engine) -> None:
    """Take every row out of a PostgreSQL database with today's tables, and let its ids start at 1 again."""
    rows = "; ".join(f'DELETE FROM "{table.name}"' for table in reversed(db.metadata.sorted_tables))
    with engine.begin() as connection:
        connection.exec_driver_sql(rows)
        connection.exec_driver_sql(
            "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences"
        )
