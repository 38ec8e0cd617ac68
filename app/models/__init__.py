"""The truth: every table of the product, one noun a file. Importing this room registers them all."""

from __future__ import annotations

from app.clock import Clock
from app.models.audit import Audit
from app.models.carts import Cart
from app.models.coupons import Code, Coupon, Redemption
from app.models.customers import Customer, CustomerTag
from app.models.emails import Email
from app.models.events import Event, Refusal
from app.models.flows import Flow, Gesture, Version
from app.models.heartbeats import Heartbeat
from app.models.inbox import InboxRow
from app.models.mail import Mail
from app.models.messages import Message
from app.models.orders import Order
from app.models.products import Product, ProductView
from app.models.runs import Run, Step
from app.models.shops import ApiKey, Shop
from app.models.suppressions import Suppression
from app.models.tracking import Attribution, Click, Visit
from app.models.users import Login, Membership, User

__all__ = [
    "ApiKey", "Attribution", "Audit", "Cart", "Click", "Clock", "Code", "Coupon", "Customer", "CustomerTag", "Email",
    "Event", "Flow", "Gesture", "Heartbeat", "InboxRow", "Login", "Mail", "Membership", "Message", "Order",
    "Product", "ProductView", "Redemption", "Refusal", "Run", "Shop", "Step", "Suppression", "User", "Version",
    "Visit",
]  # fmt: skip
