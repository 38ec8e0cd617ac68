"""Strict JSON: the one decoder in front of everything that came from outside.

Knows what both databases can keep and what no honest editor sends. Must not know what a graph is.
Python's json accepts NaN, keeps the last of two equal keys, overflows on depth and refuses only ints over 4,300 digits;
SQLite and PostgreSQL differ on NUL, surrogates and big ints. Here all of these are one refusal, with a sentence.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from graph.words import Complaint, M

LARGEST = 512 * 1024
DEEPEST = 32
LONGEST_TEXT = 20_000
LONGEST_NAME = 200
BIGGEST_INT = 2**53
FORBIDDEN_KEYS = frozenset({"__proto__", "constructor", "prototype"})
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SPELLED = re.compile(r"\\u(?:0000|d[89a-f])", re.IGNORECASE)  # the same, as JSON spells it


class Unreadable(Complaint):
    """Why some JSON cannot be taken."""


def parse(raw: bytes | str) -> Any:
    """Return plain JSON values from `raw`; raise Unreadable. Time grows with the size, and the size is bounded."""
    if len(raw) > LARGEST:
        raise Unreadable(
            M("This is too large: at most %(kilobytes)s kB can be taken."), {"kilobytes": LARGEST // 1024}
        )
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_int, parse_float=_float
        )
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable(TOO_DEEP) from None
    except ValueError:
        raise Unreadable(M("This could not be read: it is not valid JSON.")) from None
    if not _is_harmless(text):
        check(value)
    return value


def _is_harmless(text: str) -> bool:
    """Whether `check` has nothing to look for in what was read from this: nearly always, and seen ten times as fast.

    Numbers, and how long names are and which, were looked at while they were read.
    """
    is_small = len(text) <= LONGEST_TEXT and text.count("{") + text.count("[") < DEEPEST
    is_plain = text.isascii() or not _UNSTORABLE.search(text)
    return is_small and is_plain and not ("\\u" in text and _SPELLED.search(text))


def check(value: Any) -> None:
    """Raise Unreadable unless `value` is plain JSON that every database keeps as it is. Walks without recursion."""
    level = [value]
    for _depth in range(DEEPEST):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return
    raise Unreadable(TOO_DEEP)


TOO_DEEP = M("This is nested too deeply to be an automation.")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        for key in value:
            _check_key(key)
        return list(value.values())
    if isinstance(value, list | tuple):
        return list(value)
    _check_scalar(value)
    return []


def _check_key(key: Any) -> None:
    if (
        not isinstance(key, str)
        or len(key) > LONGEST_NAME
        or key in FORBIDDEN_KEYS
        or _UNSTORABLE.search(key)
    ):
        raise Unreadable(BAD_NAME)


def _check_scalar(value: Any) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        _no_constant(str(value))
    elif isinstance(value, int) and abs(value) > BIGGEST_INT:
        raise Unreadable(BAD_NUMBER)
    elif value is not None and not isinstance(value, int | float):
        raise Unreadable(M("This could not be read: it is not valid JSON."))


def _check_text(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise Unreadable(
            M("A text in it is too long: at most %(longest)s characters."), {"longest": LONGEST_TEXT}
        )
    if _UNSTORABLE.search(text):
        raise Unreadable(M("A text in it holds characters that cannot be kept."))


BAD_NAME = M("A name in it is not allowed.")
BAD_NUMBER = M("A number in it is not one that can be kept.")


def _no_constant(_name: str) -> NoReturn:
    raise Unreadable(BAD_NUMBER)


def _int(digits: str) -> int:
    if len(digits) > 17:
        raise Unreadable(BAD_NUMBER)
    number = int(digits)
    if abs(number) > BIGGEST_INT:
        raise Unreadable(BAD_NUMBER)
    return number


def _float(digits: str) -> float:
    number = float(digits)
    _check_scalar(number)
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable(M("The same name stands twice in it."))
    if not FORBIDDEN_KEYS.isdisjoint(found) or max(map(len, found), default=0) > LONGEST_NAME:
        raise Unreadable(BAD_NAME)
    return found
