"""The manner of one rendering: its language, its money, its zone, and how long it may still take.

Knows what a filter or a block must know about the mail being written. Must not know a template nor a block.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel.support import NullTranslations
from flask_babel import get_translations

from app import clock

PATIENCE = 1.5  # seconds for all the wording of one mail; real ones take a few thousandths


class TooMuch(Exception):
    """A wording that asks for more work than any mail needs."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a mail speaks. `words` are those of the locale in force; `until` is an instant of the monotonic clock."""

    locale: str
    currency: str
    zone: ZoneInfo
    until: float
    words: NullTranslations


_manner: ContextVar[Manner] = ContextVar("manner")


@contextmanager
def speaking(locale: str, currency: str, zone: str) -> Iterator[Manner]:
    """Write what happens inside in this manner; the time allowed starts now."""
    manner = Manner(locale, currency, ZoneInfo(zone), clock.monotonic() + PATIENCE, get_translations())
    token = _manner.set(manner)
    try:
        yield manner
    finally:
        _manner.reset(token)


def current() -> Manner:
    """Return the manner of the mail being written. Raises LookupError outside of one."""
    return _manner.get()


def gettext(message: str, **named: object) -> str:
    """Say a message in the language of the mail. Flask-Babel would look for that language again at each message."""
    said = str(current().words.gettext(message))
    return said % named if named else said


def ngettext(one: str, several: str, num: int) -> str:
    """Say a message of `num` things in the language of the mail."""
    return str(current().words.ngettext(one, several, num)) % {"num": num}


def tick() -> None:
    """Raise TooMuch once the time allowed is over. Cheap: called at each step of a template."""
    if clock.monotonic() > _manner.get().until:
        raise TooMuch("takes too long")
