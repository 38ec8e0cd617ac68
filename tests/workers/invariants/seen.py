"""What was seen from outside: the mails that were accepted, what was answered to whom and when, what was gone through.

Whatever was not looked at is None, and the invariants that need it are not asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Accepted:
    """One mail that the mail server took. `marks` are the shops' own words found in it; `at` is the machine's time."""

    id: str
    to: tuple[str, ...]
    unsubscribe: str
    post: str
    marks: tuple[str, ...] = ()
    at: float = 0.0

    @classmethod
    def of(cls, to, mail):
        """Read a mail as a sink inside a test keeps it."""
        return cls(mail["Message-ID"].strip("<>"), tuple(to), mail["List-Unsubscribe"] or "",
                   mail["List-Unsubscribe-Post"] or "")  # fmt: skip

    @classmethod
    def read(cls, line):
        """Read a line of the log of the sink that is a process."""
        return cls(
            line["id"], tuple(line["to"]), line["unsubscribe"], line["post"], tuple(line["marks"]), line["at"]
        )


@dataclass(frozen=True)
class Off:
    """A switch-off that was answered: up to which epoch all is over, when (shop and machine), and what was said."""

    flow_id: int
    epoch: int
    at: datetime
    real: float
    handed_over: int


@dataclass
class Seen:
    """Everything seen. `settled`: all workers were up, and nothing was left to do."""

    mails: list[Accepted] = field(default_factory=list)
    settled: bool = False
    deliveries: dict[int, set[str]] = field(default_factory=dict)  # what the door said yes to, by shop
    said_no: dict[int, datetime] = field(
        default_factory=dict
    )  # when an unsubscription was answered, by customer
    switched: list[Off] = field(default_factory=list)
    most_unknown: int | None = None  # as many mails as faults can have cut off
    marks: dict[int, str] = field(default_factory=dict)  # each shop's own word
    logs: Path | None = None  # where every process wrote
    secrets: tuple[str, ...] = ()  # what must be in no log
    hints: dict[str, int] | None = None  # hints that waited in the broker at the most, by kind
    shown: dict[int, str] | None = None  # what the screens of a shop say to its people, by shop
