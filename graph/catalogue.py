"""Catalogue: the explicit, ordered list of kinds and palette groups. Reading it is reading the product."""

from __future__ import annotations

import difflib

from graph.kind import NodeKind, TriggerKind
from graph.nodes.api_event import ApiEvent
from graph.nodes.call_webhook import CallWebhookKind
from graph.nodes.cart_abandoned import CartAbandoned
from graph.nodes.checkout_abandoned import CheckoutAbandoned
from graph.nodes.condition import Condition
from graph.nodes.customer_subscribed import CustomerSubscribed
from graph.nodes.date_reached import DateReached
from graph.nodes.days_since_order import DaysSinceOrder
from graph.nodes.end import End
from graph.nodes.give_coupon import GiveCoupon
from graph.nodes.grant_offer import GrantOfferKind
from graph.nodes.notify_staff import NotifyStaffKind
from graph.nodes.order_placed import OrderPlaced
from graph.nodes.order_status import OrderStatus
from graph.nodes.price_lowered import PriceLowered
from graph.nodes.product_abandoned import ProductAbandoned
from graph.nodes.segment_entered import SegmentEntered
from graph.nodes.send_chat import SendChatKind
from graph.nodes.send_email import SendEmail
from graph.nodes.split import Split
from graph.nodes.stock_back import StockBack
from graph.nodes.stock_low import StockLow
from graph.nodes.tag import Tag
from graph.nodes.wait import WaitAWhile
from graph.nodes.wait_for import WaitForEvent
from graph.nodes.wait_until import WaitUntil
from graph.words import Complaint, M

# (group, title) in the order of the palette.
GROUPS: tuple[tuple[str, str], ...] = (
    ("trigger", M("Start")),
    ("wait", M("Wait")),
    ("decide", M("Decide")),
    ("do", M("Do")),
)

KINDS: tuple[NodeKind, ...] = (
    CheckoutAbandoned(),
    CartAbandoned(),
    ProductAbandoned(),
    PriceLowered(),
    StockBack(),
    OrderPlaced(),
    OrderStatus(),
    DaysSinceOrder(),
    CustomerSubscribed(),
    DateReached(),
    SegmentEntered(),
    StockLow(),
    ApiEvent(),
    WaitAWhile(),
    WaitUntil(),
    WaitForEvent(),
    Condition(),
    Split(),
    SendEmail(),
    SendChatKind(),
    GiveCoupon(),
    GrantOfferKind(),
    Tag(),
    NotifyStaffKind(),
    CallWebhookKind(),
    End(),
)

_BY_NAME = {kind.name: kind for kind in KINDS}


class UnknownKind(Complaint, KeyError):
    """There is no kind of this name; the sentence suggests the nearest."""


def kind(name: str) -> NodeKind:
    """Return the kind called `name`; raise UnknownKind."""
    found = _BY_NAME.get(name)
    if found is not None:
        return found
    near = difflib.get_close_matches(name[:60], _BY_NAME, n=1, cutoff=0.5)
    if near:
        values = {"name": name[:60], "near": near[0]}
        raise UnknownKind(M("There is no step of the kind “%(name)s”. Did you mean “%(near)s”?"), values)
    raise UnknownKind(M("There is no step of the kind “%(name)s”."), {"name": name[:60]})


def group(name: str) -> tuple[NodeKind, ...]:
    """Return the kinds of one palette group, in order."""
    return tuple(kind for kind in KINDS if kind.group == name)


def triggers() -> tuple[TriggerKind, ...]:
    """Return the kinds that can start a flow, in order."""
    return tuple(kind for kind in KINDS if isinstance(kind, TriggerKind))
