"""Problem: what stops publishing, and what is looked up to find it.

Knows shapes only; the checks live in validation.py and on the kinds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.words import Words


@dataclass(frozen=True)
class Problem:
    """One sentence about one step (`node` None: the whole flow) and, where one is at fault, its field."""

    node: str | None
    field: str | None
    text: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def words(self) -> Words:
        """The sentence, ready to be said."""
        return Words(self.text, self.values)


@dataclass(frozen=True)
class References:
    """What exists in this shop. `usable_coupons` None: every coupon that exists may be given.

    `unofferable_coupons` are those that an offer in the shop's own pages may not promise (OFFER-04, OFFER-05).
    """

    emails: frozenset[int] = frozenset()
    coupons: frozenset[int] = frozenset()
    products: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    usable_coupons: frozenset[int] | None = None
    unofferable_coupons: frozenset[int] = frozenset()
