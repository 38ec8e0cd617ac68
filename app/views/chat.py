"""Chat for shops: an address where a shop's own pages fetch a customer's chat messages and say what was read.

A shop's server asks with its key and a customer's address, and gets a token for this customer that lives a day, with
which the customer's browser may ask by itself. A token opens one customer's messages and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from sqlalchemy import select

from app import clock, links, passwords
from app.extensions import csrf, db, limiter
from app.models import ApiKey, Chat, Customer, Message
from app.unit import unit
from app.views.access import public
from app.views.api import bearer, caller, unknown_key
from app.views.errors import problem

pages = Blueprint("chat", __name__, url_prefix="/api/v1/chat")
PURPOSE = "chat"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose messages may be seen: a shop's customer."""

    shop_id: int
    customer_id: int


def register(app: Flask) -> None:
    """Put the door on the application; it knows keys and tokens, not sessions."""
    csrf.exempt(pages)
    app.register_blueprint(pages)
    app.after_request(welcome)


def welcome(response: Response) -> Response:
    """Let a shop's own pages read the answer: a token stands in the request, no cookie counts."""
    if request.blueprint == pages.name:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@pages.get("")
@public
@limiter.limit("600/minute", key_func=caller)
def index() -> Response:
    """Answer with a customer's messages: by the shop's key and ?customer=, or by the customer's own token."""
    who = reader()
    if not isinstance(who, Reader):
        return who
    told = [message(each) for each in Chat.of(who.shop_id, who.customer_id)]
    token = links.sign(PURPOSE, who.shop_id, target=str(who.customer_id))
    return jsonify({"messages": told, "unread": Chat.unread(who.shop_id, who.customer_id), "token": token})


@pages.post("/read")
@public
@limiter.limit("600/minute", key_func=caller)
def read() -> Response:
    """Record that the customer has read all up to the message {"up_to": id}."""
    who = reader()
    if not isinstance(who, Reader):
        return who
    up_to = (request.get_json(silent=True) or {}).get("up_to")
    if not isinstance(up_to, int) or isinstance(up_to, bool) or not 0 < up_to < 2**53:
        return problem(
            422, "A field is not right", "up_to: the id of the last message that was read.", "up_to"
        )
    return jsonify({"read": seen(who, up_to)})


def seen(who: Reader, up_to: int) -> int:
    """Record what was read, for the flows as well: a run may wait for it. Return how many messages were new."""
    now = clock.now(who.shop_id)

    def work() -> int:
        fresh = Chat.read(who.shop_id, who.customer_id, up_to, now)
        for message_id in fresh:
            Message.opened(who.shop_id, message_id, now)
        return len(fresh)

    return unit(work)


def reader() -> Reader | Response:
    """Return whose messages the caller may see, or the refusal."""
    given = bearer() or ""
    if claim := links.read(PURPOSE, given):
        return Reader(claim.shop_id, int(claim.target))
    shop = ApiKey.shop_of(passwords.digest(given))
    if shop is None:
        return unknown_key()
    address = request.args.get("customer", "").strip().lower()
    known = select(Customer.id).where(Customer.shop_id == shop.id, Customer.email == address)
    customer_id = db.session.scalar(known) if address else None
    if customer_id is None:
        return problem(
            404, "Unknown customer", "Give ?customer= with an address that this shop has told us of."
        )
    return Reader(shop.id, customer_id)


def message(chat: Chat) -> dict[str, Any]:
    """Return a message as JSON."""
    read_at = chat.read_at.isoformat() if chat.read_at else None
    return {"id": chat.id, "text": chat.text, "sent_at": chat.sent_at.isoformat(), "read_at": read_at}
