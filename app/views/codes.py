"""Codes: who holds which string of a coupon, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, g, render_template, request
from sqlalchemy import Select, func, or_, select

from app import clock
from app.models import Code, Coupon, Customer, Redemption
from app.views import coupons
from app.views.paging import page

pages = Blueprint("codes", __name__)


@dataclass(frozen=True, slots=True)
class Held:
    """One code in somebody's hand. `used_at` is its last use, `until` the first of its ends."""

    code: Code
    customer: Customer | None
    used_at: datetime | None
    until: datetime | None


def register(app: Flask) -> None:
    """Put the page on the application."""
    app.register_blueprint(pages)


@pages.get("/coupons/<int:coupon_id>/codes")
def index(coupon_id: int) -> str:
    """List the codes that customers hold, the newest first, or those that `?q=` names by code, name or address."""
    coupon, text = coupons.find(coupon_id), " ".join(request.args.get("q", "").split())[:80]
    found = page(_named(_held(coupon), text).order_by(Code.id.desc()))
    rows = [Held(code, customer, used_at, _until(code, coupon)) for code, customer, used_at in found.rows]
    return render_template("coupons/codes.html", coupon=coupon, page=found, rows=rows, text=text,
                           now=clock.now(g.shop.id))  # fmt: skip


def _held(coupon: Coupon) -> Select[Any]:
    used = (
        select(func.max(Redemption.at)).where(Redemption.code_id == Code.id).correlate(Code).scalar_subquery()
    )
    mine = select(Code, Customer, used.label("used_at")).outerjoin(Customer, Customer.id == Code.customer_id)
    return mine.where(
        Code.shop_id == g.shop.id, Code.coupon_id == coupon.id, Code.state.in_(("issued", "used"))
    )


def _named(query: Select[Any], text: str) -> Select[Any]:
    if not text:
        return query
    name = func.lower(Customer.first_name + " " + Customer.last_name)
    exact = Code.code == text.upper(), Customer.email == text.lower()
    return query.where(or_(*exact, name.contains(text.lower(), autoescape=True)))


def _until(code: Code, coupon: Coupon) -> datetime | None:
    return min((end for end in (code.ends_at, coupon.ends_at) if end), default=None)
