"""Reach: who can be reached from where, and whether anybody goes round."""

from __future__ import annotations

from dataclasses import replace

from graph.model import Edge
from graph.network import circle, reached
from tests.graph.build import diamond, recovery


def test_a_step_reaches_itself_and_all_that_follows() -> None:
    assert reached(diamond(), "left") == {"left", "both"}


def test_a_circle_is_named_in_order_and_a_diamond_is_none() -> None:
    looped = replace(recovery(), edges=(*recovery().edges, Edge("mail", "next", "rich")))
    assert circle(looped) == ["rich", "gift", "mail"]
    assert circle(diamond()) == []
