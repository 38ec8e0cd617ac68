"""Where shop systems disagree, the answer is a setting, and it stands in the editor in plain words."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Flow
from graph.catalogue import triggers
from graph.flow import AUDIENCES, REENTRY
from graph.model import Graph
from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import a_flow, a_shop
from tests.graph.build import edges, node

KNOWN = ("known e-mail address", "gives an e-mail address", "A known customer")


@pytest.fixture
def shop(app: Flask) -> Any:
    with_pages(app)
    return a_shop()


def opened(app: Flask, shop: Any, *steps: Any) -> tuple[FlaskClient, Flow]:
    """A flow of these steps in a row, and its owner's browser."""
    drawn = Graph(steps, edges(*(f"{one.id} {other.id}" for one, other in pairwise(steps))))
    flow = a_flow(shop, graph=drawn.to_json())
    return a_browser(app, shop), flow


@pytest.mark.rule("C4")
def test_left_means_one_of_three_moments_each_with_its_own_silence_and_a_known_address(
    app: Flask, shop: Any
) -> None:
    swept = [
        kind
        for kind in triggers()
        if kind.event in ("product.abandoned", "cart.abandoned", "checkout.abandoned")
    ]
    assert len(swept) == 3
    for kind in swept:
        owner, flow = opened(app, shop, node("start", kind.name))
        page = owner.get(f"/automations/{flow.id}/steps/start")
        said = words(page)
        assert any(sentence in said for sentence in KNOWN), said
        assert all(unit in said for unit in ("minutes", "hours", "days"))
        assert 'name="after-amount"' in page.get_data(as_text=True)


@pytest.mark.rule("C11")
def test_whom_it_writes_to_is_a_choice_with_a_word_about_the_law(app: Flask, shop: Any) -> None:
    owner, flow = opened(app, shop, node("start", "cart_abandoned"), node("mail", "send_email"))
    said = words(owner.get(f"/automations/{flow.id}/steps/"))
    assert all(title in said for _value, title in AUDIENCES)
    assert "usually allowed without consent; news is not" in said
    assert "the law allows no advertising in it" in words(owner.get(f"/automations/{flow.id}/steps/mail"))
    assert flow.draft["settings"]["audience"] == "subscribers"


@pytest.mark.rule("C12")
def test_who_may_enter_again_is_asked_with_every_rule_that_there_is(app: Flask, shop: Any) -> None:
    owner, flow = opened(app, shop, node("start", "order_placed"))
    said = words(owner.get(f"/automations/{flow.id}/steps/"))
    assert {rule for rule, _title in REENTRY} == {
        "per_key", "once", "period", "not_while_active", "not_while_offer", "unlimited",
    }  # fmt: skip
    assert all(title in said for _rule, title in REENTRY)
    assert "Once in" not in said.replace("Once in a given time", "")
    answer = owner.post(f"/automations/{flow.id}/settings",
                        data={"base": 0, "reentry": "period", "exit": "customer.unsubscribed"})  # fmt: skip
    assert answer.status_code == 200
    assert 'name="period-amount"' in owner.get(f"/automations/{flow.id}/steps/").get_data(as_text=True)


@pytest.mark.rule("C15")
def test_not_opened_is_offered_beside_surer_signs_and_says_so(app: Flask, shop: Any) -> None:
    owner, flow = opened(app, shop, node("start", "cart_abandoned"), node("wait", "wait_for"))
    said = words(owner.get(f"/automations/{flow.id}/steps/wait"))
    for sign in (
        "They open the last e-mail",
        "They follow a link in the last e-mail",
        "They come back to the shop",
    ):
        assert sign in said
    assert "Openings are an estimate" in said and "A followed link or a visit to the shop is surer" in said
    db.session.rollback()
