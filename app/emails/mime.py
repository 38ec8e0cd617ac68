"""A rendered mail becomes bytes that every mail server takes: two parts, short lines, headers in order.

Knows RFC 5322, 2046, 8058 as far as a sender must. Must not know a design, a shop or a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from app.characters import as_name
from app.emails.rendering import Rendered


class BadAddress(ValueError):
    """An address that no mail can be sent from or to."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Somebody's name and address."""

    address: str
    name: str = ""


class _Unfolded(EmailPolicy):
    """The SMTP policy, but addresses in angle brackets stay on one line: some signers choke on folded ones.

    Names before addresses are written here: folding a long one, the standard library loses its quotes, and then
    what the name says is read as further addresses.
    """

    def _fold(self, name: str, value: Any, refold_binary: bool = False) -> str:
        if hasattr(value, "addresses"):
            return f"{name}: {', '.join(map(_boxed, value.addresses))}{self.linesep}"
        if name.lower().startswith(("list-", "message-id", "feedback-id")):
            return f"{name}: {value}{self.linesep}"
        return str(super()._fold(name, value, refold_binary))  # type: ignore[misc]


# RFC 2045, 6.7: an encoded line has 76 octets at the most; headers, which may have 78, follow.
_POLICY = _Unfolded(linesep="\r\n", max_line_length=76, utf8=False)


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
    mail = EmailMessage(policy=_POLICY)
    mail["From"], mail["To"] = _address(sender), _address(recipient)
    if reply_to:
        mail["Reply-To"] = _address(Mailbox(reply_to))
    mail["Subject"] = rendered.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{_clean(mail_id)}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834
    for name, value in (_unsubscribe(unsubscribe_url) | dict(headers or {})).items():
        mail[name] = _clean(value)
    mail.set_content(rendered.text, charset="utf-8", cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", charset="utf-8", cte="quoted-printable")
    mail["Content-Language"] = rendered.locale  # last: setting a content clears every Content- header
    return mail.as_bytes()


def _unsubscribe(url: str) -> dict[str, str]:
    # RFC 8058: both headers or none.
    return (
        {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if url else {}
    )


def _clean(value: str) -> str:
    if any(ord(letter) < 32 or ord(letter) > 126 for letter in value):
        raise ValueError("a header carries a character that it must not")
    return value


def _boxed(address: Address) -> str:
    name = address.display_name
    if not name:
        return address.addr_spec
    said = f'"{name}"' if name.isascii() else Header(name, "utf-8", maxlinelen=60).encode(linesep="\r\n")
    return f"{said} <{address.addr_spec}>"


def _address(box: Mailbox) -> Address:
    name = as_name(box.name, 100)
    local, _, domain = box.address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode()
        address = Address(name, addr_spec=f"{local}@{ascii_domain}")
        if address.addr_spec.isascii() and local and ascii_domain:
            return address
    except Exception as error:  # the standard library's parser has many ways to refuse
        raise BadAddress("this is not an address that mail can be sent to") from error
    raise BadAddress("this is not an address that mail can be sent to")
