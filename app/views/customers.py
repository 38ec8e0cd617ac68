"""Customers: who they are, what they agreed to, and what each of them got or did not get, and why."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_skeleton
from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased
from werkzeug.wrappers import Response

from app import clock
from app.extensions import db
from app.forms.birthdays import LEAP, BirthdayForm
from app.models import (
    Audit,
    Cart,
    Consent,
    Customer,
    CustomerTag,
    Event,
    Flow,
    Message,
    Order,
    Refusal,
    Run,
    Suppression,
    TopicRefusal,
)
from app.models.customers import CONSENTS
from app.unit import unit
from app.views.paging import page

pages = Blueprint("customers", __name__)
MOST = 20  # rows of each card on a customer's page


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.get("/customers")
def index() -> str:
    """List the shop's customers, by name or address, and by what they agreed to."""
    text, consent = request.args.get("q", "").strip()[:120], request.args.get("consent", "")
    query = select(Customer).where(Customer.shop_id == g.shop.id, Customer.erased_at.is_(None))
    if text:
        query = query.where(like(text))
    if consent in CONSENTS:
        query = query.where(Customer.consent == consent)
    found = page(query.order_by(Customer.last_order_at.desc().nulls_last(), Customer.id.desc()))
    return render_template("customers/index.html", page=found, text=text, consent=consent, consents=consents(),
                           now=clock.now(g.shop.id))  # fmt: skip


@pages.get("/customers/<int:customer_id>")
def show(customer_id: int) -> str:
    """Show one customer: consent, orders, carts, automations, messages, and why some did not reach them."""
    mine = select(Customer).where(Customer.id == customer_id, Customer.shop_id == g.shop.id)
    customer = db.session.scalar(mine) or abort(404)
    tags = db.session.scalars(
        select(CustomerTag.tag).where(_of(CustomerTag, customer)).order_by(CustomerTag.tag)
    )
    return render_template(
        "customers/show.html", customer=customer, tags=list(tags), runs=runs_of(customer),
        refusals=refusals_of(customer), messages=messages_of(customer), now=clock.now(g.shop.id),
        orders=latest(Order, customer, Order.placed_at),
        answers=latest(Consent, customer, Consent.at),
        turned_down=TopicRefusal.of(customer.shop_id, customer.id), given_up=given_up(customer),
        carts=latest(Cart, customer, Cart.updated_at),
        birthday=BirthdayForm.of(customer.birthday), birthday_said=said_birthday(customer.birthday),
    )  # fmt: skip


@pages.post("/customers/<int:customer_id>/birthday")
def born(customer_id: int) -> Response:
    """Keep the day of a customer's birthday, or forget it."""
    form, shop_id = BirthdayForm(), g.shop.id
    if not form.validate_on_submit():
        flash(" ".join(str(error) for errors in form.errors.values() for error in errors))
    elif unit(lambda: Customer.born(shop_id, customer_id, form.told)):
        flash(_("Saved."))
    else:
        abort(404)
    return redirect(url_for("customers.show", customer_id=customer_id))


def said_birthday(birthday: str | None) -> str:
    """Return a day of the year in words, "29 February"; nothing when none is known."""
    if not birthday:
        return ""
    day = date.fromisoformat(f"{LEAP}-{birthday}")
    return str(format_skeleton("MMMMd", day, locale=get_locale() or "en"))


@pages.post("/customers/<int:customer_id>/try-again")
def try_again(customer_id: int) -> Response:
    """Write again to an address that did not take e-mails: the customer has said that it works now."""
    mine = select(Customer).where(Customer.id == customer_id, Customer.shop_id == g.shop.id)
    customer = db.session.scalar(mine) or abort(404)
    shop_id, email = customer.shop_id, customer.email or ""
    if unit(lambda: Suppression.forgive(shop_id, email)):
        flash(_("The next e-mail is tried again."))
    return redirect(url_for("customers.show", customer_id=customer_id))


def given_up(customer: Customer) -> str:
    """Return why nothing is sent to this customer's address, or ""."""
    email = customer.email or ""
    return Suppression.reasons(customer.shop_id, [email]).get(email, "")


@pages.post("/customers/<int:customer_id>/erase")
def erase(customer_id: int) -> Response:
    """Forget a person for good; who did it is kept, whom it was about is not."""
    shop_id, now = g.shop.id, clock.now(g.shop.id)
    if not unit(lambda: erased(shop_id, customer_id, now)):
        abort(404)
    flash(_("The customer is erased. Their address gets nothing more."))
    return redirect(url_for("customers.index"))


def erased(shop_id: int, customer_id: int, now: datetime) -> bool:
    """Erase a customer and note who did it, inside the caller's unit; False when there is none."""
    if not Customer.erase(shop_id, customer_id, now):
        return False
    db.session.add(Audit(shop_id=shop_id, user_id=g.user.id, act="erased", subject=f"customer:{customer_id}", data={},
                         at=now))  # fmt: skip
    return True


def consents() -> dict[str, int]:
    """Return how many customers gave each kind of consent."""
    counted = select(Customer.consent, func.count()).where(
        Customer.shop_id == g.shop.id, Customer.erased_at.is_(None)
    )
    return dict(db.session.execute(counted.group_by(Customer.consent)).all())


def latest(model: type, customer: Customer, column: object) -> list[object]:
    """Return the customer's latest rows of a table, the newest first."""
    return list(
        db.session.scalars(select(model).where(_of(model, customer)).order_by(column.desc()).limit(MOST))
    )


def runs_of(customer: Customer) -> list[tuple[Run, str]]:
    """Return the customer's latest runs, each with its flow's name."""
    runs = select(Run, Flow.name).join(Flow, Flow.id == Run.flow_id).where(_of(Run, customer))
    return [tuple(row) for row in db.session.execute(runs.order_by(Run.started_at.desc()).limit(MOST))]


def refusals_of(customer: Customer) -> list[tuple[Refusal, str, str]]:
    """Return why flows did not let this customer in lately, each with the flow's and the happening's names."""
    happened = aliased(Event)
    refused = select(Refusal, Flow.name, happened.name).join(Flow, Flow.id == Refusal.flow_id)
    refused = refused.join(happened, happened.id == Refusal.event_id).where(_of(Refusal, customer))
    return [tuple(row) for row in db.session.execute(refused.order_by(Refusal.at.desc()).limit(MOST))]


def messages_of(customer: Customer) -> list[tuple[Message, str]]:
    """Return the latest messages to this customer, each with its flow's name."""
    sent = select(Message, Flow.name).join(Flow, Flow.id == Message.flow_id)
    sent = sent.where(_of(Message, customer), Message.audience == "customer")
    return [tuple(row) for row in db.session.execute(sent.order_by(Message.prepared_at.desc()).limit(MOST))]


def _of(model: type, customer: Customer) -> object:
    return (model.shop_id == customer.shop_id) & (model.customer_id == customer.id)


def like(text: str) -> ColumnElement[bool]:
    """Return what finds customers by a part of their name or address."""
    pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    name = Customer.first_name + " " + Customer.last_name
    return or_(Customer.email.ilike(pattern, escape="\\"), name.ilike(pattern, escape="\\"))
