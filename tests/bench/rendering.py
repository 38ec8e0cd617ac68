"""How many personalised messages one core makes in a second: ten thousand, each for somebody else, links signed.

Twice: the rendering alone, and all that a worker does before the mail server hears of it, with its reads from the
database and the bytes of the mail. Run it with `python -m tests.bench.rendering`; it prints a line of JSON a figure.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from app import clock, links
from app.emails import starters
from app.emails.frame import Frame
from app.emails.rendering import render
from app.extensions import db
from app.models import Cart, Code, Coupon, Email, Event, Message, Product, Shop
from tests.app.rows import NOON, a_customer, a_flow, a_message, a_run, a_shop, kept
from tests.bench.figure import Figure
from tests.conftest import make_app
from workers import letters
from workers.background import Background
from workers.deliver import BATCH

MESSAGES = 10_000
ROWS = 500  # messages in the database, each written several times
UNIT = "a second and core"
GOODS = [
    {"product": f"p{n}", "title": f"A thing of paper, number {n}", "price": 990 + 110 * n, "quantity": 1 + n % 2,
     "image": f"/static/art/products/{n}.jpg", "url": f"https://papier.example/p{n}"}
    for n in range(8)
]  # fmt: skip


def somebody(number: int) -> dict:
    """Return what is known of one customer: a name of their own, a cart of one to four things, sometimes a code."""
    items = basket(number)
    return {
        "customer": {"first_name": f"Camille {number}", "last_name": "Martin", "email": f"c{number}@example.com"},
        "cart": {"items": items, "total": sum(item["price"] for item in items), "currency": "EUR", "url": ""},
        "coupon": {"code": f"MERCI-{number:05}", "terms": "10 %", "ends_at": None} if number % 3 else {},
        "shop": {"name": "Papier Lune"}, "recommended": {"items": GOODS},
    }  # fmt: skip


def basket(number: int) -> list[dict]:
    """Return one to four things."""
    return GOODS[number % 5 : number % 5 + 1 + number % 4]


def framed(shop: Shop, message_id: int, now: datetime) -> Frame:
    """Return the frame of a message as the engine makes it, but for its two looks into the database."""

    def link(target: str) -> str:
        return f"https://relance.example/c/{links.sign('click', shop.id, message_id, target, now)}"

    return Frame.of(shop, "https://relance.example", link, link("unsubscribe"), link("open"))


def rendered(shop: Shop) -> Iterator[str]:
    """Render ten thousand messages from data that is at hand; yield the HTML of each."""
    design, now = starters.find("cart").content, clock.real()
    for number in range(MESSAGES):
        mail = render(design, ("en", "fr")[number % 2], somebody(number), framed(shop, number + 1, now))
        assert f"Camille {number}" in mail.html and f"Camille {number}" in mail.text
        yield mail.html


def outbox(shop: Shop) -> None:
    """Fill the shop with customers, carts, codes and a message for each, as the engine leaves them."""
    db.session.add_all(Product(shop_id=shop.id, key=each["product"], title=each["title"], description="Laid paper.",
                               price=each["price"], image=each["image"], url=each["url"], updated_at=NOON)
                       for each in GOODS)  # fmt: skip
    design = starters.find("cart").content
    email = kept(Email(shop_id=shop.id, name="Cart", content=design, updated_at=NOON))
    coupon = kept(
        Coupon(shop_id=shop.id, name="Ten", kind="percent", value=10, created_at=NOON, personal=True)
    )
    flow = a_flow(shop)
    for number in range(ROWS):
        locale, first = ("en", "fr")[number % 2], f"Camille {number}"
        run = a_run(flow, a_customer(shop, f"c{number}@example.com", locale=locale, first_name=first))
        cart = kept(Cart(shop_id=shop.id, token=f"t{number}", customer_id=run.customer_id, items=basket(number),
                         total=990, currency="EUR", created_at=NOON, updated_at=NOON))  # fmt: skip
        db.session.get_one(Event, run.event_id).cart_id = cart.id
        if number % 3:
            run.code_id = kept(Code(shop_id=shop.id, coupon_id=coupon.id, code=f"MERCI-{number:05}", run_id=run.id,
                                    created_at=NOON, state="reserved")).id  # fmt: skip
        a_message(run, sent_at=None, email_id=email.id).mail_id = f"{number}.{shop.id}@relance.example"
    db.session.commit()


def written(rows: list) -> Iterator[bytes]:
    """Write ten thousand messages as a worker does, a batch at a time, forgotten before the next; yield the bytes."""
    for first in range(0, MESSAGES, BATCH):
        batch = [rows[place % ROWS] for place in range(first, min(first + BATCH, MESSAGES))]
        about = Background.of(batch)
        for row in batch:
            yield letters.write(row, about, NOON).raw
        db.session.rollback()


def rate(work: Iterator[object]) -> float:
    """Return how many the work yields in a second of this process's own time."""
    began, count = time.process_time(), 0
    for _each in work:
        count += 1
    return count / (time.process_time() - began)


def measured() -> Iterator[Figure]:
    """Yield both rates."""
    with tempfile.TemporaryDirectory() as folder, make_app(Path(folder)).app_context():
        shop = a_shop(url="https://papier.example", contact_email="hello@papier.example")
        outbox(shop)
        rows = list(db.session.execute(select(*Message.__table__.columns).order_by(Message.id)))
        yield Figure("messages rendered", rate(rendered(shop)), UNIT, 2_000, "more", floor=1_000)
        yield Figure("messages written whole", rate(written(rows)), UNIT, 1_000, "more", floor=100)
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    for figure in measured():
        print(figure.line(), flush=True)
