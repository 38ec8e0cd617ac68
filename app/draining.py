"""Draining: after a switch-off, waits until the mail server has answered for all that it already had in hand.

What has passed its gate cannot be called back. Whoever is told "it is off" must not see an e-mail leave later.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from app import clock
from app.extensions import db
from app.models import Message

PATIENCE = 20.0  # seconds; somebody waits for the page
LOOKS = (0.02, 0.05, 0.1, 0.2)  # seconds between two looks, the last for all that follow


def drain(flow_id: int, patience: float = PATIENCE, rest: Callable[[float], None] = time.sleep) -> int:
    """Wait until no message of a flow is at its dot, outside any unit; return how many still are when patience ends."""
    began, looks = clock.monotonic(), iter(LOOKS)
    while True:
        left = Message.at_the_dot(flow_id)
        db.session.rollback()  # nobody is kept waiting meanwhile, and the next look sees what is new
        if not left or clock.monotonic() - began >= patience:
            return left
        rest(next(looks, LOOKS[-1]))
