"""Older formats are read; newer ones are refused in words."""

from __future__ import annotations

from typing import Any

import pytest

from graph import upgrades


def test_todays_format_is_left_as_it_is() -> None:
    data = {"format": upgrades.CURRENT, "nodes": []}
    assert upgrades.upgrade(data) is data


def test_every_older_format_has_its_step() -> None:
    assert set(upgrades.UPGRADES) == set(range(1, upgrades.CURRENT))


def test_steps_are_taken_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrades, "CURRENT", 3)
    monkeypatch.setattr(
        upgrades, "UPGRADES", {1: lambda old: {**old, "b": 1}, 2: lambda old: {**old, "c": old["b"] + 1}}
    )
    assert upgrades.upgrade({"format": 1}) == {"format": 1, "b": 1, "c": 2}


@pytest.mark.parametrize("number", [None, 0, 2, "1", True, 1.0])
def test_a_format_that_is_none_is_refused(number: Any) -> None:
    with pytest.raises(upgrades.UnknownFormat, match="another version"):
        upgrades.upgrade({"format": number})
