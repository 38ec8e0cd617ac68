"""Effects: what a run asks of the world.

Knows what is asked, and by which node. Must not know how it is done; workers carry it out once, under the
key (run, node, visit).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class SendMessage:
    """Prepare one message from the design `email`."""

    node: str
    email: int


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
    """Tell the shop's staff; `text` is what the merchant wrote."""

    node: str
    text: str


Effect: TypeAlias = SendMessage | IssueCoupon | TagCustomer | NotifyStaff
