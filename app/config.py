"""Settings: what the operator decides, read once from the environment.

Knows the names, the defaults and what makes a setting wrong. Must not know who reads them, nor open
anything: a half-configured instance is refused here, in a sentence, before a single file is touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class BadSetting(ValueError):
    """A setting that cannot be used; its text is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can decide. The README's table lists the same names in capitals."""

    data_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = "http://127.0.0.1:8000"
    database_url: str = ""
    redis_url: str = ""
    smtp_url: str = ""
    secret_key: str = ""
    demo: bool = True
    log_format: str = "console"
    trusted_proxies: int = 0
    worker_processes: int = 1
    worker_threads: int = 4
    web_threads: int = 4
    metrics_token: str = ""

    @property
    def sqlalchemy_url(self) -> str:
        """The database to open: the one named, else an SQLite file in the data directory."""
        if not self.database_url:
            return f"sqlite:///{(self.data_dir / 'relance.sqlite3').resolve()}"
        return self.database_url.replace("postgres://", "postgresql://", 1)

    @property
    def secure(self) -> bool:
        """Whether the public address is https, so that cookies may be bound to it."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Settings from environment variables; `NAME_FILE` names a file that holds the value.

        Raises BadSetting with a sentence for the operator.
        """
        read = _Reader(environ)
        host, port = read.text("HOST", "127.0.0.1"), read.number("PORT", 8000, 1, 65535)
        return cls(
            data_dir=Path(read.text("DATA_DIR", "var")),
            host=host,
            port=port,
            base_url=read.url("BASE_URL", f"http://{host}:{port}", ("http://", "https://")),
            database_url=read.url("DATABASE_URL", "", ("sqlite:", "postgresql", "postgres:")),
            redis_url=read.url("REDIS_URL", "", ("redis://", "rediss://", "unix://")),
            smtp_url=read.url("SMTP_URL", "", ("smtp://", "smtps://")),
            secret_key=read.secret("SECRET_KEY"),
            demo=not read.flag("NO_DEMO"),
            log_format=read.choice("LOG_FORMAT", ("console", "json")),
            trusted_proxies=read.number("TRUSTED_PROXIES", 0, 0, 8),
            worker_processes=read.number("WORKER_PROCESSES", 1, 1, 64),
            worker_threads=read.number("WORKER_THREADS", 4, 1, 64),
            web_threads=read.number("WEB_THREADS", 4, 1, 64),
            metrics_token=read.text("METRICS_TOKEN", ""),
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    environ: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        if path := self.environ.get(f"{name}_FILE"):
            return self._file(name, Path(path))
        return self.environ.get(name, "").strip() or default

    def _file(self, name: str, path: Path) -> str:
        try:
            return path.read_text("utf-8").strip()
        except OSError as error:
            raise BadSetting(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from error

    def number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.text(name, str(default))
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise BadSetting(f"{name} is {text!r}: give a whole number from {least} to {most}.")
        return int(text)

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        text = self.text(name, default).rstrip("/")
        if text and not text.startswith(schemes):
            raise BadSetting(f"{name} must start with {' or '.join(schemes)}.")
        return text

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        text = self.text(name, allowed[0])
        if text not in allowed:
            raise BadSetting(f"{name} is {text!r}: choose {' or '.join(allowed)}.")
        return text

    def flag(self, name: str) -> bool:
        text = self.text(name, "0").lower()
        if text not in ("0", "1", "no", "yes", "false", "true"):
            raise BadSetting(f"{name} is {text!r}: give 1 or 0.")
        return text in ("1", "yes", "true")

    def secret(self, name: str) -> str:
        text = self.text(name, "")
        if text and len(text) < 32:
            raise BadSetting(f"{name} is too short: give at least 32 random characters.")
        return text
