"""The light marks of wording: blank lines, **bold** and [words](target), as HTML and as plain text.

Works on the wording before Liquid fills it in, so that what a customer is called can never become a mark
or a tag. Targets stay between two fences, for only the frame knows where they lead.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

OPEN, CLOSE = "\ue000", "\ue001"  # private use: cleaned out of everything that comes from outside
_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_KEPT = re.compile("\ue002([0-9]+)\ue003")
_BOLD = re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*")
_LINK = re.compile(r"\[([^\]\n]{1,200})\]\((cart|order|product|shop|https?://[^\s()<>\"]{1,300})\)")
_FENCED = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
# Our own signs, and what no XML and no database takes: control characters and lone surrogates.
_PRIVATE = re.compile("[\ue000-\ue003\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """Return the text without the characters that mean something here, or nothing anywhere."""
    return _PRIVATE.sub("", text)


def to_html(wording: str) -> str:
    """Return the wording as HTML whose Liquid is untouched and whose targets are fenced. Lines keep their numbers."""
    return _around_liquid(wording, _html)


def to_text(wording: str) -> str:
    """Return the wording as plain text whose Liquid is untouched and whose targets are fenced."""
    return _around_liquid(wording, _text)


def targets(wording: str) -> list[str]:
    """Return where the links of a wording lead, in order."""
    return [found[1] for found in _LINK.findall(wording)]


def lead(text: str, link: Callable[[str], str]) -> str:
    """Return the text with each fenced target replaced by the address that `link` gives it."""
    return _FENCED.sub(lambda fenced: link(fenced[1]), text)


def _around_liquid(wording: str, marked: Callable[[str], str]) -> str:
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\ue002{len(kept) - 1}\ue003"

    hidden = _LIQUID.sub(keep, printable(wording.replace("\r\n", "\n")))
    return _KEPT.sub(lambda token: kept[int(token[1])], marked(hidden))


def _html(text: str) -> str:
    text = _LINK.sub(lambda found: f"{OPEN}{found[1]}\ue001{found[2]}{CLOSE}", text)
    text = escape(text, quote=False)
    text = _BOLD.sub(r"<strong>\1</strong>", text)
    text = re.sub(f"{OPEN}([^{CLOSE}]*){CLOSE}([^{CLOSE}]*){CLOSE}", _anchor, text)
    return re.sub(r"\n(?!\n)", "<br/>\n", re.sub(r"\n[ \t]*\n", "<br/>\n\n", text))


def _anchor(found: re.Match[str]) -> str:
    return f'<a href="{OPEN}{found[2]}{CLOSE}">{found[1]}</a>'


def _text(text: str) -> str:
    text = _LINK.sub(lambda found: f"{found[1]} ({OPEN}{found[2]}{CLOSE})", text)
    return _BOLD.sub(r"\1", text)
