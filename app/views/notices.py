"""Notices: what automations and channels want the shop's own people to know, with what somebody has read."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, g, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from app import clock
from app.extensions import db
from app.models import Customer, StaffNotice
from app.unit import unit

pages = Blueprint("notices", __name__)


def register(app: Flask) -> None:
    """Put these pages on the application, and what is unread on Home."""
    app.register_blueprint(pages)
    app.context_processor(lambda: {"notices_unread": StaffNotice.unread(g.shop.id) if g.get("shop") else 0})


@pages.get("/notices")
def index() -> str:
    """List the shop's notices, the unread first."""
    notices = StaffNotice.latest(g.shop.id)
    return render_template(
        "notices/index.html", notices=notices, people=people(notices), now=clock.now(g.shop.id)
    )


@pages.post("/notices/read")
def read_all() -> Response:
    """Record that every notice was read."""
    shop_id = g.shop.id
    unit(lambda: StaffNotice.read(shop_id, clock.now(shop_id)))
    return redirect(url_for("notices.index"))


@pages.post("/notices/<int:notice_id>")
def follow(notice_id: int) -> Response:
    """Record that a notice was read, and lead to what it is about."""
    shop_id = g.shop.id
    mine = select(StaffNotice.path).where(StaffNotice.id == notice_id, StaffNotice.shop_id == shop_id)
    path = db.session.scalar(mine)
    if path is None:
        abort(404)
    unit(lambda: StaffNotice.read(shop_id, clock.now(shop_id), notice_id))
    return redirect(path or url_for("notices.index"))


def people(notices: list[StaffNotice]) -> dict[int, str]:
    """Return the names of the customers that notices are about, by id."""
    ids = {notice.customer_id for notice in notices if notice.customer_id}
    theirs = select(Customer).where(Customer.shop_id == g.shop.id, Customer.id.in_(ids))
    rows = db.session.scalars(theirs) if ids else ()
    return {row.id: f"{row.first_name} {row.last_name}".strip() or row.email or "" for row in rows}
