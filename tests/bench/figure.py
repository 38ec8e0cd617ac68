"""A figure: what was measured, against what was promised."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any, Literal


@dataclass(frozen=True)
class Figure:
    """One measure. It is met when the value is at the most the target, or at the least where `better` is "more".

    `floor` is the value that must not be missed, `target` the one that is aimed at. `beside` is what ran beside it in
    the same run and what both came to: a `peer`, or the `limit` that the raw driver or server sets.
    """

    figure: str
    value: float
    unit: str
    target: float
    better: Literal["less", "more"] = "less"
    floor: float | None = None
    beside: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the target is met."""
        return self._meets(self.target)

    @property
    def passable(self) -> bool:
        """Whether the floor is met; the target's where there is none."""
        return self._meets(self.target if self.floor is None else self.floor)

    def _meets(self, bound: float) -> bool:
        return self.value <= bound if self.better == "less" else self.value >= bound

    def line(self) -> str:
        """Return the figure as one line of JSON."""
        told = {"figure": self.figure, "value": rounded(self.value), "unit": self.unit}
        floor = {} if self.floor is None else {"floor": self.floor}
        return json.dumps(
            {**told, **floor, "target": self.target, "ok": self.ok, **self.beside}, ensure_ascii=False
        )


def summary(figures: list[Figure]) -> str:
    """Return how many targets are met."""
    return f"{sum(figure.ok for figure in figures)} of {len(figures)} targets met"


def rounded(value: float) -> float:
    """Return three digits that mean something: more would only say how noisy the machine is."""
    return float(f"{value:.3g}") if abs(value) < 1000 else round(value)


def middle(measure: Callable[[], list[Figure]], times: int) -> list[Figure]:
    """Measure several times and return the run whose value is the middle one, of each figure, with what ran beside."""
    runs = [measure() for _run in range(times)]
    return [_middle(list(same)) for same in zip(*runs, strict=True)]


def _middle(same: list[Figure]) -> Figure:
    """Return the figure nearest to the median, with the median as its value: the mean of two where runs are even."""
    half = median(each.value for each in same)
    nearest = min(same, key=lambda each: abs(each.value - half))
    return replace(nearest, value=half)
