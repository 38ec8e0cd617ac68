"""Seeding: the demo shop with its owner, its goods, its automations and ninety days of past, from one fixed seed.

Run again it changes nothing but what the settings decide: the shop's public address and the key of its own system.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

from flask import Flask
from sqlalchemy import select

from app import clock, passwords
from app.demo import automations, catalogue, mailbox, people
from app.demo.past import Past
from app.demo.rows import Rows, firsts
from app.demo.shoppers import Shoppers
from app.demo.tongue import NEWSLETTER
from app.extensions import db
from app.models import ApiKey, Coupon, Membership, Product, Shop, User
from app.shops import demo
from app.unit import unit

SEED = 20_261_121
CUSTOMERS = 300
OWNER = "camille@papierlune.example"


def seed(app: Flask, progress: Callable[[str], None] = lambda line: None) -> bool:
    """Make the demo unless it is there, telling `progress` each step; return whether it was made now."""
    with app.app_context():
        now, base_url = clock.real(), app.extensions["settings"].base_url
        made = unit(lambda: _make(now, base_url, progress))
        unit(lambda: follow_settings(base_url, demo.api_key(app.config["SECRET_KEY"]), now))
        return made


def find() -> Shop | None:
    """Return the demo shop, if it was made."""
    return db.session.scalar(select(Shop).where(Shop.is_demo).order_by(Shop.id))


def _make(now: datetime, base_url: str, progress: Callable[[str], None]) -> bool:
    if find() is not None:
        return False
    shop = open_shop(now, base_url)
    progress("the shop and its owner")
    made = automations.make(shop.id, now)
    progress(f"{len(made)} automations")
    rows, rng = Rows(shop.id, firsts()), Random(SEED)
    put_on_shelves(rows, base_url, now)
    past = Past(now, rng, rows, made)
    shoppers = Shoppers(past, base_url)
    shoppers.arrive(people.invent(CUSTOMERS, rng))
    past.unfold()
    progress("90 days of customers, carts and orders")
    mailbox.fill(shop, past)
    rows.write()
    progress("a few mails")
    return True


def open_shop(now: datetime, base_url: str) -> Shop:
    """Write the demo shop, its clock and its owner, who signs in by the choice page only."""
    shop = Shop(
        name="Papier Lune", platform="demo", is_demo=True, locale="en", timezone="Europe/Paris", currency="EUR",
        url=f"{base_url}/demo-shop", business_name="Papier Lune SARL",
        postal_address="12 rue des Carmes\n44000 Nantes\nFrance", contact_email="bonjour@papierlune.example",
        sender_name="Papier Lune", sender_email="bonjour@papierlune.example", staff_email=OWNER, color="#1D2340",
        channel="selling", created_at=now - automations.AGE,
    )  # fmt: skip
    owner = User(email=OWNER, name="Camille", password_hash="none", created_at=now)  # noqa: S106 - matches nothing
    db.session.add_all([shop, owner])
    db.session.flush()
    db.session.add(Membership(user_id=owner.id, shop_id=shop.id))
    db.session.add(Coupon(shop_id=shop.id, name=NEWSLETTER, kind="amount", value=500, minimum=3000,
                          personal=False, prefix="BONJOUR", usage_limit=200, created_at=shop.created_at))  # fmt: skip
    clock.start(shop.id)
    return shop


def put_on_shelves(rows: Rows, base_url: str, now: datetime) -> None:
    """Add the catalogue's products to the rows."""
    for article in catalogue.articles().values():
        rows.add(
            Product, key=article.key, title=article.words["en"].title,
            description=article.words["en"].description, price=article.price, stock=article.stock,
            image=f"{base_url}/static/{article.image}", url=f"{base_url}/demo-shop/products/{article.key}",
            updated_at=now,
        )  # fmt: skip


def follow_settings(base_url: str, key: str, now: datetime) -> None:
    """Let the shop's address and its key be those of today's settings."""
    shop = find()
    assert shop is not None
    if shop.url != f"{base_url}/demo-shop":
        shop.url = f"{base_url}/demo-shop"
    known = db.session.scalar(select(ApiKey).where(ApiKey.digest == passwords.digest(key)))
    if known is not None:
        known.revoked_at = None  # whoever looks round the demo may revoke it; until the next start it is deaf
    else:
        db.session.add(ApiKey(shop_id=shop.id, name="Papier Lune", prefix=key[:12], digest=passwords.digest(key),
                              created_at=now))  # fmt: skip
