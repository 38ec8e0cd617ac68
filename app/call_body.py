"""The body of a note to another system: what `Tell another system` says, in a rehearsal as in earnest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.models import Flow

TOLD = ("cart", "order", "product", "coupon")


def body(
    text: str, customer_id: int, flow: Flow, known: Mapping[str, Any], at: datetime, indent: int | None = None
) -> str:  # fmt: skip
    """Return it as JSON: who, by which automation, and what it is about. `known`: what a message might say of them."""
    about = {name: known[name] for name in TOLD if known.get(name)}
    who = known["customer"] | {"id": customer_id}
    data = {"text": text, "customer": who, "automation": {"id": flow.id, "name": flow.name}, **about}
    whole = {"type": "customer.reached_step", "timestamp": at.isoformat(), "data": data}
    return json.dumps(whole, default=_plain, ensure_ascii=False, indent=indent)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
