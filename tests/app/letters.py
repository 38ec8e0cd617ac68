"""Mails of a shop, a line each: a message that left, with the cart that it is about."""

from __future__ import annotations

from app.extensions import db
from app.models import Cart, Email, Event
from tests.app.rows import NOON, a_customer, a_flow, a_message, a_run, a_shop, kept

ITEMS = [
    {
        "product": "moon",
        "title": "Carnet Lever de lune",
        "quantity": 2,
        "price": 1800,
        "image": "/static/a.jpg",
        "url": "",
    }
]
DESIGN = {
    "en": {
        "subject": "Your cart waits, {{ customer.first_name }}",
        "preheader": "It is worth {{ cart.total | money }}",
        "blocks": [
            {"kind": "heading", "text": "Hello {{ customer.first_name | default: 'there' }}"},
            {
                "kind": "text",
                "text": "You **left** things in [our shop](shop), or see [our story](https://papier.example/story?a=1#b).",
            },
            {"kind": "items", "source": "cart"},
            {"kind": "coupon", "text": "A present"},
            {"kind": "button", "text": "Back to my cart", "target": "cart"},
        ],
    },
    "fr": {
        "subject": "Votre panier vous attend",
        "preheader": "",
        "blocks": [{"kind": "items", "source": "cart"}],
    },
}
CONTEXT = {
    "customer": {"first_name": "Camille", "last_name": "Martin", "email": "camille@example.com"},
    "cart": {"items": ITEMS, "total": 3600, "currency": "EUR", "url": ""},
    "coupon": {"code": "MERCI-7K2M", "terms": "10 %", "ends_at": NOON},
}


def a_letter(sent_at=NOON, **shop_told):
    """A message of a cart's flow that left at noon, its shop and its cart."""
    told = {
        "url": "https://papier.example",
        "postal_address": "1 rue X",
        "contact_email": "hello@papier.example",
    } | shop_told
    shop = a_shop(**told)
    customer = a_customer(shop, consent="subscribed")
    email = kept(Email(shop_id=shop.id, name="First", content=DESIGN, updated_at=NOON))
    run = a_run(a_flow(shop, name="Left carts"), customer)
    cart = kept(
        Cart(
            shop_id=shop.id,
            token=f"cart-{shop.id}",
            customer_id=customer.id,
            items=ITEMS,
            total=3600,
            currency="EUR",
            url="https://papier.example/cart?id=7",
            created_at=NOON,
            updated_at=NOON,
        )
    )
    db.session.get(Event, run.event_id).cart_id = cart.id
    message = a_message(run, sent_at=sent_at, email_id=email.id)
    db.session.commit()
    return shop, message, cart
