"""A name is a name: whatever a shopper calls themselves, their mail has one sender and one recipient."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from email.utils import getaddresses, parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.emails.mime import Mailbox, compose
from app.emails.rendering import Rendered

RENDERED = Rendered("Still there", "", "<p>x</p>", "x", "en")
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOSTILE = (
    'Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbb <ceo@victim.example>, "Other" <evil@evil.example>,',
    "x" * 60 + '", <evil@evil.example>; group: a@b.example, c@d.example;' + "y" * 40,
    "\u202eelpmaxe.live@live\u202c " + "\U0001f600" * 100,
    "=?utf-8?q?a=22=2C_=3Cevil=40evil=2Eexample=3E?= " * 3,
    "Łukasz Żółć, <evil@evil.example> " * 4,
    "a\\" * 60,
    "(comment <evil@evil.example>) " * 4,
)


@pytest.fixture(autouse=True)
def _every_mail_is_sound() -> None:
    """These are about their headers alone: nobody would send what is in them."""


def sent(to: str, sender: str = "Shop") -> bytes:
    return compose(
        RENDERED, Mailbox("shop@example.com", sender), Mailbox("me@example.com", to), "id@x", AT,
        reply_to="desk@example.com",
    )  # fmt: skip


def held(raw: bytes, header: str) -> tuple[list[str], list[str]]:
    """The addresses in a header, as a strict reader and as an old one find them."""
    strict = [each.addr_spec for each in message_from_bytes(raw, policy=default)[header].addresses]
    unfolded = str(message_from_bytes(raw)[header]).replace("\r\n", "")
    return strict, [address for _name, address in getaddresses([unfolded])]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_adds_nobody(name: str) -> None:
    raw = sent(name, sender=name)
    assert held(raw, "To") == (["me@example.com"], ["me@example.com"])
    assert held(raw, "From") == (["shop@example.com"], ["shop@example.com"])
    assert held(raw, "Reply-To") == (["desk@example.com"], ["desk@example.com"])
    assert max(map(len, raw.splitlines())) < 400


@given(st.text(min_size=60, max_size=160))
def test_no_name_adds_anybody_or_a_header(name: str) -> None:
    raw = sent(name)
    assert held(raw, "To") == (["me@example.com"], ["me@example.com"])
    assert [header for header, _ in message_from_bytes(raw).items()][:3] == ["From", "To", "Reply-To"]


@pytest.mark.parametrize(
    "name", ["Ada Lovelace", "Zoë Müller-Łukasz", "J. R. O'Neill", "मीरा", "D" * 90, "É" * 90]
)
def test_an_honest_name_arrives_as_it_was(name: str) -> None:
    told = str(make_header(decode_header(message_from_bytes(sent(name))["To"])))
    assert parseaddr(told) == (name, "me@example.com")
