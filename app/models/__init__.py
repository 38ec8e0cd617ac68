"""The truth: every table of the product, one noun a file. Importing this room registers them all."""

from __future__ import annotations

from app.clock import Clock
from app.models.audit import Audit
from app.models.bounces import Bounce, Notice
from app.models.calls import Call
from app.models.carts import Cart
from app.models.chats import Chat
from app.models.codes import Code, Redemption
from app.models.confirmations import Confirmation
from app.models.consents import Consent, TopicRefusal
from app.models.coupons import Coupon
from app.models.customers import Customer
from app.models.dailies import Daily, Folded
from app.models.decisions import Decision
from app.models.emails import Email, EmailRevision
from app.models.events import Event, Refusal
from app.models.flows import Flow, Gesture, Version
from app.models.handwritten import Handwritten
from app.models.heartbeats import Heartbeat
from app.models.images import Image
from app.models.inbox import InboxRow
from app.models.interests import Interest
from app.models.invitations import Invitation
from app.models.mail import Mail
from app.models.mail_faults import MailFault
from app.models.messages import Message
from app.models.notices import StaffNotice
from app.models.offers import Offer
from app.models.orders import Order
from app.models.policies import Policy
from app.models.postings import Posting
from app.models.products import Product, ProductMove, ProductView
from app.models.runs import Run, Step
from app.models.sales import Sale
from app.models.segments import Segment, SegmentMember
from app.models.servers import ChannelTrouble, MailServer
from app.models.shops import ApiKey, Shop
from app.models.suppressions import Suppression
from app.models.tags import CustomerTag
from app.models.tallies import Tally
from app.models.tracking import Attribution, Click, Visit
from app.models.users import Login, Membership, User

__all__ = [
    "ApiKey", "Attribution", "Audit", "Bounce", "Call", "Cart", "ChannelTrouble", "Chat", "Click", "Clock",
    "Code", "Confirmation", "Consent", "Coupon", "Customer", "CustomerTag", "Daily", "Decision", "Email",
    "EmailRevision", "Event", "Flow", "Folded", "Gesture", "Handwritten", "Heartbeat", "Image", "InboxRow",
    "Interest", "Invitation", "Login", "Mail", "MailFault", "MailServer", "Membership", "Message", "Notice",
    "Offer", "Order", "Policy", "Posting", "Product", "ProductMove", "ProductView", "Redemption", "Refusal",
    "Run", "Sale", "Segment", "SegmentMember", "Shop", "StaffNotice", "Step", "Suppression", "Tally",
    "TopicRefusal", "User", "Version", "Visit",
]  # fmt: skip
