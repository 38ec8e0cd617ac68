"""Words: sentences as message ids with values, so that the caller translates.

Knows how a sentence, a plural and a number of steps are put together. Must not know a language, a catalogue or Flask.
Messages are extracted with the keywords `M` (one string) and `MN:1,2` (singular and plural).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


def M(msgid: str) -> str:  # noqa: N802 - short and loud, as in gettext
    """Return `msgid` unchanged; its name tells the extractor that this string is translated later."""
    return msgid


def MN(one: str, other: str) -> tuple[str, str]:  # noqa: N802
    """Return the pair unchanged; its name tells the extractor that this is a singular and its plural."""
    return one, other


@dataclass(frozen=True)
class Words:
    """One sentence to translate: `gettext(msgid) % values`, or `ngettext(msgid, plural, count) % values`.

    A value may be `Words` itself; `say` renders it first. `capital` asks for a capital first letter.
    """

    msgid: str
    values: Mapping[str, Any] = field(default_factory=dict)
    plural: str = ""
    count: int = 0
    capital: bool = False


def counted(forms: tuple[str, str], count: int, **values: Any) -> Words:
    """Return Words that agree with `count`, which is also the value `%(count)s`."""
    one, other = forms
    return Words(one, {"count": count, **values}, other, count)


@dataclass(frozen=True)
class Sentence(Words):
    """One line of a flow told in plain words; `depth` is how many branches it stands in, `node` the step it tells."""

    depth: int = 0
    node: str | None = None


@dataclass(frozen=True)
class Card:
    """What a card says of its step: a title that holds the step's own values, and one line below it."""

    title: Words
    line: Words


def _plural(one: str, other: str, count: int) -> str:
    return one if count == 1 else other


def say(
    words: Words,
    gettext: Callable[[str], str] = M,
    ngettext: Callable[[str, str, int], str] = _plural,
) -> str:
    """Return the sentence as text, its inner Words first; English unless translators are given."""
    text = ngettext(words.msgid, words.plural, words.count) if words.plural else gettext(words.msgid)
    values = {
        name: say(value, gettext, ngettext) if isinstance(value, Words) else value
        for name, value in words.values.items()
    }
    said = text % values if values else text.replace("%%", "%")
    return said[:1].upper() + said[1:] if words.capital else said


def listed(parts: list[Words], last: str) -> Words:
    """Return "a, b or c" as nested Words; `last` is the pair that joins the final two (`AND` or `OR`)."""
    if not parts:
        return Words("")
    told = parts[-1]
    for position, part in enumerate(reversed(parts[:-1])):
        told = Words(last if position == 0 else COMMA, {"first": part, "second": told})
    return told


AND = M("%(first)s and %(second)s")
OR = M("%(first)s or %(second)s")
COMMA = M("%(first)s, %(second)s")


def plain(text: str) -> Words:
    """Return Words that say `text` as it is: a title that the merchant wrote, never looked up in a catalogue."""
    return Words("%(text)s", {"text": text})


@dataclass(frozen=True)
class Names:
    """Titles for the ids that settings hold, and how this shop writes money (minor units in, text out)."""

    emails: Mapping[Any, str] = field(default_factory=dict)
    coupons: Mapping[Any, str] = field(default_factory=dict)
    products: Mapping[str, str] = field(default_factory=dict)
    money: Callable[[int], str] = lambda minor: f"{minor / 100:.2f}"


class Complaint(Exception):
    """A mistake told to the merchant: `msgid` with `values`, or the same as `words`."""

    def __init__(self, msgid: str, values: Mapping[str, Any] | None = None) -> None:
        self.msgid = msgid
        self.values = dict(values or {})
        self.words = Words(msgid, self.values)
        super().__init__(say(self.words))


LENGTHS: Mapping[str, tuple[str, str]] = {
    "minutes": MN("%(count)s minute", "%(count)s minutes"),
    "hours": MN("%(count)s hour", "%(count)s hours"),
    "days": MN("%(count)s day", "%(count)s days"),
    "weeks": MN("%(count)s week", "%(count)s weeks"),
}


def length(value: Mapping[str, Any] | None) -> Words:
    """Return a Duration as it is read aloud, "2 hours"; an ellipsis while it is not chosen."""
    if not value:
        return plain("…")
    return counted(LENGTHS[value["unit"]], int(value["amount"]))
