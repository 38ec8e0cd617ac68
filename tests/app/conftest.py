"""What most tests of the pages stand on: one shop, and its owner's browser. A file that needs another has its own."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models import Shop
from tests.app.browsing import a_browser, with_pages
from tests.app.rows import a_shop


@pytest.fixture
def shop(app: Flask) -> Shop:
    """A shop of an application with its pages."""
    with_pages(app)
    return a_shop()


@pytest.fixture
def owner(app: Flask, shop: Shop) -> FlaskClient:
    """The browser in which the shop's owner is signed in."""
    return a_browser(app, shop)
