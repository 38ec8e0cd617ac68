"""Field: one setting of a step, and how raw input becomes the one clean JSON value that is stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from graph.problem import References
from graph.words import Complaint, M, Words


class FieldError(Complaint):
    """What is wrong with one value, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One setting. `only_if` is (another field's name, its values for which this one is asked)."""

    name: str
    label: str
    help: str = ""
    default: Any = None
    required: bool = True
    only_if: tuple[str, tuple[Any, ...]] | None = None
    ask: str = M("Fill this in.")

    type: ClassVar[str] = ""
    several: ClassVar[bool] = False  # whether the value is a list, so that an empty one is an answer

    def applies(self, settings: Mapping[str, Any]) -> bool:
        """Return whether this field is asked at all, given its neighbours' values."""
        return self.only_if is None or settings.get(self.only_if[0]) in self.only_if[1]

    def blank(self, raw: Any) -> bool:
        """Return whether nothing has been filled in."""
        return raw is None or raw == [] or raw == {} or (isinstance(raw, str) and not raw.strip())

    def clean(self, raw: Any) -> Any:
        """Return the value to store, JSON all through; raise FieldError with a sentence."""
        raise NotImplementedError

    def readable(self, raw: Any, otherwise: Any = None) -> Any:
        """Return the clean value, or `otherwise` for one that is blank or cannot be read."""
        if self.blank(raw):
            return [] if raw == [] and self.several else otherwise
        try:
            return self.clean(raw)
        except FieldError:
            return otherwise

    def missing(self, value: Any, references: References) -> Words | None:
        """Return a sentence when a clean value names something that no longer exists."""
        return None


def whole(raw: Any) -> int:
    """Return `raw` as a whole number, from a number or from a form's text; raise FieldError."""
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 2**53:
        return raw
    if isinstance(raw, str) and re.fullmatch(r"\s*-?\d{1,15}\s*", raw, re.ASCII):
        return int(raw)
    raise FieldError(M("Write a whole number."))


def many(raw: Any) -> Iterable[Any]:
    """Return `raw` as a list: itself, or a list of one; raise FieldError for anything but texts and numbers in it."""
    parts = raw if isinstance(raw, list | tuple) else [raw]
    if len(parts) > 1000 or any(not isinstance(part, str | int) for part in parts):
        raise FieldError(M("Choose from the list."))
    return parts
