"""Channel: what a way to reach a person must be able to do. Subclass it in one file and register it.

The order never changes. `write` renders; `begin` hands over all that can still be taken back; then the gate is asked,
and `record` writes, in the gate's own transaction, what belongs to our database; `dot` does what nobody can take back,
and `finish` tells how it went. Where the gate says no, `abandon` is called instead.

Several messages may pass one gate: each then has a copy of the channel for itself, from `begin` to `finish`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from workers.background import Background
from workers.letters import Letter


@dataclass(frozen=True, slots=True)
class Reply:
    """How a message ended: sent, failed, or later (it was refused for now, so nothing has left)."""

    state: str
    words: str = ""


class Unwelcome(Exception):
    """The gate let a message pass, but this channel cannot bring it now; `reason` is why. It is skipped."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Channel:
    """One shop's way to reach people, for one message at a time; what it keeps longer is its own affair."""

    name: ClassVar[str]
    together: ClassVar[int] = 1  # how many messages may pass one gate

    def __init__(self, shop_id: int) -> None:
        self.shop_id = shop_id

    def ready(self) -> bool:
        """Return whether there is any way out at all; without one, messages simply stay."""
        return True

    def write(self, message: Any, about: Background, now: datetime, with_code: bool) -> Letter:
        """Return the message (a row) as its reader gets it, written with what it is about; raises Unwritable."""
        raise NotImplementedError

    def begin(self, letter: Letter) -> None:
        """Hand over everything up to the point of no return; raises TransportError, and then nothing was sent."""

    def record(self, message: Any, letter: Letter, now: datetime) -> None:
        """Write down what this message leaves in our database; raises Unwelcome, and then the gate was never passed."""

    def stands(self) -> bool:
        """Whether what was begun can still be ended: the other side has neither spoken nor hung up meanwhile."""
        return True

    def dot(self) -> None:
        """Do what cannot be undone, without waiting to hear how it went."""

    def heard(self, patience: float) -> bool:
        """Whether `finish` will not have to wait, if need be after so many seconds."""
        return True

    def finish(self) -> Reply:
        """Say how it went, after the dot where there was none yet; raises Unanswered when nobody knows."""
        return Reply("sent")

    def abandon(self) -> None:
        """Take back what `begin` handed over."""
