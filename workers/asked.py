"""Asked: what runs ask of the world, each with the run and the visit that ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from graph.effects import Effect

E = TypeVar("E")


class Asked(NamedTuple):
    """One effect with the run (a row of `run`) and the visit that asked for it."""

    run: Any
    visit: int
    effect: Effect

    @property
    def key(self) -> str:
        """What names it for good: asked for twice, it is the same."""
        return f"{self.run.id}:{self.effect.node}:{self.visit}"


def of(kind: type[E], asked: Sequence[Asked]) -> list[tuple[Asked, E]]:
    """Return those of one kind, each beside its effect."""
    return [(each, each.effect) for each in asked if isinstance(each.effect, kind)]
