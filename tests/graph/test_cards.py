"""Each kind in words: what its card says, and how it is told."""

from __future__ import annotations

from typing import Any

import pytest

from graph.catalogue import KINDS, kind
from graph.words import Names, say
from tests.graph.build import OVER_50, long, rules

NAMES = Names(
    {1: "You left something"}, {5: "10 % off"}, {"p1": "Notebook"}, lambda minor: f"€{minor // 100}"
)
CARDS: list[tuple[str, dict[str, Any], str, str, str]] = [
    (
        "cart_abandoned",
        {},
        "Cart left behind",
        "Known, and quiet for 30 minutes",
        "When a cart is left behind for 30 minutes",
    ),
    (
        "checkout_abandoned",
        {},
        "Checkout left behind",
        "E-mail given, order not finished",
        "When a checkout is left unfinished for 10 minutes",
    ),
    (
        "product_abandoned",
        {},
        "Product viewed and left",
        "Gone for 1 hour, no cart",
        "When a product was viewed and left for 1 hour",
    ),
    ("order_placed", {}, "Order placed", "With any product", "When an order is placed"),
    (
        "order_placed",
        {"moment": "order.paid", "scope": "chosen", "products": ["p1"]},
        "Order paid",
        "With 1 chosen product",
        "When an order with Notebook is paid",
    ),
    (
        "order_placed",
        {"scope": "chosen", "products": ["p1", "p2"]},
        "Order placed",
        "With one of 2 chosen products",
        "When an order with Notebook or p2 is placed",
    ),
    (
        "customer_subscribed",
        {},
        "New subscriber",
        "As soon as they agree to your news",
        "When somebody agrees to receive your news",
    ),
    (
        "days_since_order",
        {},
        "No order for 60 days",
        "Counted from the last order",
        "When a customer has not ordered for 60 days",
    ),
    ("wait", {}, "Wait 2 hours", "Then go on, at any time of day", "Wait 2 hours"),
    (
        "wait",
        {"ending": "daytime"},
        "Wait 2 hours",
        "Then go on, in the daytime",
        "Wait 2 hours, then until the time is between 09:00 and 20:00",
    ),
    (
        "wait",
        {"ending": "hours", "opens": "10:00"},
        "Wait 2 hours",
        "Then go on, from 10:00 to 20:00",
        "Wait 2 hours, then until the time is between 10:00 and 20:00",
    ),
    (
        "wait",
        {"ending": "at", "duration": long(1, "days")},
        "Wait 1 day",
        "Then go on, at 09:00",
        "Wait 1 day, until 09:00",
    ),
    ("wait_until", {}, "Wait until 09:00", "On any day, on the customer's clock", "Wait until it is 09:00"),
    (
        "wait_until",
        {"days": [0, 4]},
        "Wait until 09:00",
        "On Monday or Friday",
        "Wait until it is 09:00 on Monday or Friday",
    ),
    (
        "wait_for",
        {},
        "Wait until they open the last e-mail",
        "At most 1 day",
        "Wait until they open the last e-mail, at most 1 day",
    ),
    (
        "condition",
        {"rules": OVER_50},
        "Cart total over €50?",
        "As things stand by then",
        "If this is so: cart total over €50",
    ),
    ("condition", {}, "Yes or no", "No rule yet", "If this is so: …"),
    (
        "split",
        {"share": 30},
        "Split at random",
        "30 % go way A, 70 % way B",
        "Send 30 % of people, at random, way A",
    ),
    (
        "send_email",
        {"email": 1},
        "Send “You left something”",
        "In the customer's language",
        "Send the e-mail “You left something”",
    ),
    ("send_email", {}, "Send an e-mail", "No e-mail chosen yet", "Send an e-mail"),
    (
        "give_coupon",
        {"coupon": 5},
        "Give the coupon “10 % off”",
        "For the e-mails that follow",
        "Give the coupon “10 % off”",
    ),
    ("give_coupon", {}, "Give a coupon", "No coupon chosen yet", "Give a coupon"),
    ("tag", {"tag": "tea"}, "Tag “tea”", "Added to the customer", "Add the tag “tea”"),
    (
        "tag",
        {"tag": "tea", "change": "remove"},
        "Tag “tea”",
        "Removed from the customer",
        "Remove the tag “tea”",
    ),
    ("tag", {}, "Tag the customer", "No tag written yet", "Add the tag “…”"),
    ("notify_staff", {"text": "100 % off!"}, "Tell the team", "“100 % off!”", "Tell the team “100 % off!”"),
    ("notify_staff", {}, "Tell the team", "Nothing written yet", "Tell the team “…”"),
    ("send_chat", {"text": "Hi"}, "Send a chat message", "“Hi”", "Send the chat message “Hi”"),
    ("send_chat", {}, "Send a chat message", "Nothing written yet", "Send the chat message “…”"),
    (
        "grant_offer",
        {"coupon": 5, "title": "For you"},
        "Offer “For you”",
        "With the coupon “10 % off”",
        "Show an offer in the shop with the coupon “10 % off”",
    ),
    ("grant_offer", {}, "Show an offer in the shop", "No coupon chosen yet", "Show an offer in the shop"),
    (
        "call_webhook",
        {"url": "https://till.example.com/x"},
        "Tell another system",
        "A signed note to till.example.com",
        "Tell the system at till.example.com",
    ),
    ("call_webhook", {}, "Tell another system", "No address written yet", "Tell the system at …"),
    (
        "stock_back",
        {},
        "Back in stock",
        "For those who asked to be told",
        "When a product is back in stock that somebody asked for",
    ),
    (
        "stock_back",
        {"whom": "viewed"},
        "Back in stock",
        "For who asked, or looked at it lately",
        "When a product is back in stock that somebody asked for, or looked at in the last 30 days",
    ),
    (
        "price_lowered",
        {},
        "Price lowered by 10 % or more",
        "For who looked at it, or had it in a cart",
        "When a price falls by at least 10 %, for those who looked at it or had it in a cart in the last 30 days",
    ),
    (
        "price_lowered",
        {"whom": "carted", "least": 20},
        "Price lowered by 20 % or more",
        "For those who had it in a cart",
        "When a price falls by at least 20 %, for those who had it in a cart in the last 30 days",
    ),
    (
        "date_reached",
        {},
        "On the birthday",
        "At 09:00, on the customer's clock",
        "On the birthday at 09:00",
    ),
    (
        "date_reached",
        {"when": "before", "days": 1},
        "1 day before the birthday",
        "At 09:00, on the customer's clock",
        "1 day before the birthday at 09:00",
    ),
    (
        "date_reached",
        {"when": "after", "days": 2},
        "2 days after the birthday",
        "At 09:00, on the customer's clock",
        "2 days after the birthday at 09:00",
    ),
    (
        "segment_entered",
        {"rules": rules(("customer.orders_count", "at_least", 3))},
        "Number of orders so far at least 3",
        "As soon as this becomes true",
        "When this becomes true of a customer: number of orders so far at least 3",
    ),
    (
        "segment_entered",
        {},
        "Comes into a segment",
        "No rule yet",
        "When this becomes true of a customer: …",
    ),
    (
        "order_status",
        {},
        "Order on its way",
        "As soon as the shop says so",
        "When an order is on its way",
    ),
    (
        "order_status",
        {"status": "order.refunded"},
        "Order refunded",
        "As soon as the shop says so",
        "When an order is refunded",
    ),
    (
        "stock_low",
        {},
        "Only 5 pieces left",
        "Any product",
        "When only 5 pieces of a product are left",
    ),
    (
        "stock_low",
        {"least": 1, "scope": "chosen", "products": ["p1"]},
        "Only 1 piece left",
        "1 chosen product",
        "When only 1 piece of Notebook is left",
    ),
    (
        "api_event",
        {"event": "points-earned"},
        "Another system says so",
        "“points-earned” by the API",
        "When another system says “points-earned” of a customer",
    ),
    (
        "api_event",
        {},
        "Another system says so",
        "No name written yet",
        "When another system says “…” of a customer",
    ),
    ("end", {}, "End here", "Nothing more for this customer", "End here"),
]


@pytest.mark.parametrize(
    ("name", "settings", "title", "line", "sentence"), CARDS, ids=lambda each: str(each)[:40]
)
def test_a_card_says_what_its_step_does(
    name: str, settings: dict[str, Any], title: str, line: str, sentence: str
) -> None:
    held = {**kind(name).defaults(), **settings}
    card = kind(name).card(held, NAMES)
    assert (say(card.title), say(card.line), say(kind(name).sentence(held, NAMES))) == (title, line, sentence)


def test_every_kind_is_in_the_table_above() -> None:
    assert {name for name, *_rest in CARDS} == {each.name for each in KINDS}
