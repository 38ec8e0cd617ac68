"""A stored mail taken apart for a reader: its two parts, its headers and its source, as text.

Knows MIME. Whatever a mail contains, reading it never fails: what cannot be decoded is shown as it came.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import cast

LONGEST = 400_000  # characters of one part that a page shows


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail's parts; `html` or `text` is empty when the mail has no such part."""

    html: str
    text: str
    headers: tuple[tuple[str, str], ...]
    source: str
    size: int


def opened(raw: bytes) -> Opened:
    """Return the mail taken apart. Never raises."""
    source = raw.decode("utf-8", "replace")[:LONGEST].replace("\x00", "")
    try:
        mail = cast(EmailMessage, BytesParser(policy=default).parsebytes(raw))
        headers = tuple((name, str(value)) for name, value in mail.items())
        return Opened(_part(mail, "html"), _part(mail, "plain"), headers, source, len(raw))
    except Exception:  # the standard library's parser raises whatever it likes on hostile mail
        return Opened("", source, (), source, len(raw))


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    return str(body.get_content())[:LONGEST].replace("\x00", "") if body is not None else ""
