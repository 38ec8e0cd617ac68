"""Settings: what the operator decides, read once from the environment.

Knows the names, the defaults and what makes a setting wrong. Must not know who reads them, nor write
anything: a half-configured instance is refused here, in a sentence, before anything has been started.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.vetting import Network, networks

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 (names of settings, nothing is bound here)
_DATABASES = ("sqlite://", "postgresql://", "postgresql+psycopg://", "postgres://")
HANDS = (
    7  # threads that a worker has beside its own: its heart, and the hands that do what the heart has found
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


FEATURES = (
    "recovery",
    "reminders",
    "offers",
    "replies",
)  # what a plan would sell one by one (CART-01, REMIND-02)


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
    mailbox_url: str = ""
    bounce_domain: str = ""
    outgoing_allow: tuple[Network, ...] = ()
    outgoing_http: bool = False
    secret_key: str = ""
    demo: bool = True
    log_format: str = "console"
    trusted_proxies: int = 0
    worker_processes: int = 1
    worker_threads: int = 4
    web_threads: int = 16
    metrics_token: str = ""
    features_off: tuple[str, ...] = ()
    history_days: int = 730

    @property
    def speakers(self) -> int:
        """How many threads of one process may speak with the database at once: a web server's, or a worker's."""
        return max(self.web_threads, self.worker_threads + HANDS)

    @property
    def sqlalchemy_url(self) -> str:
        """The database to open: the one named, else an SQLite file in the data directory."""
        if not self.database_url:
            return f"sqlite:///{(self.data_dir / 'relance.sqlite3').resolve()}"
        return self.database_url.replace("postgres://", "postgresql://", 1)

    def mail_goes_to(self, is_demo: bool) -> str:
        """The server for a shop's mail, or "": a demo's never leaves the machine, whatever SMTP_URL names."""
        return self.mailbox_url if is_demo else self.smtp_url or self.mailbox_url

    def mail_stays(self, is_demo: bool) -> bool:
        """Whether a shop's mail goes no further than this machine: into the built-in mailbox, or a catcher."""
        url = self.mail_goes_to(is_demo)
        return not url or urlsplit(url).hostname in LOOPBACK

    @property
    def hosts(self) -> list[str] | None:
        """The names this instance answers to; None for any, when it listens everywhere under no set name."""
        public = urlsplit(self.base_url).hostname or ""
        if self.host in EVERYWHERE and public in LOOPBACK:
            return None
        return [public, *LOOPBACK]

    @property
    def reachable(self) -> bool:
        """Whether others than this machine can reach the instance: it listens to them, or a proxy does."""
        return self.host not in LOOPBACK or (urlsplit(self.base_url).hostname or "") not in LOOPBACK

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
        data_dir = Path(read.text("DATA_DIR", "var")).expanduser()
        settings = cls(
            data_dir=data_dir,
            host=host,
            port=port,
            secret_key=read.secret("SECRET_KEY", data_dir / "secret_key"),
            base_url=read.url("BASE_URL", _address(host, port), ("http://", "https://")),
            demo=not read.flag("NO_DEMO"),
            **_neighbours(read),
            **_manners(read),
        )
        _refuse_half_configured(settings, environ)
        return settings


def _neighbours(read: _Reader) -> dict[str, Any]:
    return {
        "database_url": read.url("DATABASE_URL", "", _DATABASES),
        "redis_url": read.url("REDIS_URL", "", ("redis://", "rediss://", "unix://")),
        "smtp_url": read.url("SMTP_URL", "", ("smtp://", "smtps://")),
        "mailbox_url": read.url("MAILBOX_URL", "", ("smtp://",)),
        "bounce_domain": read.text("BOUNCE_DOMAIN", ""),
        "outgoing_allow": read.networks("OUTGOING_ALLOW"),
        "outgoing_http": read.flag("OUTGOING_HTTP"),
        "trusted_proxies": read.number("TRUSTED_PROXIES", 0, 0, 8),
    }


def _manners(read: _Reader) -> dict[str, Any]:
    return {
        "log_format": read.choice("LOG_FORMAT", ("console", "json")),
        "metrics_token": read.text("METRICS_TOKEN", ""),
        "features_off": read.several("FEATURES_OFF", FEATURES),
        "history_days": read.number("HISTORY_DAYS", 730, 120, 36_500),
        "web_threads": read.number("WEB_THREADS", 16, 1, 128),
        "worker_processes": read.number("WORKER_PROCESSES", 1, 1, 64),
        "worker_threads": read.number("WORKER_THREADS", 4, 1, 64),
    }


def _address(host: str, port: int) -> str:
    name = LOOPBACK[0] if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def _refuse_half_configured(settings: Settings, environ: Mapping[str, str]) -> None:
    relay = urlsplit(settings.smtp_url).hostname
    named = environ.get("BASE_URL") or environ.get("BASE_URL_FILE")
    if relay and relay not in LOOPBACK and not named:
        raise BadSetting(
            "SMTP_URL sends to real people, but BASE_URL is not set: give the public address that the links "
            "in their e-mails must lead to, for example BASE_URL=https://relance.example.com."
        )
    if settings.mailbox_url and urlsplit(settings.mailbox_url).hostname not in LOOPBACK:
        raise BadSetting(
            "MAILBOX_URL must be on this machine: the demo's visitors write to addresses that nobody has checked. "
            "Leave it out, or name the port of python -m app.mailbox: smtp://127.0.0.1:1025."
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    environ: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        value, path = self.environ.get(name, "").strip(), self.environ.get(f"{name}_FILE")
        if value and path:
            raise BadSetting(f"{name} and {name}_FILE are both set: keep one of them.")
        return self._file(name, Path(path)) if path else value or default

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
        if text and not _is_whole(text):
            raise BadSetting(f"{name} names no server or no valid port: write {schemes[0]}server:port.")
        return text

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        text = self.text(name, allowed[0])
        if text not in allowed:
            raise BadSetting(f"{name} is {text!r}: choose {' or '.join(allowed)}.")
        return text

    def several(self, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        chosen = tuple(part.strip() for part in self.text(name, "").split(",") if part.strip())
        if unknown := [part for part in chosen if part not in allowed]:
            raise BadSetting(f"{name} names {unknown[0]!r}: choose among {', '.join(allowed)}.")
        return chosen

    def networks(self, name: str) -> tuple[Network, ...]:
        try:
            return networks(self.text(name, ""))
        except ValueError as error:
            raise BadSetting(f"{name} must list networks such as 192.168.1.0/24: {error}.") from error

    def flag(self, name: str) -> bool:
        text = self.text(name, "0").lower()
        if text not in ("0", "1", "no", "yes", "false", "true"):
            raise BadSetting(f"{name} is {text!r}: give 1 or 0.")
        return text in ("1", "yes", "true")

    def secret(self, name: str, made: Path) -> str:
        text = self.text(name, "")
        if not text and made.exists():
            text = self._file(name, made)
        if text and len(text) < 32:
            raise BadSetting(f"{name} is too short: give at least 32 random characters.")
        return text


def _is_whole(url: str) -> bool:
    try:
        parts = urlsplit(url)
        local = parts.scheme.startswith(("sqlite", "unix", "postgres"))  # a file or a socket may do
        return parts.port != 0 and bool(parts.hostname or local)
    except ValueError:  # a port that is no number, a bracket that never closes
        return False
