"""What both databases can keep, and nothing else, is let in."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import reduce
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


# What a text of JSON can say and no database keeps, or not as it is.
bad = (
    st.integers(2**53 + 1, 2**60)
    | st.sampled_from(["\x00", "a\ud800b", "\udfff", "x" * (strict.LONGEST_TEXT + 1)])
    | st.sampled_from([*strict.FORBIDDEN_KEYS, "x" * 201, "\x00"]).map(lambda name: {name: 1})
    | st.integers(1, 40).map(lambda depth: reduce(lambda inner, _: [inner], range(depth), 1))
)
mixed = st.recursive(
    scalars | keys | bad, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)
)


def refusal(read: Callable[[], Any]) -> str:
    try:
        read()
    except strict.Unreadable as unreadable:
        return str(unreadable)
    return ""


@given(mixed, st.booleans())
def test_what_is_read_is_what_the_check_lets_in(value: Any, escaped: bool) -> None:
    raw = json.dumps(value, ensure_ascii=escaped)
    assert bool(refusal(lambda: strict.parse(raw))) == bool(refusal(lambda: strict.check(value)))


@pytest.mark.parametrize("name", [r"\u005f_proto__", r"prot\u006Ftype", r"\u0000", r"\uD83d", "x" * 201])
def test_a_name_is_refused_however_it_is_spelled(name: str) -> None:
    assert refusal(lambda: strict.parse(f'[{{"{name}": 1}}]')) == strict.BAD_NAME


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "9007199254740993", "1" + "0" * 30])
def test_a_number_that_no_database_keeps_is_refused_in_words(number: str) -> None:
    assert refusal(lambda: strict.parse(f'{{"a": [{number}]}}')) == strict.BAD_NUMBER


@pytest.mark.parametrize(
    "value", [float("nan"), 2**53 + 1, "\x00", {1: 2}, {"constructor": 1}, object(), {"x" * 201: 1}]
)
def test_what_a_database_would_change_is_refused(value: Any) -> None:
    with pytest.raises(strict.Unreadable):
        strict.check({"kept": [value]})
