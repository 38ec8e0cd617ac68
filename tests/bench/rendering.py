"""How many personalised messages one core renders in a second: ten thousand, each for somebody else, links signed.

Run it with `python -m tests.bench.rendering`; it prints one line of JSON.
"""

from __future__ import annotations

import json
import tempfile
import time
from datetime import datetime
from pathlib import Path

from app import clock, links
from app.emails import starters
from app.emails.frame import Frame
from app.emails.rendering import render
from app.models import Shop
from tests.app.rows import a_shop
from tests.conftest import make_app

MESSAGES, FLOOR, TARGET = 10_000, 1_000, 2_000
GOODS = [
    {"product": f"p{n}", "title": f"A thing of paper, number {n}", "price": 990 + 110 * n, "quantity": 1 + n % 2,
     "image": f"/static/art/products/{n}.jpg", "url": f"https://papier.example/p{n}"}
    for n in range(8)
]  # fmt: skip


def somebody(number: int) -> dict:
    """Return what is known of one customer: a name of their own, a cart of one to four things, sometimes a code."""
    items = GOODS[number % 5 : number % 5 + 1 + number % 4]
    return {
        "customer": {"first_name": f"Camille {number}", "last_name": "Martin", "email": f"c{number}@example.com"},
        "cart": {"items": items, "total": sum(item["price"] for item in items), "currency": "EUR", "url": ""},
        "coupon": {"code": f"MERCI-{number:05}", "terms": "10 %", "ends_at": None} if number % 3 else {},
        "shop": {"name": "Papier Lune"}, "recommended": {"items": GOODS},
    }  # fmt: skip


def framed(shop: Shop, message_id: int, now: datetime) -> Frame:
    """Return the frame of a message as the engine makes it, but for its two looks into the database."""

    def link(target: str) -> str:
        return f"https://relance.example/c/{links.sign('click', shop.id, message_id, target, now)}"

    return Frame.of(shop, "https://relance.example", link, link("unsubscribe"), link("open"))


def main() -> None:
    """Render, measure the processor's own time, and say what came of it."""
    app = make_app(Path(tempfile.mkdtemp()))
    design = starters.find("cart").content
    with app.app_context():
        shop = a_shop(
            url="https://papier.example", postal_address="1 rue X", contact_email="hello@papier.example"
        )
        now, began = clock.real(), time.process_time()
        largest = 0
        for number in range(MESSAGES):
            mail = render(design, ("en", "fr")[number % 2], somebody(number), framed(shop, number + 1, now))
            assert f"Camille {number}" in mail.html and f"Camille {number}" in mail.text
            largest = max(largest, len(mail.html))
        rate = MESSAGES / (time.process_time() - began)
    told = {"figure": "messages rendered", "value": round(rate), "unit": "per second and core", "floor": FLOOR,
            "target": TARGET, "ok": rate >= FLOOR, "largest_html": largest}  # fmt: skip
    print(json.dumps(told))


if __name__ == "__main__":
    main()
