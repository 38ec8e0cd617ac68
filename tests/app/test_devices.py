"""Guessing is slowed down, and nobody is locked out of their own account by somebody else's guesses."""

from __future__ import annotations

import pytest
from flask import Flask

from app.devices import network
from app.extensions import db, limiter
from app.models import User
from tests.app.browsing import PASSWORD, PASSWORD_HASH, with_pages
from tests.app.rows import NOON, a_shop, kept

OWNER = "owner@example.com"


@pytest.fixture
def guarded(app: Flask) -> Flask:
    with_pages(app)
    from app.models import Membership

    user = kept(User(email=OWNER, password_hash=PASSWORD_HASH, created_at=NOON))
    kept(Membership(user_id=user.id, shop_id=a_shop().id))
    db.session.commit()
    limiter.enabled = True
    limiter.reset()
    yield app
    limiter.reset()
    limiter.enabled = False


def tries(browser, password, address, times=1, email=OWNER):
    form, known = {"email": email, "password": password}, {"REMOTE_ADDR": address}
    return [browser.post("/sign-in", data=form, environ_base=known).status_code for _ in range(times)]


def test_a_stranger_is_slowed_down_and_the_owner_is_not(guarded: Flask) -> None:
    stranger, owner = guarded.test_client(), guarded.test_client()
    assert tries(stranger, "wrong", "198.51.100.7", 11)[-1] == 429
    assert tries(stranger, "wrong", "198.51.100.99", 1) == [429]  # the same network
    assert tries(owner, PASSWORD, "192.0.2.1") == [302]


def test_a_browser_that_has_signed_in_before_is_counted_apart(guarded: Flask) -> None:
    stranger, owner = guarded.test_client(), guarded.test_client()
    assert tries(owner, PASSWORD, "192.0.2.1") == [302]
    assert tries(stranger, "wrong", "192.0.2.1", 11)[-1] == 429
    assert tries(owner, PASSWORD, "192.0.2.1") == [302]
    assert tries(owner, "wrong", "192.0.2.1", 11)[-1] == 429


def test_a_device_of_one_account_is_a_stranger_to_another(guarded: Flask) -> None:
    browser = guarded.test_client()
    assert tries(browser, PASSWORD, "192.0.2.1") == [302]
    assert tries(browser, "x", "192.0.2.1", 11, "other@example.com")[-1] == 429
    browser.set_cookie("device", "forged")
    assert tries(browser, "x", "192.0.2.1", 1, "other@example.com") == [429]


@pytest.mark.parametrize(
    ("address", "whose"),
    [("192.0.2.77", "192.0.2.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("unknown", "unknown")],
)
def test_the_network_of_an_address(address: str, whose: str) -> None:
    assert network(address) == whose
