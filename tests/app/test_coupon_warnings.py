"""What is said about a coupon where it is chosen."""

from __future__ import annotations

import pytest

from app.models import Coupon, Email
from app.views.coupon_warnings import of_step, of_template
from graph.model import Graph
from tests.app.rows import NOON, a_flow, a_shop, kept


def drawn(coupon, trigger="cart_abandoned", kind="give_coupon", **told):
    settings = {"cart_abandoned": {"after": {"amount": 2, "unit": "hours"}}}.get(trigger, {})
    return {"format": 1, "nodes": [{"id": "n1", "kind": trigger, "settings": settings},
                                   {"id": "n2", "kind": kind, "settings": {"coupon": coupon.id} | told}],
            "edges": [{"from": "n1", "port": "next", "to": "n2"}], "settings": {}}  # fmt: skip


def a_coupon(shop, **told):
    told = {
        "name": "Ten",
        "kind": "percent",
        "value": 10,
        "prefix": "TEN",
        "personal": False,
        "created_at": NOON,
    } | told
    return kept(Coupon(shop_id=shop.id, **told))


def said(coupon, shop, **told):
    graph = drawn(coupon, **told)
    return of_step(a_flow(shop, graph=graph), Graph.from_json(graph), "n2")


@pytest.fixture
def shop(app):
    return a_shop()


@pytest.mark.rule("CART-21")
@pytest.mark.parametrize(("limit", "warns"), [(1, True), (2, False), (None, False)])
def test_a_code_that_works_once_in_all_is_no_good_in_a_recovery(shop, limit, warns):
    words = said(a_coupon(shop, usage_limit=limit), shop)
    assert any("only once in all" in each for each in words) is warns


@pytest.mark.rule("OFFER-07")
def test_a_code_that_two_automations_give_is_told(shop):
    coupon = a_coupon(shop)
    a_flow(shop, name="Thank you", graph=drawn(coupon))
    assert any("“Thank you”" in each for each in said(coupon, shop))


def test_another_shops_automation_is_nobodys_business(shop):
    coupon = a_coupon(shop)
    a_flow(a_shop("Other"), name="Theirs", graph=drawn(coupon))
    assert not any("Theirs" in each for each in said(coupon, shop))


@pytest.mark.rule("C10")
@pytest.mark.parametrize(("block", "warns"), [({"kind": "coupon", "text": "For you"}, False),
                                              ({"kind": "text", "text": "{{ coupon.code }}"}, False),
                                              ({"kind": "text", "text": "A present awaits you"}, True)])  # fmt: skip
def test_a_code_that_no_message_shows_is_told_for_it_must_be_there_to_be_copied(shop, block, warns):
    design = {"en": {"subject": "Yours", "preheader": "", "blocks": [block]}}
    email = kept(Email(shop_id=shop.id, name="Yours", content=design, updated_at=NOON))
    graph = drawn(a_coupon(shop, personal=True))
    graph["nodes"].append({"id": "n3", "kind": "send_email", "settings": {"email": email.id}})
    graph["edges"].append({"from": "n2", "port": "next", "to": "n3"})
    words = of_step(a_flow(shop, graph=graph), Graph.from_json(graph), "n2")
    assert [each for each in words if "nobody would learn it" in each] == words and bool(words) is warns


@pytest.mark.rule("C10")
def test_an_offer_shows_its_code_by_itself(shop):
    assert said(a_coupon(shop, personal=True), shop, kind="grant_offer", title="A present") == []


@pytest.mark.rule("OFFER-11")
@pytest.mark.parametrize(
    ("title", "warns"), [("Use TEN today", True), ("A present", False), ("Ten days of TENTS", False)]
)
def test_a_banner_that_spells_its_code_is_told(shop, title, warns):
    words = said(a_coupon(shop), shop, kind="grant_offer", title=title)
    assert any("contain the code" in each for each in words) is warns


def test_personal_codes_have_none_of_these_troubles(shop):
    coupon = a_coupon(shop, personal=True)
    a_flow(shop, name="Thank you", graph=drawn(coupon))
    assert said(coupon, shop, kind="grant_offer", title="TEN") == []


@pytest.mark.rule("CART-20")
def test_a_template_says_it_before_anything_is_made(shop):
    coupon = a_coupon(shop, usage_limit=1)
    a_flow(shop, name="Thank you", graph=drawn(coupon))
    words = of_template(shop.id, Graph.from_json(drawn(coupon)))
    assert len(words) == 2 and "only once in all" in words[0] and "“Thank you”" in words[1]
