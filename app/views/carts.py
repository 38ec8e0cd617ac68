"""Left carts: who filled one and went, what became of the reminders, what came back, and each cart by itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Blueprint, Flask, abort, g, render_template, request
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.forms.carts import PERIODS, WantedForm
from app.models import (
    Audit,
    Customer,
    Event,
    Flow,
    Handwritten,
    Message,
    Order,
    Product,
    Refusal,
    Run,
    Suppression,
    TopicRefusal,
    left_carts,
)
from app.models.left_carts import LeftCart
from app.reasons import why
from app.views.keyset import stretch

pages = Blueprint("carts", __name__)


def register(app: Flask) -> None:
    """Put these pages on the application, those of one cart's letter and order included."""
    app.register_blueprint(pages)


@pages.get("/carts")
def index() -> str:
    """List the carts that were left, the last one first, with what recovered ones brought in all (CART-10)."""
    shop, now = g.shop, clock.now(g.shop.id)
    form = WantedForm(request.args, meta={"currency": shop.currency})
    form.validate()
    wanted = form.wanted(now)
    page = stretch(
        lambda before, size: left_carts.found(shop.id, wanted, now, before, size), lambda row: row.place
    )
    total, count = left_carts.recovered(shop.id, shop.currency)
    return render_template("carts/index.html", page=page, form=form, wanted=wanted, total=total, count=count, now=now,
                           periods=PERIODS, asked=request.args, unit=g.shop.currency)  # fmt: skip


@pages.get("/carts/<int:cart_id>")
def show(cart_id: int) -> str:
    """Show one cart: who left it, what is in it, what the shop has of it today, and the story of its reminders."""
    left = find(cart_id)
    return render_template(
        "carts/show.html", unwelcome=unwelcome(left.customer), left=left, cart=left.cart, customer=left.customer,
        story=Story(left), stock=stock_of(left.cart.items), order=order_of(left), now=clock.now(g.shop.id),
    )  # fmt: skip


def find(cart_id: int) -> LeftCart:
    """Return this shop's cart with its owner and status, or answer 404."""
    return left_carts.one(g.shop.id, cart_id) or abort(404)


def order_of(left: LeftCart) -> Order | None:
    """Return the order that the cart became, or None."""
    mine = select(Order).where(Order.shop_id == g.shop.id, Order.cart_id == left.cart.id)
    return db.session.scalar(mine.order_by(Order.id).limit(1))


def stock_of(items: list[dict[str, Any]]) -> dict[str, int | None]:
    """Return how many pieces the shop has today of each product named; what is not counted, or not known, is None."""
    keys = {str(item["product"]) for item in items}
    known = select(Product.key, Product.stock).where(Product.shop_id == g.shop.id, Product.key.in_(keys))
    return dict.fromkeys(keys) | {key: stock for key, stock in db.session.execute(known)}


@dataclass(frozen=True, slots=True)
class Told:
    """One message about a cart, with what was written by hand in it, and by whom."""

    message: Message
    by_hand: Handwritten | None


class Story:
    """What was done about a cart: by which automations, with which messages, and why some did nothing."""

    def __init__(self, left: LeftCart) -> None:
        self.cart, self.customer = left.cart, left.customer

    @cached_property
    def runs(self) -> list[tuple[Run, Flow]]:
        """The ways through automations that this cart began, the latest first."""
        about = select(Run, Flow).join(Flow, Flow.id == Run.flow_id).join(Event, Event.id == Run.event_id)
        mine = about.where(Run.shop_id == self.cart.shop_id, Run.customer_id == self.customer.id)
        rows = db.session.execute(mine.where(Event.cart_id == self.cart.id).order_by(Run.id.desc()))
        return [(run, flow) for run, flow in rows]

    @cached_property
    def told(self) -> list[Told]:
        """The messages about it, the latest first."""
        ids = [run.id for run, _flow in self.runs]
        sent = select(Message, Handwritten).outerjoin(
            Handwritten, (Handwritten.run_id == Message.run_id) & (Handwritten.visit == Message.visit)
        )
        mine = sent.where(
            Message.shop_id == self.cart.shop_id, Message.run_id.in_(ids), Message.audience == "customer"
        )
        return [Told(*row) for row in db.session.execute(mine.order_by(Message.id.desc()))] if ids else []

    @property
    def next(self) -> Any:
        """When the next reminder is due, as far as it can be told, or None."""
        pending = [each.message.send_at for each in self.told if each.message.state == "prepared"]
        waits = [run.wake_at for run, flow in self.runs if run.status == "waiting" and flow.status == "live"]
        return min([each for each in pending + waits if each], default=None)

    @cached_property
    def refusals(self) -> list[tuple[str, str]]:
        """Why automations did not take it in: the automation and the reason, each once."""
        about = select(Flow.name, Refusal.reason).join(Event, Event.id == Refusal.event_id)
        mine = about.join(Flow, Flow.id == Refusal.flow_id).where(
            Refusal.shop_id == self.cart.shop_id, Refusal.customer_id == self.customer.id,
            Event.cart_id == self.cart.id, Event.name.endswith(".abandoned"),
        )  # fmt: skip
        return [(name, why(reason)) for name, reason in db.session.execute(mine.distinct())]


def unwelcome(customer: Customer) -> str:
    """Return why this customer may not be written to, as one of the gate's reasons, or ""."""
    if customer.erased_at or not customer.email:
        return "erased"
    if reason := Suppression.reasons(customer.shop_id, [customer.email]).get(customer.email, ""):
        return reason
    if customer.consent == "unsubscribed":
        return "unsubscribed"
    return "topic" if "reminder" in TopicRefusal.of(customer.shop_id, customer.id) else ""


def note(act: str, cart_id: int, **figures: Any) -> None:
    """Keep who did what about a cart, inside the caller's unit."""
    db.session.add(Audit(shop_id=g.shop.id, user_id=g.user.id, act=act, subject=f"cart:{cart_id}", data=figures,
                         at=clock.now(g.shop.id)))  # fmt: skip
