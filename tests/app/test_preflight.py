"""Before it is turned on: who writes, by which server, with which coupon, to whom; each with the way to mend it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app import clock
from app.extensions import db
from app.models import Code, Coupon
from app.views import preflight
from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import GRAPH, NAMELESS, a_customer, a_flow, a_run, a_shop, kept


@pytest.fixture
def pages(app):
    with_pages(app)
    with app.test_request_context():
        yield app


def hrefs(found):
    return [lack.href for lack in found]


@pytest.mark.rule("AUTO-03")
def test_the_sender_is_asked_for_where_it_is_kept(pages):
    poor = a_shop(**NAMELESS)
    assert "/settings#sender_email" in hrefs(preflight.lacks(a_flow(poor), poor))


@pytest.mark.rule("AUTO-03")
def test_without_a_mail_server_or_a_connection_both_are_named(pages):
    shop = a_shop()
    assert hrefs(preflight.unplugged(shop)) == ["/settings/keys", "/settings/mail"]
    assert preflight.unplugged(a_shop(is_demo=True)) == []


@pytest.mark.rule("AUTO-03")
def test_a_coupon_that_has_ended_leads_to_its_own_page(pages):
    shop = a_shop()
    ended = kept(Coupon(shop_id=shop.id, name="Old", kind="percent", value=10, created_at=clock.real(),
                        ends_at=clock.real()))  # fmt: skip
    gift = {"id": "n9", "kind": "give_coupon", "settings": {"coupon": ended.id}}
    graph = {**GRAPH, "nodes": [*GRAPH["nodes"], gift],
             "edges": [*GRAPH["edges"], {"from": "n3", "port": "next", "to": "n9"}]}  # fmt: skip
    assert f"/coupons/{ended.id}" in hrefs(preflight.lacks(a_flow(shop, graph=graph), shop))


@pytest.mark.rule("AUTO-03")
def test_where_nobody_has_agreed_it_says_that_it_writes_to_nobody(pages):
    shop = a_shop()
    flow = a_flow(shop, graph={**GRAPH, "settings": {"audience": "subscribers"}})
    assert hrefs(preflight.willing(flow, shop)) == [f"/automations/{flow.id}/edit"]
    a_customer(shop, consent="subscribed")
    assert preflight.willing(flow, shop) == []
    everyone = a_flow(a_shop("Other"), graph={**GRAPH, "settings": {"audience": "everyone"}})
    assert preflight.willing(everyone, a_shop("Third")) == []


@pytest.mark.rule("REMIND-02")
def test_where_reminders_are_switched_off_none_is_turned_on(pages):
    shop = a_shop()
    flow = a_flow(shop)
    assert preflight.of_instance(flow) == []
    pages.extensions["settings"] = replace(pages.extensions["settings"], features_off=("reminders",))
    assert hrefs(preflight.lacks(flow, shop))[0] == "/settings/about"


@pytest.mark.rule("C6")
def test_switching_off_offers_to_take_codes_back_with_their_number(app):
    with_pages(app)
    shop = a_shop()
    flow = a_flow(shop)
    customer = a_customer(shop)
    run = a_run(flow, customer)
    coupon = kept(Coupon(shop_id=shop.id, name="Ten", kind="percent", value=10, created_at=clock.real()))
    for visit in (1, 2):
        kept(Code(shop_id=shop.id, coupon_id=coupon.id, code=f"TEN-{visit}", run_id=run.id, visit=visit,
                  customer_id=customer.id, state="issued", created_at=clock.real()))  # fmt: skip
    owner = a_browser(app, shop)
    said = "Also take back 2 codes that were given and not used"
    assert said in words(owner.get(f"/automations/{flow.id}"))
    owner.post(f"/automations/{flow.id}/off", data={"revoke": "y"})
    db.session.expire_all()
    assert set(db.session.scalars(db.select(Code.state))) == {"released"}
