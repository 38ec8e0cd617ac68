"""What every mail must be, whoever gets it: read as a receiving server and a mail program would, from its bytes.

`faults` returns what is wrong with one; the hook in conftest.py sends each mail that a test writes through it. Reads
with the standard library only, so that it is no mirror of what wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from urllib.parse import urlsplit

CUT = 102 * 1024  # bytes of HTML after which Gmail hides the rest
LONGEST = 998  # octets of a line, RFC 5322, 2.1.1
ENCODED = 76  # octets of a line of a body in quoted-printable, RFC 2045, 6.7
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted", "Content-Language")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# What mail programs throw away, or what acts.
BANNED = {
    "script", "form", "input", "button", "iframe", "object", "embed", "video", "audio", "svg", "canvas", "link", "base",
}  # fmt: skip


def faults(raw: bytes) -> list[str]:
    """Return what is wrong with a mail, a few words each; an empty list when nothing is."""
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return [*_bytes(raw), *_headers(mail), *_unsubscribing(mail, raw), *_parts(mail)]


def html_faults(html: str) -> list[str]:
    """Return what a mail program would stumble over in the HTML part of a mail."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [*reader.wrong, *_document(html, reader)]


def _bytes(raw: bytes) -> Iterator[str]:
    if not raw.isascii() or b"\0" in raw:
        yield "it is not 7 bit"
    if b"\r" in raw.replace(b"\r\n", b"") or b"\n" in raw.replace(b"\r\n", b""):
        yield "a line does not end in CRLF"
    head, _blank, body = raw.partition(b"\r\n\r\n")
    if longest := max((len(line) for line in head.split(b"\r\n") if len(line) > LONGEST), default=0):
        yield f"a header line has {longest} octets"
    # Boundaries and the headers of parts are short, too.
    if longest := max((len(line) for line in body.split(b"\r\n") if len(line) > ENCODED), default=0):
        yield f"a line of the body has {longest} octets"


def _headers(mail: EmailMessage) -> Iterator[str]:
    for name in ONCE:
        if len(mail.get_all(name, [])) != 1:
            yield f"{name} stands there {len(mail.get_all(name, []))} times"
    yield from (
        f"{name} has a defect: {header.defects[0]}" for name, header in mail.items() if header.defects
    )
    for name in ("From", "To"):
        people = getattr(mail[name], "addresses", ())
        if len(people) != 1 or "@" not in people[0].addr_spec:
            yield f"{name} is not one address"
    if mail["Date"] is not None and mail["Date"].datetime.tzinfo is None:
        yield "Date has no zone"
    if not str(mail["Subject"] or "").strip():
        yield "there is no subject"
    if not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", str(mail["Message-ID"] or "")):
        yield "Message-ID is not one id"
    if str(mail["Auto-Submitted"]) != "auto-generated":
        yield "Auto-Submitted does not say that nobody wrote it by hand"


def _unsubscribing(mail: EmailMessage, raw: bytes) -> Iterator[str]:
    """RFC 8058: both headers or none; each mail to a customer has them, on one line, and its links say it as well."""
    feedback = str(mail["Feedback-ID"] or "")
    if feedback and not re.fullmatch(r"[\w.-]*(:[\w.-]*){3}", feedback):
        yield f"Feedback-ID is {feedback}"
    address, post = mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]
    if (address is None) != (post is None) or (":customer:" in feedback and address is None):
        yield "only a part of what one press needs is there"
    if address is None:
        return
    found = re.fullmatch(r"<(https?://[^<>\s]+)>", str(address))
    if not found or f"List-Unsubscribe: {address}\r\n".encode() not in raw:
        yield "List-Unsubscribe is not one address on one line"
    if str(post) != "List-Unsubscribe=One-Click":
        yield f"List-Unsubscribe-Post is {post}"
    for part in mail.iter_parts():
        if found and found[1] not in part.get_content():
            yield f"its {part.get_content_type()} shows no way out"


def _parts(mail: EmailMessage) -> Iterator[str]:
    parts = list(mail.iter_parts())
    if mail.get_content_type() != "multipart/alternative" or mail.defects:
        yield f"it is {mail.get_content_type()} with the defects {mail.defects}"
    if [part.get_content_type() for part in parts] != ["text/plain", "text/html"]:
        yield "it is not text first, then HTML"
        return
    for part in parts:
        if part.get_content_charset() != "utf-8" or not part.get_content().strip():
            yield f"its {part.get_content_type()} is empty or not UTF-8"
    if re.search(r"</?(p|div|td|br|span|strong)\b", parts[0].get_content()):
        yield "its text shows tags"
    yield from html_faults(parts[1].get_content())


def _document(html: str, reader: _Reader) -> Iterator[str]:
    if len(html.encode()) > CUT:
        yield f"its HTML has {len(html.encode())} bytes"
    if not html.lstrip().lower().startswith("<!doctype html>") or not reader.lang:
        yield "its HTML is no document with a language"
    if not {"html", "head", "title", "body"} <= reader.tags:
        yield "its HTML lacks a head, a title or a body"
    if 'name="viewport"' not in html or "color-scheme" not in html:
        yield "it says nothing of phones or of dark surroundings"
    if re.search(r"hole[0-9a-f]{8}x|[\ue000-\ue003]", html):
        yield "a place in it was not filled in"
    if longest := max((len(line) for line in html.splitlines()), default=0) > 60_000:
        yield f"a line of its HTML has {longest} characters"


class _Reader(HTMLParser):
    """Reads one document, and gathers what is wrong with its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.lang = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.lang |= tag == "html" and bool(told.get("lang"))
        if tag not in VOID:
            self.open.append(tag)
        self.wrong += [f"<{tag}> is in it"] * (tag in BANNED)
        self.wrong += [f"<{tag}> acts: {name}" for name in told if name.startswith("on") or name == "srcdoc"]
        if tag == "a" and "href" in told:
            self._lead(told["href"])
        if tag == "img":
            self._picture(told)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.wrong.append(f"</{tag}> closes nothing")

    def close(self) -> None:
        super().close()
        self.wrong += [f"<{tag}> is never closed" for tag in self.open]

    def _lead(self, href: str) -> None:
        parts = urlsplit(href)
        if parts.scheme not in ("https", "http", "mailto", "tel") or not (parts.netloc or parts.path):
            self.wrong.append(f"a link leads to “{href[:60]}”")

    def _picture(self, told: dict[str, str]) -> None:
        if "alt" not in told:
            self.wrong.append("a picture has no words for those who do not see it")
        if not told.get("width", "").rstrip("%").isdigit():
            self.wrong.append("a picture has no width, so Outlook shows it as large as it is")
        if urlsplit(told.get("src", "")).scheme not in ("https", "http"):
            self.wrong.append("a picture has no address")
