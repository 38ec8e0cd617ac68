"""The door for mail providers: their reports of bounces and complaints.

The key in the address says whose they are. What a report means is read elsewhere.
"""

from __future__ import annotations

import hmac
from typing import Any

from flask import Blueprint, Flask, Response, abort, jsonify, request

from app import clock
from app.extensions import csrf, db
from app.models import Bounce, Notice, Policy, Shop
from app.returned import addresses, arrivals, providers
from app.unit import unit
from app.views.access import public
from graph import strict

pages = Blueprint("hooks_mail", __name__)


def register(app: Flask) -> None:
    """Put this address on the application."""
    app.register_blueprint(pages)


@pages.post("/hooks/mail/<key>")
@public
@csrf.exempt
def take(key: str) -> Response | tuple[Response, int]:
    """Take a report. The answer says how many of its happenings were new; the same report twice is as good."""
    shop_id = whose(key)
    try:
        body: Any = strict.parse(request.get_data())
    except strict.Unreadable:
        return jsonify(error="The body is no JSON that can be read."), 400
    found, taken = providers.notices(body), arrivals.mail_ids(body)
    new = unit(lambda: written(shop_id, found)) if found else 0
    if taken:
        unit(lambda: arrivals.take(shop_id, body, clock.now(shop_id)))
    return jsonify(understood=len(found), new=new)


def whose(key: str) -> int:
    """Return the shop whose key this is, or answer 404."""
    number = key.partition("-")[0]
    shop_id = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    known = db.session.get(Shop, shop_id) if shop_id else None
    right = addresses.hook_key(shop_id, Policy.of(shop_id).hook_turn)
    if known is None or not hmac.compare_digest(right.encode(), key.encode()):
        abort(404)
    return shop_id


def written(shop_id: int, found: list[Notice]) -> int:
    """Write the reports down, inside the caller's unit; return how many were new."""
    now = clock.now(shop_id)
    return sum(Bounce.take(shop_id, notice, now) for notice in found)
