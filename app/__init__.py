"""The front of house. `create_app` ties configuration, database, languages and templates together.

It loads no view: `wsgi.py` does that, so that a worker can open the application without its pages.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from app import assets, cli, doorbell, languages, logs, templating
from app.bodies import Bodies
from app.config import BadSetting, Settings
from app.extensions import babel, compress, csrf, db, limiter, migrate
from app.short_ways import House
from app.unit import prepare_engine

ROOT = Path(__file__).resolve().parent.parent
NO_KEY = (
    "SECRET_KEY is not set: give at least 32 random characters, the same to every process, "
    "or start once with make run, which keeps a key of its own in DATA_DIR."
)


class Id(IntegerConverter):
    """A number in an address. None is larger than the databases' integers: there is no such page."""

    def __init__(self, map: Map, **told: Any) -> None:
        super().__init__(map, **{"max": 2**31 - 1} | told)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application for these settings (default: those of the environment), without its pages.

    Raises BadSetting when the environment cannot be used.
    """
    settings = settings or Settings.from_environ(os.environ)
    if not settings.secret_key:
        raise BadSetting(NO_KEY)
    app = House(
        "app",
        root_path=str(ROOT / "app"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.from_mapping(_config(settings))
    app.url_map.converters["int"] = Id
    app.extensions["settings"] = settings
    logs.configure(settings.log_format)
    _bind(app)
    app.wsgi_app = Bodies(app.wsgi_app, settings.web_threads)  # type: ignore[method-assign]
    _believe(app, settings.trusted_proxies)
    return app


def _believe(app: Flask, proxies: int) -> None:
    # Without this setting nobody's X-Forwarded-… is believed: anyone can write such a header.
    if proxies:
        proxied = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
        app.wsgi_app = proxied  # type: ignore[method-assign]


def _bind(app: Flask) -> None:
    import_module("app.models")  # registers the tables; at the top it would be a circle
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "app" / "migrations"))
    babel.init_app(app, locale_selector=languages.locale, timezone_selector=languages.timezone)
    csrf.init_app(app)
    compress.init_app(app)
    limiter.init_app(app)
    templating.init_app(app)
    assets.init_app(app)
    cli.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


ENGINE = {
    "hide_parameters": True,  # what a statement carries is nobody's business in a log
    "json_serializer": lambda value: orjson.dumps(value).decode(),
    "json_deserializer": orjson.loads,
    "max_overflow": -1,  # threads are what is bounded: one of them never waits for another's connection
    "pool_use_lifo": True,  # the one that was used last still has its pages and statements at hand
}
SERVED = {
    "pool_pre_ping": True,  # the way to a server may have been cut meanwhile; to a file there is none
    # Never prepared: PostgreSQL would keep the plan that it made while a table was empty.
    "connect_args": {"prepare_threshold": None},
}


def _engine(settings: Settings) -> dict[str, object]:
    told = {} if settings.sqlalchemy_url.startswith("sqlite") else SERVED
    return ENGINE | {"pool_size": settings.speakers} | told


def _config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.sqlalchemy_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine(settings),
        "SESSION_COOKIE_NAME": "__Host-session" if settings.secure else "session",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": 1024 * 1024,
        # A Host header decides nothing here; a foreign one is refused before anything reads it.
        "TRUSTED_HOSTS": settings.hosts,
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "app" / "translations"),
        "RATELIMIT_STORAGE_URI": _limiter_url(settings.redis_url),
        # Its own patience would be seconds a request, and a broker that hangs is no reason to wait at the door.
        "RATELIMIT_STORAGE_OPTIONS": doorbell.impatient() if settings.redis_url else {},
        "RATELIMIT_SWALLOW_ERRORS": True,
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "WTF_CSRF_TIME_LIMIT": None,
    }


def _limiter_url(redis_url: str) -> str:
    if not redis_url:
        return "memory://"
    return redis_url.replace("unix://", "redis+unix://", 1)
