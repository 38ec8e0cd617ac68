"""What the processes write down: one line an event, as JSON or for a person to read, without personal data.

Every logger of every library goes through here. An operator's log must not become a second, forgotten
copy of the customers: addresses are cut out, and what carries a secret by its name is never written.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_ADDRESS = re.compile(r"[^\s@<>\"'(\[,;=:]+@[^\s@<>\"')\],;]+")
_NEVER = frozenset({
    "email", "recipient", "sender", "subject", "body", "headers",
    "token", "secret", "password", "authorization",
})  # fmt: skip
# What a line may be about, in fields of their own: numbers, states and reasons.
_FIELDS = ("shop_id", "flow_id", "run_id", "message_id", "state", "reason", "error", "seconds")
_QUIET = ("sqlalchemy.engine", "aiosmtpd", "mail.log", "asyncio", "alembic.runtime")

Entry = MutableMapping[str, Any]


class _Handler(logging.Handler):
    """Writes to whatever standard error is at the moment: Dramatiq puts a pipe in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a log that cannot be written must not stop the work."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


def configure(log_format: str) -> None:
    """Send every log record to standard error as `json` or `console` lines; calling it again is harmless."""
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _Handler)]
    root.addHandler(_handler(log_format))
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _handler(log_format: str) -> logging.Handler:
    handler = _Handler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(log_format)],
        )
    )
    return handler


def _shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(_FIELDS),  # log.info("…", extra={"run_id": 5})
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _rendering(log_format: str) -> list[Any]:
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    render = structlog.processors.JSONRenderer() if log_format == "json" else plain
    return [structlog.processors.format_exc_info, scrub, render]


def scrub(_logger: Any, _name: str, entry: Entry) -> Entry:
    """Return the entry without personal data: secrets dropped by name, addresses cut, one line a value."""
    for key in list(entry):
        if key.lower() in _NEVER:
            entry[key] = "[kept out]"
        elif isinstance(entry[key], str):
            entry[key] = _clean(entry[key], keep_lines=key == "exception")
    return entry


def _clean(text: str, keep_lines: bool) -> str:
    text = _ADDRESS.sub("[address]", text)
    return text if keep_lines else text.replace("\r", "\\r").replace("\n", "\\n")
