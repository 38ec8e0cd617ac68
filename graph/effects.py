"""Effects: what a run asks of the world.

Knows what is asked, and by which node. Must not know how it is done; workers carry it out once, under the
key (run, node, visit).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class SendMessage:
    """Prepare one message from the design `email`, about `topic` (graph.topics)."""

    node: str
    email: int
    topic: str = "news"


@dataclass(frozen=True)
class IssueCoupon:
    """Reserve a code of `coupon` for this customer; the messages that follow may show it."""

    node: str
    coupon: int


@dataclass(frozen=True)
class TagCustomer:
    """Add (or, with `add` false, remove) one tag."""

    node: str
    tag: str
    add: bool = True


@dataclass(frozen=True)
class NotifyStaff:
    """Tell the shop's staff; `text` is what the merchant wrote, `by` is email, app or both."""

    node: str
    text: str
    by: str = "both"


@dataclass(frozen=True)
class SendChat:
    """Prepare one chat message; `text` is the merchant's wording."""

    node: str
    text: str
    topic: str = "news"


@dataclass(frozen=True)
class GrantOffer:
    """Prepare one banner in the shop, for the code that the same visit was given."""

    node: str
    title: str
    text: str = ""
    image: str = ""


@dataclass(frozen=True)
class CallWebhook:
    """Call another system at `url`; `text` is a word that it is told."""

    node: str
    url: str
    text: str = ""


Effect: TypeAlias = (
    SendMessage | SendChat | GrantOffer | IssueCoupon | TagCustomer | NotifyStaff | CallWebhook
)
