"""How the shoppers of the demo's past behaved: when they came, what they left, what brought them back.

The shares are those that shops of this size report: about two carts in three are left, half of the mails are opened.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.demo import catalogue, counter, till
from app.demo.past import Journey, Past, Person
from app.demo.people import Name
from app.demo.rows import Row
from app.demo.voice import WAYS
from app.models import (
    Attribution,
    Cart,
    Click,
    Customer,
    Order,
    ProductView,
    Redemption,
    Suppression,
    Visit,
)  # fmt: skip
from app.models.coupons import Bill
from app.models.suppressions import digest

DAYS = 90
QUIET_BEFORE_NOW = timedelta(minutes=45)  # nobody is shopping while the demo is being made
BUSY = timedelta(days=16)
CLICK_WINDOW = timedelta(days=5)
CHECKOUT_QUIET = timedelta(minutes=10)


class Shoppers:
    """People whose visits to the shop make the past."""

    def __init__(self, past: Past, base_url: str) -> None:
        self.past, self.rng, self.rows, self.base_url = past, past.rng, past.rows, base_url
        self.articles = list(catalogue.articles().values())
        # Some things sell better than others, and it shows on the charts.
        self.weights = [1 / (1 + place % 9) for place in range(len(self.articles))]
        past.sent = self.receive

    def arrive(self, names: list[Name]) -> None:
        """Plan when each of these people first comes, whether they subscribe, and each visit they make."""
        start = self.past.now - timedelta(days=DAYS)
        span = timedelta(days=DAYS) - QUIET_BEFORE_NOW
        for name in names:
            first = start + span * self.rng.random() ** 1.1
            person = Person(name, self._customer(name, first))
            self.past.people.append(person)
            if self.rng.random() < 0.64:
                self.past.plan(first, lambda at, who=person: self.subscribe(who, at))
            self._visits(person, first)

    def _customer(self, name: Name, at: datetime) -> Row:
        return self.rows.add(
            Customer, email=name.email, first_name=name.first, last_name=name.last, locale=name.locale,
            timezone=name.zone, consent="none", orders_count=0, spent=0, last_order_at=None, created_at=at,
        )  # fmt: skip

    def _visits(self, person: Person, at: datetime) -> None:
        last = self.past.now - QUIET_BEFORE_NOW
        at += timedelta(minutes=1)
        while at < last:
            self.past.plan(at, lambda when, who=person: self.visit(who, when))
            often = 24 if last - at > BUSY else 7  # days; trade is brisk before the holidays
            at = self._by_day(at + timedelta(days=self.rng.expovariate(1 / often) + 0.5))

    def _by_day(self, at: datetime) -> datetime:
        hour = min(23, max(6, round(self.rng.gauss(16, 4))))
        return at.replace(hour=hour, minute=self.rng.randrange(60), second=self.rng.randrange(60))

    def subscribe(self, person: Person, at: datetime) -> None:
        """Let somebody agree to receive news."""
        person.row.update(consent="subscribed", consent_source="checkout", consent_at=at)
        self.past.happen(at, "customer.subscribed", f"customer.subscribed:seed-{person.row['id']}", person)

    def visit(self, person: Person, at: datetime) -> None:
        """Look at something, perhaps fill a cart, perhaps get as far as the checkout, perhaps pay."""
        self._see_offers(person, at)
        wanted = self.rng.choices(self.articles, self.weights, k=self.rng.choices((1, 2, 3), (5, 3, 2))[0])
        self._look(person, wanted[0], at)
        if self.rng.random() < 0.78:
            cart = self._fill(person, wanted, at + timedelta(minutes=2))
            if self.rng.random() < 0.74:
                self.past.plan(at + timedelta(minutes=4), lambda when: self.check_out(person, cart, when))

    def _see_offers(self, person: Person, at: datetime) -> None:
        for offer, code in person.offers:
            if not offer["seen_at"] and code["state"] == "issued" and code["ends_at"] > at:
                offer["seen_at"] = at
                next(each for each in person.messages if each["id"] == offer["message_id"])["opened_at"] = at

    def _look(self, person: Person, article: catalogue.Article, at: datetime) -> None:
        self.past.happen(
            at, "product.viewed", f"product.viewed:{self._id()}", person, {"product": article.key}
        )
        views = self.rows.tables[ProductView]
        views[:] = [view for view in views if view["customer_id"] != person.row["id"]]
        self.rows.add(ProductView, customer_id=person.row["id"], product_key=article.key, at=at)

    def _id(self) -> str:
        return f"{self.rng.getrandbits(96):024x}"

    def _fill(self, person: Person, wanted: list[catalogue.Article], at: datetime) -> Row:
        kinds = list({article.key: article for article in wanted}.values())
        items = [self._item(article, person.name.locale) for article in kinds]
        total = sum(item["price"] * item["quantity"] for item in items)
        cart = self.rows.add(
            Cart, token=self._id()[:16], customer_id=person.row["id"], items=items, total=total, currency="EUR",
            url=f"{self.base_url}/demo-shop/cart", created_at=at, updated_at=at,
        )  # fmt: skip
        self._tell("cart.updated", person, cart, at)
        return cart

    def _item(self, article: catalogue.Article, language: str) -> dict[str, Any]:
        return {
            "product": article.key, "title": article.words[language].title,
            "quantity": self.rng.choices((1, 2, 3), (8, 2, 1))[0], "price": article.price,
            "image": f"{self.base_url}/static/{article.image}",
            "url": f"{self.base_url}/demo-shop/products/{article.key}",
        }  # fmt: skip

    def _tell(self, name: str, person: Person, cart: Row, at: datetime) -> None:
        products = [item["product"] for item in cart["items"]]
        self.past.happen(
            at, name, f"{name}:{self._id()}", person, {"cart": cart["token"], "products": products}, cart
        )

    def check_out(self, person: Person, cart: Row, at: datetime) -> None:
        """Give the address at the checkout; then pay, come back by oneself, or be gone."""
        cart.update(checkout_at=at, updated_at=at, shipping=str(WAYS["standard"]))
        self._tell("checkout.started", person, cart, at)
        mood = self.rng.random()
        if mood < 0.38:
            self.past.plan(
                at + timedelta(minutes=self.rng.uniform(2, 8)), lambda when: self.buy(person, cart, when)
            )
            return
        self.past.plan(at + CHECKOUT_QUIET, lambda when: self.go_quiet(person, cart, when))
        if mood < 0.45:
            later = at + timedelta(hours=self.rng.uniform(1, 40))
            self.past.plan(later, lambda when: self.buy(person, cart, when))

    def go_quiet(self, person: Person, cart: Row, at: datetime) -> None:
        """Let the silence of a checkout be noticed."""
        if cart.get("ordered_at") or not self.past.sweeps("checkout", at):
            return
        cart["abandoned_at"] = at
        seconds = int(CHECKOUT_QUIET.total_seconds())
        key = f"checkout.abandoned:{cart['id']}:{seconds}:{int(cart['updated_at'].timestamp())}"
        products = [item["product"] for item in cart["items"]]
        data = {"after": seconds, "cart": cart["token"], "checkout": True, "products": products}
        self.past.happen(at, "checkout.abandoned", key, person, data, cart)

    def receive(self, journey: Journey, message: Row, at: datetime) -> None:
        """Open a mail, or not."""
        if self.rng.random() < 0.57:
            soon = at + timedelta(minutes=2 + self.rng.expovariate(1 / 260))
            self.past.plan(soon, lambda when: self.open(journey, message, when))

    def open(self, journey: Journey, message: Row, at: datetime) -> None:
        """Read a mail; then press its button, ask for no more, or leave it at that."""
        message["opened_at"] = at
        self._tell_message("message.opened", journey, message, at)
        mood = self.rng.random()
        if mood < 0.46:
            soon = at + timedelta(minutes=self.rng.uniform(0.2, 9))
            self.past.plan(soon, lambda when: self.press(journey, message, when))
        elif mood < 0.485:
            self.past.plan(at + timedelta(minutes=1), lambda when: self.unsubscribe(journey.person, when))

    def _tell_message(self, name: str, journey: Journey, message: Row, at: datetime) -> None:
        data = {"run": journey.row["id"], "node": message["node"]}
        self.past.happen(at, name, f"{name}:{message['id']}", journey.person, data)

    def press(self, journey: Journey, message: Row, at: datetime) -> None:
        """Follow a mail back to the shop; nearly half of those who do so buy."""
        message["clicked_at"] = at
        target = "cart" if journey.cart and not journey.order else "shop"
        self.rows.add(Click, message_id=message["id"], target=target, machine=False, at=at)
        self.rows.add(Visit, flow_id=message["flow_id"], message_id=message["id"],
                      customer_id=message["customer_id"], at=at)  # fmt: skip
        if journey.cart and not journey.cart.get("ordered_at"):
            journey.cart["pressed_at"] = at
        self._tell_message("message.clicked", journey, message, at)
        if self.rng.random() < 0.46:
            soon = at + timedelta(minutes=self.rng.uniform(4, 30))
            self.past.plan(soon, lambda when: self.come_back(journey, message, when))

    def come_back(self, journey: Journey, message: Row, at: datetime) -> None:
        """Buy what was left, or something new, with the code of the mail if there is one."""
        if journey.cart is not None and journey.order is None:
            self.buy(journey.person, journey.cart, at, journey.code)
            return
        cart = self._fill(journey.person, self.rng.choices(self.articles, self.weights, k=2), at)
        cart["checkout_at"] = cart["updated_at"]
        soon = at + timedelta(minutes=5)
        self.past.plan(soon, lambda when: self.buy(journey.person, cart, when, journey.code))

    def buy(self, person: Person, cart: Row, at: datetime, code: Row | None = None) -> None:
        """Pay a cart, unless it is paid already."""
        if cart.get("ordered_at"):
            return
        code = code or self._offered(person, cart, at)
        usable = code if code and code["state"] == "issued" and code["ends_at"] > at else None
        order = self._order(person, cart, at, usable)
        cart.update(ordered_at=at, recovered_at=at if cart.get("pressed_at") else None)
        row = person.row
        row.update(
            orders_count=row["orders_count"] + 1, spent=row["spent"] + order["total"], last_order_at=at
        )
        self._credit(person, order, usable, at)
        told = {
            "cart": cart["token"],
            "order": order["token"],
            "products": [item["product"] for item in cart["items"]],
        }
        for name in ("order.placed", "order.paid"):
            self.past.happen(at, name, f"{name}:{order['token']}", person, told, cart, order)
        if after := self.past.sweeps("order"):
            self.past.plan(at + after, lambda when: self.lapse(person, order, after, when))

    def _offered(self, person: Person, cart: Row, at: datetime) -> Row | None:
        """Return the code of the offer that somebody holds, where the cart is worth enough and they think of it."""
        held = (code for _offer, code in person.offers if code["state"] == "issued" and code["ends_at"] > at)
        if (code := next(held, None)) is None or self.rng.random() > 0.6:
            return None
        return code if cart["total"] >= (self.past.coupons[code["coupon_id"]].minimum or 0) else None

    def _order(self, person: Person, cart: Row, at: datetime, code: Row | None) -> Row:
        token, sending = till.order_token(cart["token"]), counter.shipping(cart["total"])
        discount = 0
        if code:
            discount = self.past.coupons[code["coupon_id"]].discount(Bill(cart["total"], sending))
            code.update(state="used", uses=1)
            self.rows.add(
                Redemption, code_id=code["id"], customer_id=person.row["id"], order_token=token, at=at
            )
        return self.rows.add(
            Order, token=token, number=till.order_number(token), customer_id=person.row["id"], cart_id=cart["id"],
            items=cart["items"], total=cart["total"] - discount + sending, discount=discount, shipping=sending, tax=0,
            currency="EUR", codes=[code["code"]] if code else [], placed_at=at, paid_at=at,
        )  # fmt: skip

    def _credit(self, person: Person, order: Row, code: Row | None, at: datetime) -> None:
        """Give the order to the code's run, else to the last mail whose link was followed in five days."""
        if code:
            credited = max(
                (m for m in person.messages if m["run_id"] == code["run_id"]), key=lambda m: m["visit"]
            )
        else:
            pressed = [
                m
                for m in person.messages
                if m.get("clicked_at") and at - CLICK_WINDOW <= m["clicked_at"] <= at
            ]
            credited = max(pressed, key=lambda m: m["clicked_at"], default=None)
        if credited:
            self.rows.add(
                Attribution, order_id=order["id"], flow_id=credited["flow_id"], run_id=credited["run_id"],
                node=credited["node"], rule="coupon" if code else "click", sales=order["total"], at=at,
            )  # fmt: skip

    def lapse(self, person: Person, order: Row, after: timedelta, at: datetime) -> None:
        """Let it be noticed that somebody has not bought for a while."""
        if person.row["last_order_at"] == order["placed_at"] and self.past.sweeps("order", at):
            seconds, since = int(after.total_seconds()), int(order["placed_at"].timestamp())
            key = f"customer.lapsed:{person.row['id']}:{seconds}:{since}"
            data = {"after": seconds, "order": order["token"]}
            self.past.happen(at, "customer.lapsed", key, person, data, None, order)

    def unsubscribe(self, person: Person, at: datetime) -> None:
        """Say no, once and for all."""
        if person.row["consent"] == "unsubscribed":
            return
        person.row.update(consent="unsubscribed", consent_source="link", consent_at=at)
        address = digest(self.rows.shop_id, person.row["email"])
        self.rows.add(Suppression, address=address, reason="unsubscribed", created_at=at)
        key = f"customer.unsubscribed:{person.row['id']}:{at.isoformat()}"
        self.past.happen(at, "customer.unsubscribed", key, person)
