"""A shop with one flow to draw on, behind a server of its own: what the browser tests of the editor stand on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page
from werkzeug.serving import make_server

from app import clock, passwords, views
from app.extensions import db
from app.models import Coupon, Email, Flow, Login, Membership, User
from tests.app.rows import NOON, a_flow, a_shop, kept
from tests.app.test_editor import a_drawing
from tests.conftest import make_app
from tests.e2e.driver import unbroken


@dataclass
class Site:
    """A running product: where it is, who is signed in, and the flow that is drawn on."""

    app: Flask
    url: str
    token: str = ""
    flow_id: int = 0

    def plant(self) -> None:
        """Empty the database and fill it with one shop, its owner and one flow."""
        with self.app.app_context():
            db.session.remove()
            db.drop_all()
            db.create_all()
            shop, self.token, now = a_shop(), passwords.token(), clock.real()
            user = kept(User(email="owner@example.com", password_hash="-", locale="en", created_at=now))
            kept(Membership(user_id=user.id, shop_id=shop.id))
            kept(Login(digest=passwords.digest(self.token), user_id=user.id, shop_id=shop.id, created_at=now,
                       seen_at=now))  # fmt: skip
            email = kept(Email(shop_id=shop.id, name="You left something", content={}, updated_at=NOON))
            coupon = kept(Coupon(shop_id=shop.id, name="10 % off", kind="percent", value=10, created_at=NOON))
            self.flow_id = a_flow(shop, graph=a_drawing(email.id, coupon.id)).id
            db.session.commit()

    def draft(self) -> dict[str, Any]:
        """Return the draft as the database has it."""
        with self.app.app_context():
            return dict(db.session.get_one(Flow, self.flow_id).draft)

    def node(self, id: str) -> dict[str, Any]:
        """Return one step of the draft."""
        return next(node for node in self.draft()["nodes"] if node["id"] == id)

    def links(self) -> set[tuple[str, str, str]]:
        """Return the links of the draft as (from, port, to)."""
        return {(edge["from"], edge["port"], edge["to"]) for edge in self.draft()["edges"]}

    def cookie(self) -> dict[str, str]:
        """Return the cookie of a signed-in browser."""
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        name = self.app.config["SESSION_COOKIE_NAME"]
        return {"name": name, "value": signer.dumps({"login": self.token}), "url": self.url}

    def open(self, page: Page, step: str = "") -> None:
        """Open the editor and wait until it can be drawn on."""
        page.goto(f"{self.url}/automations/{self.flow_id}/edit?step={step}")
        page.locator("#editor[data-ready]").wait_for()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The product on a port of its own, as long as a file of tests runs."""
    folder: Path = tmp_path_factory.mktemp("editor")
    app = make_app(folder)
    views.register(app)
    running = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield Site(app, f"http://127.0.0.1:{running.server_port}")
    running.shutdown()


@pytest.fixture
def site(server: Site, context: BrowserContext) -> Site:
    """The product with a fresh flow, and its owner signed in."""
    server.plant()
    context.add_cookies([server.cookie()])  # type: ignore[list-item]
    context.route(lambda url: not url.startswith(server.url), lambda route: route.abort())
    return server


@pytest.fixture
def editor(site: Site, page: Page) -> Iterator[Page]:
    """The open editor; the test fails on any error of its scripts."""
    wrong = unbroken(page)
    site.open(page)
    yield page
    assert not wrong, wrong
