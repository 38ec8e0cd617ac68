"""Readers: whose messages and offers a shop's own pages may fetch, by the shop's key or the customer's token.

A shop's server asks with its key and a customer's address, and gets a token for this customer that lives a day, with
which the customer's browser may ask by itself. A token opens what is one customer's, of one sort, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request
from sqlalchemy import select

from app import links, passwords
from app.extensions import csrf, db
from app.models import ApiKey, Customer
from app.views.api import bearer, unknown_key
from app.views.errors import problem


@dataclass(frozen=True, slots=True)
class Reader:
    """A shop's customer, whose own things may be seen."""

    shop_id: int
    customer_id: int

    def token(self, purpose: str) -> str:
        """Return the token with which this customer's browser may ask by itself."""
        return links.sign(purpose, self.shop_id, target=str(self.customer_id))


def door(name: str, path: str) -> Blueprint:
    """Return the addresses under a path as a door that knows keys and tokens, not sessions."""
    pages = Blueprint(name, __name__, url_prefix=path)
    csrf.exempt(pages)
    pages.after_request(welcome)
    return pages


def welcome(response: Response) -> Response:
    """Let a shop's own pages read the answer: a token stands in the request, no cookie counts."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def reader(purpose: str) -> Reader | Response:
    """Return whose things of this sort the caller may see, or the refusal."""
    given = bearer() or ""
    if claim := links.read(purpose, given):
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
