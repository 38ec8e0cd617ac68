"""Designs to start from: six mails that a shop needs, in each language. The merchant's own copy is theirs to change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

FILE = Path(__file__).with_name("starters.json")
TITLES: Mapping[str, tuple[Any, Any]] = {
    "letter": (_l("A letter"), _l("A few honest lines, as one person writes to another.")),
    "cart": (_l("The cart that waits"), _l("What was left behind, with photos and one button back.")),
    "welcome": (_l("Welcome"), _l("A first hello, a present, and where to begin.")),
    "thanks": (_l("Thank you"), _l("What was ordered, kind words, and what goes with it.")),
    "present": (_l("A present"), _l("A code in large letters, and until when it holds.")),
    "news": (_l("What is new"), _l("A headline, two stories side by side, and what others love.")),
}


@dataclass(frozen=True)
class Starter:
    """One design to start from."""

    name: str
    title: Any
    sentence: Any
    content: Mapping[str, Any]


@cache
def all_starters() -> tuple[Starter, ...]:
    """Return the designs in the order in which they are offered."""
    designs = json.loads(FILE.read_text("utf-8"))
    return tuple(Starter(name, title, said, designs[name]) for name, (title, said) in TITLES.items())


def find(name: str) -> Starter | None:
    """Return the design of this name, or None."""
    return next((starter for starter in all_starters() if starter.name == name), None)
