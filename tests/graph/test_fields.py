"""Fields turn what was typed into one clean value, or say what is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import fields
from graph.catalogue import KINDS
from graph.fields import FieldError, span
from graph.problem import References
from graph.words import say

SAID: dict[str, Any] = {"name": "it", "label": "It"}
TEXT = fields.Text(**SAID)
OPTIONS = (("a", "First"), ("b", "Second"))
ALL: dict[str, fields.Field] = {
    each.type: each
    for each in (
        TEXT,
        fields.LongText(**SAID),
        fields.Number(**SAID),
        fields.Percent(**SAID),
        fields.Duration(**SAID),
        fields.Choice(**SAID, options=OPTIONS),
        fields.YesNo(**SAID),
        fields.TimeOfDay(**SAID),
        fields.Weekdays(**SAID),
        fields.Products(**SAID),
        fields.EmailChoice(**SAID),
        fields.CouponChoice(**SAID),
        fields.Tags(**SAID),
        fields.Conditions(**SAID),
        fields.Events(**SAID, options=OPTIONS),
    )
}

CLEAN: list[tuple[str, Any, Any]] = [
    ("text", "  Café  ", "Café"),
    ("text", "Cafe\u0301", "Café"),
    ("long_text", "a\r\nb", "a\nb"),
    ("number", " 12 ", 12),
    ("number", 0, 0),
    ("percent", "50", 50),
    ("duration", {"amount": "2", "unit": "hours"}, {"amount": 2, "unit": "hours"}),
    ("duration", {"amount": 52, "unit": "weeks"}, {"amount": 52, "unit": "weeks"}),
    ("choice", "b", "b"),
    ("yes_no", "on", True),
    ("yes_no", "", False),
    ("yes_no", None, False),
    ("time_of_day", "9:05", "09:05"),
    ("time_of_day", "23h59", "23:59"),
    ("time_of_day", "08:00:00", "08:00"),
    ("weekdays", ["4", 0, 4], [0, 4]),
    ("weekdays", "2", [2]),
    ("weekdays", [], []),
    ("products", ["p1", "p1", 7], ["p1", "7"]),
    ("email", "3", 3),
    ("coupon", 4, 4),
    ("tags", "loyal, tea ,loyal", ["loyal", "tea"]),
    ("events", ["b", "a"], ["a", "b"]),
]

WRONG: list[tuple[str, Any]] = [
    ("text", 5),
    ("text", "x" * 201),
    ("text", "two\nlines"),
    ("text", "a\u202eb"),
    ("text", "a\x07b"),
    ("text", "\ud800"),
    ("number", "1.5"),
    ("number", True),
    ("number", 1.0),
    ("number", -1),
    ("number", "９"),
    ("number", 10**7),
    ("percent", 0),
    ("percent", 100),
    ("duration", "2 hours"),
    ("duration", {"amount": 0, "unit": "hours"}),
    ("duration", {"amount": 2, "unit": "years"}),
    ("duration", {"amount": 400, "unit": "days"}),
    ("duration", {"unit": "days"}),
    ("duration", {"amount": 10**14, "unit": "weeks"}),
    ("duration", {"amount": 1, "unit": ["days"]}),
    ("choice", "c"),
    ("choice", ["a"]),
    ("yes_no", "perhaps"),
    ("time_of_day", "24:00"),
    ("time_of_day", "9"),
    ("time_of_day", 9),
    ("weekdays", [7]),
    ("weekdays", ["x"]),
    ("weekdays", {"a": 1}),
    ("products", [["p"]]),
    ("products", ["p"] * 1001),
    ("products", [str(number) for number in range(101)]),
    ("email", "first"),
    ("coupon", None),
    ("tags", ["x" * 41]),
    ("events", ["c"]),
    ("events", [["a"]]),
    ("conditions", {"rules": [{"subject": "moon"}]}),
]


@pytest.mark.parametrize(("type", "raw", "value"), CLEAN)
def test_a_good_value_is_cleaned(type: str, raw: Any, value: Any) -> None:
    assert ALL[type].clean(raw) == value


@pytest.mark.parametrize(("type", "raw"), WRONG)
def test_a_wrong_value_gets_a_sentence(type: str, raw: Any) -> None:
    with pytest.raises(FieldError) as error:
        ALL[type].clean(raw)
    assert str(error.value).endswith(".")


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(st.sampled_from(sorted(ALL)), junk)
def test_anything_is_cleaned_for_good_or_refused(type: str, raw: Any) -> None:
    try:
        value = ALL[type].clean(raw)
    except FieldError:
        return
    assert ALL[type].clean(value) == value


def test_blank_is_nothing_filled_in_and_zero_is_something() -> None:
    assert [TEXT.blank(raw) for raw in (None, "", "  ", [], {}, 0, False, "x")] == [True] * 5 + [False] * 3
    assert ALL["conditions"].blank({"match": "all", "rules": []})


def test_a_field_is_asked_only_beside_certain_answers() -> None:
    asked = fields.Text(**SAID, only_if=("mode", ("set",)))
    assert asked.applies({"mode": "set"})
    assert not asked.applies({"mode": "any"})


def test_what_no_longer_exists_is_missed() -> None:
    shop = References(
        emails=frozenset({1}),
        coupons=frozenset({2, 3}),
        usable_coupons=frozenset({2}),
        products=frozenset({"p"}),
    )
    assert ALL["email"].missing(1, shop) is None
    assert "no longer exists" in say(ALL["email"].missing(9, shop))
    assert ALL["coupon"].missing(2, shop) is None
    assert "cannot be used" in say(ALL["coupon"].missing(3, shop))
    assert "no longer exists" in say(ALL["coupon"].missing(9, shop))
    assert ALL["products"].missing(["p"], shop) is None
    assert "no longer in the shop" in say(ALL["products"].missing(["p", "q"], shop))


def test_a_duration_is_a_span() -> None:
    assert span({"amount": 2, "unit": "weeks"}) == timedelta(days=14)


def test_every_type_of_field_is_in_the_table_above() -> None:
    assert {name for name in fields.__all__ if isinstance(getattr(fields, name), type)} - {
        "Field",
        "FieldError",
        "WebAddress",  # a Text with a rule of its own, below
        "Picture",  # a WebAddress that is asked for otherwise
    } == {type(each).__name__ for each in ALL.values()}


@pytest.mark.parametrize("address", ["https://erp.example/hook", "http://10.0.0.1:8080/a?b=c"])
def test_an_address_on_the_web_is_kept_as_it_is(address: str) -> None:
    assert fields.WebAddress(**SAID).clean(f" {address} ") == address


@pytest.mark.parametrize(
    "address", ["erp.example", "ftp://erp.example", "https://a@b.example", "javascript:alert(1)"]
)
def test_what_is_no_address_on_the_web_gets_a_sentence(address: str) -> None:
    with pytest.raises(FieldError, match="Write the whole address"):
        fields.WebAddress(**SAID).clean(address)


@pytest.mark.parametrize(
    "each", [field for kind in KINDS for field in kind.fields], ids=lambda field: field.name
)
def test_every_default_is_clean(each: fields.Field) -> None:
    assert each.label
    assert each.default is None or each.clean(each.default) == each.default
