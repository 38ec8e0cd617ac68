"""A figure: what was measured, against what was promised."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """One measure. It is met when the value is at the most the target, or at the least where `better` is "more"."""

    figure: str
    value: float
    unit: str
    target: float
    better: Literal["less", "more"] = "less"

    @property
    def ok(self) -> bool:
        """Whether the target is met."""
        return self.value <= self.target if self.better == "less" else self.value >= self.target

    def line(self) -> str:
        """Return the figure as one line of JSON."""
        told = {name: value for name, value in asdict(self).items() if name != "better"}
        return json.dumps({**told, "ok": self.ok}, ensure_ascii=False)


def summary(figures: list[Figure]) -> str:
    """Return how many targets are met."""
    return f"{sum(figure.ok for figure in figures)} of {len(figures)} targets met"
