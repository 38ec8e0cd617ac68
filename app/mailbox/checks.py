"""Checks of a stored mail: what mail programs will stumble over, where its links lead, whether one can unsubscribe.

Pure but for the signed tokens it reads. Returns findings as codes with values; their words belong to the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

from app import links
from app.urls import NONE, parted

CUT = 102_400  # bytes of HTML after which Gmail hides the rest behind a link
LONGEST_LINE = 998  # octets, RFC 5322, 2.1.1
ONE_CLICK = "List-Unsubscribe=One-Click"  # RFC 8058, 3.1
# What many mail programs leave out or draw otherwise. Facts as of caniemail.com's tables.
UNSUPPORTED_CSS = {
    "position": re.compile(r"\bposition\s*:\s*(?:absolute|fixed|sticky)"),
    "flex": re.compile(r"\bdisplay\s*:\s*(?:inline-)?flex"),
    "grid": re.compile(r"\bdisplay\s*:\s*(?:inline-)?grid"),
    "@import": re.compile(r"@import\b"),
    "var()": re.compile(r"\bvar\("),
    "calc()": re.compile(r"\bcalc\("),
    "filter": re.compile(r"(?<![-\w])filter\s*:"),
    "animation": re.compile(r"\banimation(?:-name)?\s*:"),
}
UNSUPPORTED_TAGS = (
    "script",
    "form",
    "iframe",
    "object",
    "embed",
    "video",
    "audio",
    "svg",
    "canvas",
    "link",
    "base",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is well, what it is called, and what it is about."""

    good: bool
    code: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """One address in a mail; `target` is where it ends up.

    `sort` is click, unsubscribe, preferences, recovery, web, mail or bad.
    """

    href: str
    sort: str
    target: str = ""


class _Reader(HTMLParser):
    """Collects the addresses, pictures and tags of a mail."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.tags: set[str] = set()
        self.silent = 0  # pictures without words for who does not see them
        self.lang = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.add(tag)
        self.lang |= tag == "html" and bool(told.get("lang"))
        if tag in ("a", "area") and told.get("href") is not None:
            self.hrefs.append(str(told["href"]).strip())
        if tag == "img" and "alt" not in told:
            self.silent += 1


def html(source: str, text: str, raw: bytes) -> list[Finding]:
    """Return what mail programs will make of a mail with these two parts."""
    reader, size = _read(source), len(source.encode())
    tags = sorted(reader.tags & set(UNSUPPORTED_TAGS))
    css = [name for name, found in UNSUPPORTED_CSS.items() if found.search(source)]
    longest = max((len(line) for line in raw.splitlines()), default=0)
    return [
        Finding(bool(source and text.strip()), "both_parts"),
        Finding(size < CUT, "size", {"size": round(size / 1024, 1)}),
        Finding(longest <= LONGEST_LINE, "lines", {"longest": longest}),
        Finding(not tags, "tags", {"tags": ", ".join(f"<{tag}>" for tag in tags)}),
        Finding(not css, "css", {"css": ", ".join(css)}),
        Finding(not reader.silent, "alt", {"count": reader.silent}),
        Finding(reader.lang, "lang"),
    ]


def unsubscribing(mail: EmailMessage) -> list[Finding]:
    """Return whether one press ends it, as RFC 8058 and RFC 2369 say."""
    said, post = str(mail.get("List-Unsubscribe", "")), str(mail.get("List-Unsubscribe-Post", ""))
    addresses = re.findall(r"<([^<>]+)>", said)
    web = [each for each in addresses if each.startswith(("https://", "http://"))]
    token = parted(web[0]).path.rpartition("/")[2] if web else ""
    return [
        Finding(bool(addresses), "header"),
        Finding(bool(web), "web"),
        Finding(bool(web) and web[0].startswith("https://"), "https"),
        Finding(post.strip() == ONE_CLICK, "one_click"),
        Finding(bool(links.read("unsubscribe", token)), "token"),
    ]


def addresses(source: str, text: str) -> list[Link]:
    """Return each address of a mail once, in order."""
    found = _read(source).hrefs or re.findall(r"https?://[^\s<>\"]+", text)
    return [_link(href) for href in dict.fromkeys(found)]


def _read(source: str) -> _Reader:
    reader = _Reader()
    reader.feed(source)
    return reader


def _link(href: str) -> Link:
    parts = parted(href) if "\\" not in href else NONE
    if parts.scheme in ("mailto", "tel"):
        return Link(href, "mail")
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return Link(href, "bad")
    return next(_ours(href, parts.path.rpartition("/")[2] or parts.query), Link(href, "web", href))


def _ours(href: str, token: str) -> Iterator[Link]:
    for purpose in ("click", "unsubscribe", "preferences", "recovery"):
        if claim := links.read(purpose, token.removeprefix("recover=")):
            yield Link(href, purpose, claim.target)
