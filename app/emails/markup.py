"""The light marks of wording: blank lines, **bold**, *italic*, lists and [words](target), as HTML and as plain text.

Works on the wording before Liquid fills it in, so that what a customer is called can never become a mark
or a tag. Targets stay between two fences, for only the frame knows where they lead.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from app.emails.shelf import Shelf

OPEN, CLOSE = "\ue000", "\ue001"  # private use: cleaned out of everything that comes from outside
LONGEST = 10_000  # characters of one wording
ROOM = 1_000_000  # characters of all the wordings whose marks are remembered
# What is never closed is taken to its end at once: looked for again from each opening, it would take seconds.
_LIQUID = re.compile(r"\{\{.*?(?:\}\}|\Z)|\{%.*?(?:%\}|\Z)", re.DOTALL)
_KEPT = re.compile("\ue002([0-9]+)\ue003")
_BOLD = re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*")
_ITALIC = re.compile(r"(?<![*\w])\*(?![*\s])([^*\n]*[^*\s])\*(?![*\w])")
_LINK = re.compile(r"\[([^\]\n]{1,200})\]\((cart|order|product|shop|https?://[^\s()<>\"]{1,300})\)")
_POINT = re.compile(r"^[ \t]*[-•] (.*)$")
_FENCED = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
# Our own signs, and what no XML and no database takes: control characters and lone surrogates.
_PRIVATE = re.compile("[\ue000-\ue003\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """Return the text without the characters that mean something here, or nothing anywhere."""
    return text if text.isprintable() else _PRIVATE.sub("", text)


def to_html(wording: str) -> str:
    """Return the wording as HTML whose Liquid is untouched and whose targets are fenced. Lines keep their numbers."""
    return _shelf(wording, _html)


def to_text(wording: str) -> str:
    """Return the wording as plain text whose Liquid is untouched and whose targets are fenced."""
    return _shelf(wording, _text)


def targets(wording: str) -> list[str]:
    """Return where the links of a wording lead, in order."""
    return [found[1] for found in _LINK.findall(wording)]


def lead(text: str, link: Callable[[str], str]) -> str:
    """Return the text with each fenced target replaced by the address that `link` gives it."""
    return _FENCED.sub(lambda fenced: link(fenced[1]), text) if OPEN in text else text


def _around_liquid(wording: str, marked: Callable[[str], str]) -> str:
    if len(wording) > LONGEST:  # it is refused as it is
        return wording
    kept: list[str] = []

    def keep(words: str) -> str:
        kept.append(words)
        return f"\ue002{len(kept) - 1}\ue003"

    hidden = _LIQUID.sub(lambda found: keep(found[0]), printable(wording.replace("\r\n", "\n")))
    # Targets are hidden as well: a star or an underscore in an address is no mark.
    hidden = _LINK.sub(lambda link: f"{OPEN}{link[1]}{OPEN}{keep(link[2])}{CLOSE}", hidden)
    return _KEPT.sub(lambda token: kept[int(token[1])], marked(hidden))


_shelf = Shelf(_around_liquid, ROOM)


def _html(text: str) -> str:
    text = escape(text, quote=False)
    text = _ITALIC.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", text))
    text = re.sub(f"{OPEN}([^{OPEN}]*){OPEN}([^{CLOSE}]*){CLOSE}", rf'<a href="{OPEN}\2{CLOSE}">\1</a>', text)
    return _listed(text)


def _listed(text: str) -> str:
    """Return the lines with their ends marked: points become a list, other lines are broken, blank ones part."""
    lines, written, inside = text.split("\n"), [], False
    for place, line in enumerate(lines):
        point, after = _POINT.match(line), lines[place + 1] if place + 1 < len(lines) else None
        goes_on = after is not None and _POINT.match(after) is not None
        if point:
            line = f"{'' if inside else '<ul>'}<li>{point[1]}</li>{'' if goes_on else '</ul>'}"
        inside = bool(point) and goes_on
        written.append(line if point or goes_on or after is None else f"{line.rstrip()}<br/>")
    return "\n".join(written)


def _text(text: str) -> str:
    text = re.sub(f"{OPEN}([^{OPEN}]*){OPEN}([^{CLOSE}]*){CLOSE}", rf"\1 ({OPEN}\2{CLOSE})", text)
    return _ITALIC.sub(r"\1", _BOLD.sub(r"\1", text))
