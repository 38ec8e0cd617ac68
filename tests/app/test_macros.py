"""The pieces of a page say to a screen reader what they show to the eye."""

from __future__ import annotations

from itertools import pairwise

import pytest
from flask import Flask
from wtforms import BooleanField, Form, RadioField, StringField

from graph.geometry import layout
from graph.model import Graph


class Sample(Form):
    name = StringField("Name", description="Customers see it.")
    agree = BooleanField("I agree")
    kind = RadioField("Kind", choices=["One", "Two"])


def drawn(app: Flask, template: str, **values: object) -> str:
    """Return what a template that has all macros at hand renders."""
    given = '{% import "macros.html" as m %}{% import "macros/miniature.html" as small %}'
    with app.test_request_context():
        return app.jinja_env.from_string(given + template).render(values)


def test_a_field_ties_its_help_and_its_error_to_the_control(app: Flask) -> None:
    form = Sample()
    form.name.errors = ["Give it a name."]
    field = drawn(app, "{{ m.field(form.name, maxlength=80) }}", form=form)
    assert 'aria-describedby="name-help name-error"' in field
    assert 'aria-invalid="true"' in field
    assert 'maxlength="80"' in field
    assert "Give it a name." in field


def test_a_refused_field_asks_for_the_cursor_so_that_a_phone_scrolls_to_the_reason(app: Flask) -> None:
    form = Sample()
    for refused in (form.name, form.agree, form.kind):
        refused.errors = ["Not like this."]
        assert drawn(app, "{{ m.field(refused) }}", refused=refused).count(" autofocus") == 1
        refused.errors = []
        assert "autofocus" not in drawn(app, "{{ m.field(refused) }}", refused=refused)


def test_a_field_without_error_claims_none(app: Flask) -> None:
    field = drawn(app, "{{ m.field(form.name) }}", form=Sample())
    assert "aria-invalid" not in field
    assert 'aria-describedby="name-help"' in field


def test_a_tick_and_a_choice_carry_their_words(app: Flask) -> None:
    pieces = drawn(app, "{{ m.field(form.agree) }}{{ m.field(form.kind) }}", form=Sample())
    assert '<label class="check"><input id="agree"' in pieces
    assert "<legend>Kind</legend>" in pieces


def test_what_a_merchant_typed_comes_out_inert(app: Flask) -> None:
    pieces = drawn(
        app, "{{ m.empty(x, x) }}{{ m.tag(x) }}{{ m.button(x, title=x) }}{{ m.toast(x) }}", x="<script>"
    )
    assert "<script>" not in pieces


@pytest.mark.parametrize(
    ("state", "word"), [("live", "On"), ("off", "Off"), ("paused", "Paused"), ("draft", "Draft")]
)
def test_each_state_is_a_word_and_not_a_colour_alone(app: Flask, state: str, word: str) -> None:
    assert f"<span>{word}</span>" in drawn(app, "{{ m.pill(state) }}", state=state)


def test_a_pause_says_why(app: Flask) -> None:
    assert "Paused: code expired" in drawn(app, '{{ m.pill("paused", "code expired") }}')


def test_a_button_with_only_an_icon_has_a_name(app: Flask) -> None:
    assert '<span class="sr-only">Undo</span>' in drawn(
        app, '{{ m.button("Undo", "undo-2", icon_only=true) }}'
    )


@pytest.mark.parametrize(("change", "kind"), [(0.12, "good"), (-0.12, "bad")])
def test_a_gain_is_good_news_and_a_loss_is_not(app: Flask, change: float, kind: str) -> None:
    assert f'stat-change {kind}"' in drawn(app, '{{ m.stat("Orders", 3, change) }}', change=change)


def a_line_of(steps: int) -> Graph:
    waits = [{"id": f"w{i}", "kind": "wait", "settings": {}, "pin": None, "note": ""} for i in range(steps)]
    start = {"id": "start", "kind": "cart_abandoned", "settings": {}, "pin": None, "note": ""}
    ids = [node["id"] for node in (start, *waits)]
    edges = [{"from": one, "port": "next", "to": other} for one, other in pairwise(ids)]
    return Graph.from_json({"format": 1, "nodes": [start, *waits], "edges": edges, "settings": {}})


@pytest.mark.parametrize(("steps", "fades"), [(0, False), (2, False), (9, True)])
def test_a_miniature_shows_each_card_and_fades_when_it_is_long(app: Flask, steps: int, fades: bool) -> None:
    graph = a_line_of(steps)
    sorts = {node.id: "wait" for node in graph.nodes}
    picture = drawn(app, "{{ small.miniature(layout, sorts) }}", layout=layout(graph), sorts=sorts)
    assert picture.count("miniature-card") == steps + 1
    assert ("miniature-long" in picture) == fades
