"""Chat for shops: an address where a shop's own pages fetch a customer's chat messages and say what was read."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, request

from app import clock
from app.extensions import limiter
from app.models import Chat, Message
from app.unit import unit
from app.views.access import public
from app.views.api import caller
from app.views.errors import problem
from app.views.reader import Reader, door, reader

pages = door("chat", "/api/v1/chat")
PURPOSE = "chat"


def register(app: Flask) -> None:
    """Put the door on the application."""
    app.register_blueprint(pages)


@pages.get("")
@public
@limiter.limit("600/minute", key_func=caller)
def index() -> Response:
    """Answer with a customer's messages: by the shop's key and ?customer=, or by the customer's own token."""
    who = reader(PURPOSE)
    if not isinstance(who, Reader):
        return who
    told = [message(each) for each in Chat.of(who.shop_id, who.customer_id)]
    return jsonify(
        {"messages": told, "unread": Chat.unread(who.shop_id, who.customer_id), "token": who.token(PURPOSE)}
    )


@pages.post("/read")
@public
@limiter.limit("600/minute", key_func=caller)
def read() -> Response:
    """Record that the customer has read all up to the message {"up_to": id}."""
    who = reader(PURPOSE)
    if not isinstance(who, Reader):
        return who
    body = request.get_json(silent=True)
    up_to = body.get("up_to") if isinstance(body, dict) else None
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


def message(chat: Chat) -> dict[str, Any]:
    """Return a message as JSON."""
    read_at = chat.read_at.isoformat() if chat.read_at else None
    return {"id": chat.id, "text": chat.text, "sent_at": chat.sent_at.isoformat(), "read_at": read_at}
