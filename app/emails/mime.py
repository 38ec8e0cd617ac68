"""A rendered mail becomes bytes that every mail server takes: two parts, short lines, headers in order.

Knows RFC 5322, 2046, 8058 as far as a sender must. Must not know a design, a shop or a table.
"""

from __future__ import annotations

import re
import secrets
from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime
from functools import lru_cache

from app.characters import as_name
from app.emails.rendering import Rendered

LONGEST_LINE = 76  # octets
# The usual form of RFC 5322, 3.4.1: atoms with dots between them. Any other is for the standard library to judge.
_PLAIN = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)*",
    re.ASCII | re.IGNORECASE,
)


class BadAddress(ValueError):
    """An address that no mail can be sent from or to."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Somebody's name and address."""

    address: str
    name: str = ""


def compose(
    rendered: Rendered,
    sender: Mailbox,
    recipient: Mailbox,
    mail_id: str,
    at: datetime,
    *,
    unsubscribe_url: str = "",
    reply_to: str = "",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """Return the mail as it goes over the wire (CRLF, 7 bit): multipart/alternative, text first.

    `mail_id` is the Message-ID without its angle brackets, `at` the Date. With `unsubscribe_url` it carries
    both one-click headers. Raises BadAddress, or ValueError for a header with a line end in it.
    """
    boundary = f"=_{secrets.token_hex(12)}"
    told = {
        "From": _boxed(sender), "To": _boxed(recipient),
        **({"Reply-To": _boxed(Mailbox(reply_to))} if reply_to else {}),
        "Subject": _encoded(rendered.subject), "Date": format_datetime(at), "Message-ID": f"<{_clean(mail_id)}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834
        **{name: _clean(value) for name, value in (_unsubscribe(unsubscribe_url) | dict(headers or {})).items()},
        "MIME-Version": "1.0", "Content-Language": _clean(rendered.locale),
        "Content-Type": f'multipart/alternative;\r\n boundary="{boundary}"',
    }  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items()).encode("ascii")
    parts = (_part("plain", rendered.text), _part("html", rendered.html))
    mark = f"--{boundary}".encode()
    return head + b"".join(b"\r\n" + mark + b"\r\n" + part for part in parts) + b"\r\n" + mark + b"--\r\n"


def _part(kind: str, words: str) -> bytes:
    """Return one part in quoted-printable, whose lines have 76 octets at the most (RFC 2045, 6.7)."""
    text = "\n".join(words.splitlines()) + "\n"
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head.encode() + b2a_qp(text.encode("utf-8", "replace"), istext=True).replace(b"\n", b"\r\n")


def _encoded(words: str, begun: int = 9) -> str:
    """Return a header's words, folded and encoded where they must be (RFC 2047); `begun` octets stand before them."""
    if any(letter in words for letter in "\r\n"):
        raise ValueError("a header carries a character that it must not")
    if words.isascii() and words.isprintable() and "=?" not in words and len(words) + begun <= LONGEST_LINE:
        return words
    return Header(words, "utf-8", maxlinelen=LONGEST_LINE, header_name=" " * begun).encode(linesep="\r\n")


def _unsubscribe(url: str) -> dict[str, str]:
    # RFC 8058: both headers or none.
    return (
        {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if url else {}
    )


def _clean(value: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise ValueError("a header carries a character that it must not")
    return value


def _boxed(box: Mailbox) -> str:
    """Return a name and an address as a header says them, the address on one line: folded ones break signatures."""
    name, address = as_name(box.name, 100), _address(box.address)
    if not name:
        return address
    said = f'"{name}"' if name.isascii() else Header(name, "utf-8", maxlinelen=60).encode(linesep="\r\n")
    return f"{said} <{address}>"


@lru_cache(maxsize=1024)
def _address(written: str) -> str:
    """Return an address as it travels: its domain in ASCII."""
    local, _at, domain = written.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode()
        if not _PLAIN.fullmatch(f"{local}@{ascii_domain}"):
            ascii_domain = Address(addr_spec=f"{local}@{ascii_domain}").addr_spec.rpartition("@")[2]
    except Exception as error:  # the standard library's parser has many ways to refuse
        raise BadAddress("this is not an address that mail can be sent to") from error
    if local and ascii_domain and f"{local}@{ascii_domain}".isascii():
        return f"{local}@{ascii_domain}"
    raise BadAddress("this is not an address that mail can be sent to")
