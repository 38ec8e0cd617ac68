"""What both databases can keep, and nothing else, is let in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import strict

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
)
keys = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
# What a prototype chain would swallow is refused, and tested below.
keys = keys.filter(lambda key: key not in strict.FORBIDDEN_KEYS)
values = st.recursive(
    scalars | keys, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)
)


@given(values)
def test_plain_values_pass(value: Any) -> None:
    strict.check(value)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_is_read_or_refused_in_words(raw: str | bytes) -> None:
    try:
        strict.parse(raw)
    except strict.Unreadable as refusal:
        assert str(refusal)


@pytest.mark.parametrize(
    "value", [float("nan"), 2**53 + 1, "\x00", {1: 2}, {"constructor": 1}, object(), {"x" * 201: 1}]
)
def test_what_a_database_would_change_is_refused(value: Any) -> None:
    with pytest.raises(strict.Unreadable):
        strict.check({"kept": [value]})
