"""The demo says its names in the language of whoever enters; what somebody typed stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.demo import seed, tongue
from app.extensions import db
from app.models import Cart, Coupon, Email, Flow, Offer, Product, Shop, Version
from app.unit import unit
from graph.model import Graph
from graph.recipes.offers import promised


@pytest.fixture
def demo(app: Flask, tmp_path: Path) -> int:
    seed.seed(app, lambda _said: None)
    return int(db.session.scalar(select(Shop.id).where(Shop.is_demo)) or 0)


def names() -> set[str]:
    columns = (Flow.name, Email.name, Coupon.name, Product.title, Cart.shipping, Offer.title, Offer.text)
    return {name for column in columns for name in db.session.scalars(select(column)) if name}


def test_every_name_that_we_gave_is_said_in_french_and_back(demo: int) -> None:
    english = names()
    unit(lambda: tongue.speak(demo, "fr"))
    french = names()
    assert "Commande inachevée" in french and not french & (english - {"Papier Lune"})
    unit(lambda: tongue.speak(demo, "en"))
    assert names() == english


def test_an_offer_and_a_way_of_delivery_speak_too_and_the_version_keeps_its_seal(
    demo: int,
) -> None:
    unit(lambda: tongue.speak(demo, "fr"))
    said = "\n".join(names())
    assert "Livraison standard" in said and "votre prochaine commande coûte moins cher" in said
    flow = db.session.scalars(select(Flow).where(Flow.recipe == "post_purchase_offer")).one()
    version = db.session.get_one(Version, flow.version_id)
    assert promised(Graph.from_json(version.graph)).title in names()
    assert version.graph == flow.draft and version.hash == Version.hash_of(Graph.from_json(version.graph))


def test_a_name_that_somebody_typed_stays(demo: int) -> None:
    unit(lambda: db.session.execute(update(Flow).where(Flow.recipe == "welcome").values(name="My own name")))
    unit(lambda: tongue.speak(demo, "fr"))
    assert "My own name" in names()


def test_a_shop_of_ones_own_is_never_touched(demo: int) -> None:
    unit(lambda: db.session.execute(update(Shop).values(is_demo=False)))
    before = names()
    unit(lambda: tongue.speak(demo, "fr"))
    assert names() == before
