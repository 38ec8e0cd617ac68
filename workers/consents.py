"""Consents: what happenings say about who agreed to receive news.

Knows who may change an answer: an explicit yes or no always may, a mere remark on a cart never overrules a no.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from app import clock
from app.extensions import db
from app.lists import in_shop
from app.models import Confirmation, Customer, Policy
from workers.heard import Heard

SUBSCRIBED = "customer.subscribed"


def save(shop_id: int, heard: Sequence[Heard]) -> None:
    """Write the answers that differ from what we know; most happenings say nothing new, and cost nothing here."""
    told = [each for each in heard if _answer(each) is not None]
    if not told:
        return
    known = _known(shop_id, {each.email for each in told if each.email})
    asks, new = Policy.of(shop_id).double_opt_in, list(_new(told, known))
    for each, customer in new:
        source = f"shop: {each.reading.event}"
        if not _answer(each):
            Customer.unsubscribe(shop_id, customer.id, source, each.at)
        elif not asks:
            Customer.agree(shop_id, customer.id, source, each.at, _wording(each))
        elif Customer.ask(shop_id, customer.id, source, each.at, _wording(each)):
            Confirmation.ask(shop_id, customer.id, clock.now(shop_id))
    Customer.touch(shop_id, {customer.id for _each, customer in new}, clock.now(shop_id))


def unheard(shop_id: int, heard: Sequence[Heard]) -> tuple[str, ...]:
    """Return the events among these that are none before the customer confirms them, in a shop that asks twice."""
    asked = any(each.reading.event == SUBSCRIBED for each in heard)
    return (SUBSCRIBED,) if asked and Policy.of(shop_id).double_opt_in else ()


def _wording(each: Heard) -> str:
    return each.reading.customer.consent_wording if each.reading.customer else ""


def _answer(each: Heard) -> bool | None:
    if each.reading.event == SUBSCRIBED:
        return True
    if each.reading.event == "customer.unsubscribed":
        return False
    return each.reading.customer.subscribed if each.reading.customer else None


def _known(shop_id: int, emails: set[str]) -> dict[str, Any]:
    rows = select(Customer.id, Customer.email, Customer.consent).where(
        in_shop(shop_id, Customer.email, emails)
    )
    return {str(row.email): row for row in db.session.execute(rows)}


def _new(told: Sequence[Heard], known: dict[str, Any]) -> Iterator[tuple[Heard, Any]]:
    """Yield those that change something, following what the earlier ones of this batch have said."""
    said = {email: row.consent for email, row in known.items()}
    for each in told:
        email = each.email or ""
        explicit = each.reading.event in (SUBSCRIBED, "customer.unsubscribed")
        answer = "subscribed" if _answer(each) else "unsubscribed"
        overrules = said[email] in (("none", "pending") if answer == "subscribed" else ("subscribed",))
        if said[email] != answer and (explicit or overrules):
            said[email] = answer
            yield each, known[email]
