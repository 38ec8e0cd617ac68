"""A signed-in browser without a browser: the pages as one user of one shop sees them."""

from __future__ import annotations

import html
import re

from flask import Flask
from flask.testing import FlaskClient

from app import clock, passwords, views
from app.extensions import db
from app.models import Login, Membership, Shop, User
from tests.app.rows import kept

PASSWORD = "a long sentence of mine"
PASSWORD_HASH = passwords.hashed(PASSWORD)  # once: it is slow on purpose


def with_pages(app: Flask) -> Flask:
    """The application with its pages on it, and forms that need no token."""
    app.config["WTF_CSRF_ENABLED"] = False
    views.register(app)
    return app


def a_browser(app: Flask, shop: Shop, locale: str = "en") -> FlaskClient:
    """A client in which the shop's owner is signed in, reading in this language."""
    now, token = clock.real(), passwords.token()
    email = f"{token[:8].lower()}@example.com"
    user = kept(User(email=email, password_hash=PASSWORD_HASH, locale=locale, created_at=now))
    kept(Membership(user_id=user.id, shop_id=shop.id))
    kept(Login(digest=passwords.digest(token), user_id=user.id, shop_id=shop.id, created_at=now, seen_at=now))
    db.session.commit()
    client = app.test_client()
    with client.session_transaction() as session:
        session["login"] = token
    return client


def words(response) -> str:
    """What a reader sees of a page: its text without tags, spaces made one."""
    text = re.sub(
        r"<(script|style|template)\b.*?</\1>|<[^>]+>", " ", response.get_data(as_text=True), flags=re.S
    )
    return re.sub(r"\s+", " ", html.unescape(text)).strip()
