"""Characters that a text must not carry: those that no database stores, and those that make it read as another.

Pure: it looks at text and says what is in it.
"""

from __future__ import annotations

import re
import unicodedata

# Unicode Standard Annex 9: embeddings, overrides and isolates turn the order of what is read around. The marks
# (U+061C, U+200E, U+200F) do not; Arabic and Hebrew names have them.
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_JOINERS = frozenset("\u200c\u200d")  # honest parts of Persian words and of family emoji
_UNPRINTABLE = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_GRAMMAR = frozenset('<>"@,;:\\()[]')  # RFC 5322: what ends a name and begins an address


def unstorable(text: str) -> bool:
    """Return whether a text carries NUL (refused by PostgreSQL) or half a surrogate pair (refused by every driver)."""
    return _UNSTORABLE.search(text) is not None


def misleading(text: str) -> bool:
    """Return whether a text turns around the order in which what stands beside it is read."""
    return not (text.isascii() or BIDI.isdisjoint(text))


def as_name(text: str, longest: int) -> str:
    """Return a text as the name before an address: visible letters only, none of them with a meaning to mail."""
    kept = "".join(
        " " if _meddles(letter) else letter for letter in text.replace("=?", " ").replace("?=", " ")
    )
    return " ".join(kept.split())[:longest].strip()


def _meddles(letter: str) -> bool:
    return letter in _GRAMMAR or (letter not in _JOINERS and unicodedata.category(letter) in _UNPRINTABLE)
