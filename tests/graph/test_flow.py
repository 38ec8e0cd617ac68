"""The settings of a whole flow: kept in one shape, asked in another, lost in neither."""

from __future__ import annotations

from typing import Any

import pytest

from graph import events, flow
from graph.fields import FieldError
from graph.words import say


def test_the_defaults_of_the_form_and_those_that_are_stored_are_the_same() -> None:
    assert flow.nested(flow.clean(flow.flat(flow.defaults()))) == flow.defaults()
    assert flow.nested(flow.clean({"exit": ["customer.unsubscribed"]})) == flow.defaults()
    assert flow.faults(flow.defaults()) == []


@pytest.mark.rule("REPLY-10")
@pytest.mark.rule("REPLY-11")
@pytest.mark.rule("REPLY-12")
@pytest.mark.rule("OFFER-20")
def test_who_may_enter_again_has_every_answer_of_the_rule_book() -> None:
    rules = [value for value, _title in next(each for each in flow.FIELDS if each.name == "reentry").options]  # type: ignore[attr-defined]
    assert set(rules) == {"unlimited", "once", "period", "not_while_active", "not_while_offer", "per_key"}
    for rule in rules:
        stored = flow.nested(flow.clean({"reentry": rule, "period": {"amount": 24, "unit": "hours"}}))
        assert stored["reentry"]["rule"] == rule
    assert flow.nested(flow.clean({"reentry": "period", "period": {"amount": 24, "unit": "hours"}}))[
        "reentry"
    ] == {
        "rule": "period",
        "every": 24,
        "unit": "hours",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("audience", "all"),
        ("goal", ["moon.landed"]),
        ("exit", "x"),
        ("latest", {"amount": 0, "unit": "days"}),
        ("on_deactivate", 1),
    ],
)
def test_what_is_wrong_is_refused_by_the_form_and_found_in_what_is_stored(name: str, value: Any) -> None:
    with pytest.raises(FieldError):
        flow.clean({name: value})
    assert [field for field, _words in flow.faults({**flow.defaults(), name: value})] == [name]


@pytest.mark.parametrize("odd", [None, [], "x", 5])
def test_stored_settings_of_any_shape_can_be_shown(odd: Any) -> None:
    stored = flow.complete(dict.fromkeys(flow.defaults(), odd))
    assert set(flow.flat(stored)) == {each.name for each in flow.FIELDS}
    flow.faults(stored)


def test_an_older_flow_gets_defaults_for_what_it_lacks_and_loses_what_none_has() -> None:
    assert flow.complete({"audience": "everyone", "colour": "red"}) == {
        **flow.defaults(),
        "audience": "everyone",
    }


def test_every_event_has_words_for_a_list_and_for_a_sentence() -> None:
    for name, (title, _part) in events.EVENTS.items():
        assert title[0].isupper()
        assert say(events.told(name))[0].islower()
    assert say(events.told(None)) == say(events.told("moon.landed")) == "…"
