"""HTML as plain text: words line by line, links with their addresses behind them, for the text part."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = {
    "p",
    "div",
    "tr",
    "table",
    "ul",
    "ol",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "figure",
}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.leads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "a":
            self.leads.append(told.get("href") or "")
        elif tag == "img":
            self.said.append(told.get("alt") or "")
        elif tag in ("br", "li"):
            self.said.append("\n- " if tag == "li" else "\n")
        elif tag in ("td", "th"):
            self.said.append(" ")
        elif tag in _BLOCKS:
            self.said.append("\n\n" if tag.startswith(("p", "h", "t")) and tag != "tr" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.leads:
            href = self.leads.pop()
            self.said.append(f" ({href})" if href and not href.startswith(("#", "mailto:")) else "")
        elif tag in _BLOCKS:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        self.said.append(re.sub(r"\s+", " ", data))


def of(html: str) -> str:
    """Return what a reader without pictures and styles would see of some HTML."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.said).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
