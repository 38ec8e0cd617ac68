"""What was heard: one happening of one delivery, and when it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.shops.facts import Reading


@dataclass(frozen=True, slots=True)
class Heard:
    """A happening as a shop told it; `at` is when it happened, never in our future."""

    delivery: str
    reading: Reading
    at: datetime

    @property
    def email(self) -> str | None:
        """The normalised address it is about."""
        return self.reading.customer.email if self.reading.customer else None

    @property
    def cart(self) -> str | None:
        """The token of the cart it is about."""
        if self.reading.cart:
            return self.reading.cart.token
        return self.reading.order.cart if self.reading.order else None

    @property
    def order(self) -> str | None:
        """The token of the order it is about."""
        return self.reading.order.token if self.reading.order else None

    @property
    def paid(self) -> bool:
        """Whether it says that an order is paid."""
        return self.reading.event == "order.paid" or bool(self.reading.order and self.reading.order.paid)
