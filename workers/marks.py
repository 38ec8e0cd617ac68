"""Marks: what is drawn for a run and yet never changes: its chance at a node, the id of its mails, its codes.

All are HMACs of what they belong to, so that a second try gives the same, and nobody outside can guess.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from flask import current_app

from app.mail_ids import single_id

__all__ = ["call_id", "chance", "code", "of", "single_id"]


def chance(run_id: int) -> Callable[[str], float]:
    """Return what draws for a run: a node's id gives a number from 0 up to, not including, 1."""
    return lambda node: int.from_bytes(_mac(f"chance:{run_id}:{node}")[:6], "big") / 2**48


def of(message: Any) -> dict[str, int]:
    """Return what a line of the log says of a message (a row): numbers, never an address."""
    return {
        "message_id": message.id,
        "run_id": message.run_id,
        "flow_id": message.flow_id,
        "shop_id": message.shop_id,
    }


def call_id(key: str, shop_id: int) -> str:
    """Return the id of a call to another system, the same at each try."""
    return f"msg_{_mac(f'call:{shop_id}:{key}').hex()[:32]}"


def code(run_id: int, visit: int, draw: int) -> str:
    """Return eight letters and digits that nobody misreads, the `draw`-th that this visit may have."""
    number = int.from_bytes(_mac(f"code:{run_id}:{visit}:{draw}")[:8], "big")
    letters = "ACDEFGHJKLMNPQRTUVWXY34679"
    return "".join(letters[number // len(letters) ** place % len(letters)] for place in range(8))


def _mac(text: str) -> bytes:
    return hmac.digest(str(current_app.config["SECRET_KEY"]).encode(), text.encode(), hashlib.sha256)
