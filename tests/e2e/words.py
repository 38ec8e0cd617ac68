"""The words on screen in the language of a test, from the product's own catalogue."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).resolve().parents[2] / "app" / "translations"
Say = Callable[..., str]


@cache
def _catalogue(locale: str) -> Catalog:
    with (CATALOGUES / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


def words_of(locale: str) -> Say:
    """Return `say(msgid, **values)`: that sentence in this language. A sentence without one is a failure."""

    def say(msgid: str, plural: str = "", num: int = 1, **values: Any) -> str:
        if locale == "en":
            text = plural if plural and num != 1 else msgid
        else:
            message = _catalogue(locale).get((msgid, plural) if plural else msgid)
            assert message and message.string, f"no {locale} for {msgid!r}"
            text = message.string[0 if num <= 1 else 1] if plural else message.string
        return text % {"num": num, **values} if values or plural else text

    return say
