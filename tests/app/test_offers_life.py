"""An offer that is on: its figures, its suspension, and what is left of it once it is off or gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import Code, Offer, Shop, figures
from app.models.coupons import Bill
from app.models.periods import Period
from app.unit import unit
from tests.app.browsing import a_browser, with_pages, words
from tests.app.offering import NEW, a_coupon, an_offer, granted, only_flow, promise
from tests.app.rows import a_credit, a_customer, a_flow, a_run, a_shop, an_order


@pytest.fixture
def shop(app):
    with_pages(app)
    return a_shop(channel="selling")


def brought(shop, now):
    return figures.offers(shop.id, Period.rolling(now, shop.timezone))


@pytest.mark.rule("OFFER-13")
@pytest.mark.rule("OFFER-14")
@pytest.mark.rule("OFFER-15")
def test_three_figures_over_thirty_rolling_days_and_no_older(owner, shop):
    coupon, now = a_coupon(shop), clock.now(shop.id)
    flow = an_offer(shop, coupon)
    for place, ago in enumerate((1, 29, 31)):
        at, who = now - timedelta(days=ago), a_customer(shop)
        run = a_run(flow, who, at)
        granted(flow, coupon, who, at, f"TEN-{place}", run)
        credit = a_credit(run, an_order(shop, who, at, 4500, refunded=500), 4500, at)
        credit.rule = "coupon"
        if not place:  # a second one, once the first was used: the same customer is counted once
            granted(flow, coupon, who, now, "TEN-AGAIN", a_run(flow, who, now))
    someone = a_customer(shop)
    by_click = a_run(flow, someone, now)
    a_credit(by_click, an_order(shop, someone, now, 9900), 9900, now)  # by a link, and no code
    cancelled = a_run(flow, (who := a_customer(shop)), now)
    granted(flow, coupon, who, now, "TEN-9", cancelled)
    a_credit(cancelled, an_order(shop, who, now, 100, cancelled_at=now), 100, now).rule = "coupon"
    db.session.commit()
    told = brought(shop, now)[flow.id]
    assert (told.recipients, told.orders, told.sales) == (3, 2, 8000)
    page = words(owner.get(f"/offers/{flow.id}"))
    assert "Customers who received it 3" in page and "Orders with the code 2" in page
    assert "Sales with it €80.00 in 2 orders" in page
    assert "Thanks" in words(owner.get("/offers")) and "€80.00" in words(owner.get("/offers"))


@pytest.mark.rule("OFFER-16")
def test_the_marketing_pages_leave_its_figures_out_and_lead_to_them(owner, shop):
    coupon, louise, now = a_coupon(shop), a_customer(shop), clock.now(shop.id)
    offer, plain = an_offer(shop, coupon), a_flow(shop, "Bring back a cart")
    for flow, sales in ((offer, 7700), (plain, 1100)):
        run = a_run(flow, louise, now - timedelta(hours=1))
        granted(flow, coupon, louise, now - timedelta(hours=1), f"TEN-{flow.id}", run)
        a_credit(
            run, an_order(shop, louise, now - timedelta(minutes=1), sales), sales, now - timedelta(minutes=1)
        )
    db.session.commit()
    for path in ("/automations", "/home", f"/automations/{offer.id}"):
        assert "€77" not in words(owner.get(path)) and "€88" not in words(owner.get(path))
    assert "€11" in words(owner.get("/automations"))
    assert f'href="/offers/{offer.id}"' in owner.get("/automations").get_data(as_text=True)
    assert owner.get(f"/automations/{offer.id}/report").location == f"/offers/{offer.id}"


@pytest.mark.rule("OFFER-17")
@pytest.mark.rule("OFFER-18")
@pytest.mark.rule("OFFER-27")
@pytest.mark.parametrize("act", ["off", "delete"])
def test_what_is_turned_off_or_deleted_is_shown_to_nobody_and_its_codes_live_on(owner, shop, act):
    coupon, louise, now = a_coupon(shop), a_customer(shop), clock.now(shop.id)
    flow = an_offer(shop, coupon)
    granted(flow, coupon, louise, now, "TEN-1")
    shop_id, who = shop.id, louise.id
    db.session.commit()
    assert Offer.shown(shop_id, who, now)
    owner.post(f"/offers/{flow.id}/{act}")
    assert only_flow().status == {"off": "off", "delete": "deleted"}[act]
    assert Offer.shown(shop_id, who, now) is None
    assert Offer.held(shop_id, who, now)
    assert unit(lambda: Code.redeem(shop_id, "TEN-1", Bill(5000), who, "o2", now)).discount == 500


@pytest.mark.rule("OFFER-18")
def test_deleting_the_code_with_it_ends_what_customers_hold(owner, shop):
    coupon, louise, now = a_coupon(shop), a_customer(shop), clock.now(shop.id)
    flow = an_offer(shop, coupon)
    granted(flow, coupon, louise, now, "TEN-1")
    db.session.commit()
    owner.post(f"/offers/{flow.id}/delete", data={"withdraw": "y"})
    db.session.expire_all()
    assert Offer.held(shop.id, louise.id, now) is None and coupon.status == "deleted"


@pytest.mark.rule("OFFER-21")
def test_deleting_an_offer_resets_its_figures(owner, shop):
    coupon, louise, now = a_coupon(shop), a_customer(shop), clock.now(shop.id)
    flow, other = an_offer(shop, coupon), an_offer(shop, coupon)
    for each, text in ((flow, "TEN-1"), (other, "TEN-2")):
        granted(each, coupon, louise, now, text)
    db.session.commit()
    assert "Customers who received one 2" in words(owner.get("/offers"))
    owner.post(f"/offers/{flow.id}/delete")
    assert owner.get(f"/offers/{flow.id}").status_code == 404
    assert "Customers who received one 1" in words(owner.get("/offers"))
    assert flow.id not in brought(shop, now)


@pytest.mark.rule("OFFER-21")
def test_an_offer_deleted_by_the_other_door_is_reset_too(owner, shop):
    coupon, now = a_coupon(shop), clock.now(shop.id)
    flow = an_offer(shop, coupon)
    granted(flow, coupon, a_customer(shop), now, "TEN-1")
    db.session.commit()
    owner.post(f"/automations/{flow.id}/delete")
    assert brought(shop, now) == {}


def test_an_offer_drawn_by_hand_is_one_too_and_other_automations_are_none(owner, shop):
    flow = an_offer(shop, a_coupon(shop))
    plain = a_flow(shop)
    db.session.commit()
    assert owner.get(f"/offers/{flow.id}").status_code == 200
    assert owner.get(f"/offers/{plain.id}").status_code == 404
    assert f"/automations/{flow.id}/edit" in owner.get(f"/offers/{flow.id}").get_data(as_text=True)


def test_a_suspended_offer_says_why_and_leads_to_its_mending(owner, shop):
    coupon = a_coupon(shop)
    flow = an_offer(shop, coupon, "paused", paused_reason="coupon_withdrawn")
    fresh = a_coupon(shop, name="Fresh", prefix="FRESH")
    coupon.status = "deleted"
    db.session.commit()
    page = owner.get(f"/offers/{flow.id}")
    assert "Suspended: coupon withdrawn. Create a new code" in words(page)
    assert f'href="/offers/{flow.id}/edit"' in page.get_data(as_text=True)
    owner.post(f"/offers/{flow.id}/edit", data=NEW | {"coupon_how": "existing", "coupon_id": fresh.id})
    assert (only_flow().status, promise(only_flow()).coupon) == ("live", fresh.id)


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_page_is_there_in_both_languages(app, shop, locale):
    flow = an_offer(shop, a_coupon(shop))
    db.session.commit()
    browser = a_browser(app, shop, locale)
    for path in (
        "/offers",
        "/offers/new",
        "/offers/channel",
        f"/offers/{flow.id}",
        f"/offers/{flow.id}/edit",
    ):
        assert browser.get(path).status_code == 200, path


def test_another_shops_offer_does_not_exist(app, owner):
    other = a_shop("Other", channel="selling")
    flow = an_offer(other, a_coupon(other))
    db.session.commit()
    for path in (f"/offers/{flow.id}", f"/offers/{flow.id}/edit"):
        assert owner.get(path).status_code == 404
    for path in ("on", "off", "delete", "edit"):
        assert owner.post(f"/offers/{flow.id}/{path}", data=NEW).status_code == 404
    assert db.session.get(Shop, other.id) and "Thanks" not in words(owner.get("/offers"))
