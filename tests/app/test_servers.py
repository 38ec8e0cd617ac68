"""Where a shop's mail goes, and what is said there in the clear: nothing that matters."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
import threading

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from app.emails import servers
from app.emails.servers import Server
from app.extensions import db
from app.models import MailServer
from tests.app.rows import NOON, a_shop


@pytest.fixture
def relay():
    """A mail server that takes passwords, and offers no encryption."""
    heard, loop, started = [], asyncio.new_event_loop(), threading.Event()

    def authenticate(server, session, envelope, mechanism, data):
        heard.append(data)
        return AuthResult(success=True)

    async def open_door():
        door = await loop.create_server(
            lambda: SMTP(object(), authenticator=authenticate, auth_require_tls=False), "127.0.0.1", 0
        )
        heard.append(door.sockets[0].getsockname()[1])
        started.set()

    def serve():
        asyncio.set_event_loop(loop)
        loop.create_task(open_door())
        loop.run_forever()

    threading.Thread(target=serve, daemon=True).start()
    started.wait(10)
    yield heard
    loop.call_soon_threadsafe(loop.stop)


def named(app, **urls):
    for name, url in urls.items():
        object.__setattr__(app.extensions["settings"], name, url)


def test_mail_of_the_demo_goes_to_the_mailbox_whatever_anybody_named(app):
    named(app, smtp_url="smtp://relay.example.com:587", mailbox_url="smtp://127.0.0.1:1025")
    demo, shop = a_shop(is_demo=True), a_shop()
    for each in (demo, shop):
        MailServer.keep(each.id, "", NOON, host="own.example.com", port=25, security="none", username="")
    assert (servers.of_shop(demo.id).host, servers.of_shop(demo.id).port) == ("127.0.0.1", 1025)
    assert servers.of_shop(shop.id).host == "own.example.com"
    MailServer.forget(shop.id)
    assert servers.of_shop(shop.id).host == "relay.example.com"


def test_without_a_mailbox_mail_of_the_demo_goes_nowhere(app):
    named(app, smtp_url="smtp://relay.example.com:587", mailbox_url="")
    assert servers.of_shop(a_shop(is_demo=True).id).host == ""
    db.session.rollback()


def test_a_password_is_never_said_in_the_clear_but_on_this_machine(relay, monkeypatch):
    port = relay[0]
    servers.signed_in(Server("127.0.0.1", port, username="a", password="b"), 5).close()
    assert len(relay) == 2
    monkeypatch.setattr(servers, "LOOPBACK", ())
    with pytest.raises(smtplib.SMTPNotSupportedError, match="no encryption"):
        servers.signed_in(Server("127.0.0.1", port, username="a", password="b"), 5)
    assert len(relay) == 2


class Offering(smtplib.SMTP):
    """A connection to a server that offers encryption; it remembers how it was taken."""

    context = None

    def __init__(self, *_told, **_options):
        super().__init__()
        self.does_esmtp, self.esmtp_features, self.ehlo_resp = True, {"starttls": ""}, b"fine"

    def starttls(self, *, context):
        self.context = context

    def login(self, user, password):
        assert self.context


@pytest.mark.parametrize(
    ("url", "verified"),
    [("smtp://relay.example.com:25", False), ("smtp://relay.example.com:25?starttls=1", True),
     ("smtp://user:secret@relay.example.com:587", True)],
)  # fmt: skip
def test_encryption_is_taken_wherever_it_is_offered(url, verified, monkeypatch):
    monkeypatch.setattr(servers.smtplib, "SMTP", Offering)
    context = servers.signed_in(Server.of_url(url), 5).context
    assert context is not None
    assert (context.verify_mode == ssl.CERT_REQUIRED) is verified
