"""A concern: one thing that stands still, in one sentence, with what to press. And whose concerns are shown.

Knows their shape. Must not know what can stand still.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for

from app.models import Shop


@dataclass(frozen=True, slots=True)
class Act:
    """Something to press. `question`: what it would do, asked before."""

    text: str
    icon: str
    href: str
    question: str = ""
    posts: bool = True


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that stands still: what, why, since when, and what to press. `kind` is one of KINDS."""

    kind: str
    icon: str
    sort: str
    said: str
    why: str = ""
    since: datetime | None = None
    shop: str = ""
    acts: tuple[Act, ...] = ()
    look: tuple[str, str] | None = None  # words and address of where to see more


@dataclass(frozen=True)
class Scope:
    """Whose concerns: one shop's, or (shop None) those of the whole instance. `now`: the time there. Names by id."""

    shop: Shop | None
    now: datetime
    real: datetime
    flows: Mapping[int, str] = field(default_factory=dict)
    shops: Mapping[int, str] = field(default_factory=dict)

    @property
    def id(self) -> int | None:
        """The shop's id, or None for all."""
        return self.shop.id if self.shop else None

    def named(self, flow_id: int | None) -> str:
        """Return how a flow is called."""
        return self.flows.get(flow_id or 0, "")

    def where(self, shop_id: int) -> str:
        """Return the shop's name where several are shown, else nothing."""
        return "" if self.shop else self.shops.get(shop_id, "")

    def page(self, text: str, endpoint: str, **values: Any) -> tuple[str, str] | None:
        """Return a way to a page of this shop; there is none into another's."""
        return (text, url_for(endpoint, **values)) if self.shop else None


def act(scope: Scope, text: str, icon: str, verb: str, question: str = "", **ids: Any) -> Act:
    """Return what a POST to one of the status page's verbs would do, of this scope's."""
    everywhere = {} if scope.shop else {"all": 1}
    return Act(text, icon, url_for(f"status.{verb}", **ids, **everywhere), question)
