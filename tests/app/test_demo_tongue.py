"""The demo says its names in the language of whoever enters; what somebody typed stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.demo import seed, tongue
from app.extensions import db
from app.models import Coupon, Email, Flow, Product, Shop
from app.unit import unit


@pytest.fixture
def demo(app: Flask, tmp_path: Path) -> int:
    seed.seed(app, lambda _said: None)
    return int(db.session.scalar(select(Shop.id).where(Shop.is_demo)) or 0)


def names() -> set[str]:
    columns = (Flow.name, Email.name, Coupon.name, Product.title)
    return {name for column in columns for name in db.session.scalars(select(column))}


def test_every_name_that_we_gave_is_said_in_french_and_back(demo: int) -> None:
    english = names()
    unit(lambda: tongue.speak(demo, "fr"))
    french = names()
    assert "Commande inachevée" in french and not french & (english - {"Papier Lune"})
    unit(lambda: tongue.speak(demo, "en"))
    assert names() == english


def test_a_name_that_somebody_typed_stays(demo: int) -> None:
    unit(lambda: db.session.execute(update(Flow).where(Flow.recipe == "welcome").values(name="My own name")))
    unit(lambda: tongue.speak(demo, "fr"))
    assert "My own name" in names()


def test_a_shop_of_ones_own_is_never_touched(demo: int) -> None:
    unit(lambda: db.session.execute(update(Shop).values(is_demo=False)))
    before = names()
    unit(lambda: tongue.speak(demo, "fr"))
    assert names() == before
