"""The wizard of an offer: what it asks, refuses and warns of, and what becomes of the answers."""

from __future__ import annotations

import pytest

from app import clock
from app.extensions import db
from app.models import Code, Coupon, Flow, Offer, Version
from graph.model import Graph
from graph.recipes import offers
from graph.recipes.offers import Promise
from tests.app.browsing import with_pages, words
from tests.app.offering import NEW, a_coupon, an_offer, granted, only_flow, promise
from tests.app.rows import a_customer, a_shop


@pytest.fixture
def shop(app):
    with_pages(app)
    return a_shop(channel="selling")


@pytest.mark.rule("OFFER-01")
@pytest.mark.parametrize(("channel", "said"), [("absent", "cannot show offers yet"),
                                               ("present", "Your shop does not sell")])  # fmt: skip
def test_no_offer_without_a_channel_that_sells_and_the_way_to_mend_it_is_shown(owner, shop, channel, said):
    shop.channel = channel
    db.session.commit()
    page = owner.get("/offers/new")
    assert said in words(page) and 'href="/offers/channel"' in page.get_data(as_text=True)
    assert 'value="publish"' not in page.get_data(as_text=True)
    for step in ("publish", "later"):
        answer = owner.post("/offers/new", data=NEW | {"step": step})
        assert answer.status_code == 422 and said in words(answer)
    assert db.session.scalars(db.select(Flow)).all() == []
    assert owner.post("/offers/channel", data={"channel": "selling"}).status_code == 302
    assert owner.post("/offers/new", data=NEW).status_code == 302


@pytest.mark.rule("OFFER-01")
def test_neither_the_list_nor_the_editor_turns_on_an_offer_that_nobody_would_see(owner, shop):
    flow = an_offer(shop, a_coupon(shop), "off")
    shop.channel = "absent"
    db.session.commit()
    for path in (f"/automations/{flow.id}/on", f"/offers/{flow.id}/on"):
        owner.post(path)
        assert only_flow().status == "off"
    answer = owner.post(f"/automations/{flow.id}/publish", data={"base": flow.revision})
    assert answer.status_code == 422 and only_flow().status == "off"
    assert "cannot show offers yet" in words(owner.get(f"/automations/{flow.id}"))


@pytest.mark.rule("OFFER-09")
@pytest.mark.rule("OFFER-12")
@pytest.mark.rule("OFFER-06")
def test_a_code_made_in_the_wizard_and_published(owner, shop):
    assert "A new code" not in words(owner.get("/offers/new"))  # nothing to choose while there is no coupon
    answer = owner.post("/offers/new", data=NEW)
    flow, coupon = only_flow(), db.session.scalars(db.select(Coupon)).one()
    assert answer.location == f"/offers/{flow.id}"
    assert (flow.status, flow.name, coupon.name, coupon.value) == ("live", "Thanks", "A tenth off", 10)
    assert promise(flow) == Promise(coupon.id, "A tenth off your next order", "Until Sunday.", "")


def test_the_code_that_is_suggested_is_free(owner, shop):
    for number, (prefix, told) in enumerate([("THANKS", {}), ("THANKS2", {"status": "deleted"})]):
        a_coupon(shop, name=f"Given {number}", prefix=prefix, **told)
    db.session.commit()
    assert 'value="THANKS3"' in owner.get("/offers/new").text


@pytest.mark.rule("OFFER-09")
def test_a_code_that_exists_is_browsed_and_chosen(owner, shop):
    coupon = a_coupon(shop)
    db.session.commit()
    assert (
        "One that I have" in words(owner.get("/offers/new"))
        and ">Ten</option>" in owner.get("/offers/new").text
    )
    owner.post("/offers/new", data=NEW | {"coupon_how": "existing", "coupon_id": coupon.id})
    assert promise(only_flow()).coupon == coupon.id
    assert len(db.session.scalars(db.select(Coupon)).all()) == 1


@pytest.mark.rule("OFFER-12")
@pytest.mark.rule("OFFER-06")
def test_finish_later_keeps_a_draft_that_is_not_turned_on_without_a_code(owner, shop):
    coupon = a_coupon(shop)
    db.session.commit()
    owner.post("/offers/new", data={"name": "Thanks", "coupon_how": "existing", "step": "later"})
    flow = only_flow()
    assert (flow.status, promise(flow)) == ("off", Promise())
    page = owner.get(f"/offers/{flow.id}")
    assert "Draft" in words(page) and "Choose the coupon that the offer promises" in words(page)
    owner.post(f"/offers/{flow.id}/on")
    assert only_flow().status == "off"
    chosen = {"coupon_how": "existing", "coupon_id": coupon.id}
    owner.post(f"/offers/{flow.id}/edit", data=NEW | chosen)
    assert only_flow().status == "live"


@pytest.mark.rule("OFFER-04")
def test_a_fourth_kind_of_discount_is_refused_with_a_sentence(owner, shop):
    answer = owner.post("/offers/new", data=NEW | {"new-kind": "cheapest"})
    assert answer.status_code == 422 and "Choose one of these kinds" in words(answer)
    assert "The cheapest of two" not in words(answer)
    for kind, value in (("percent", {"new-percent": "5"}), ("amount", {"new-amount": "5"}), ("shipping", {})):
        answer = owner.post("/offers/new", data=NEW | {"new-kind": kind, "new-prefix": kind} | value)
        assert answer.status_code == 302


@pytest.mark.rule("OFFER-05")
@pytest.mark.rule("OFFER-04")
@pytest.mark.rule("C9")
@pytest.mark.parametrize("aim", [{"products": ["p1"]}, {"tag": "vip"}, {"kind": "cheapest"}])
def test_a_coupon_that_aims_at_some_is_refused_with_a_sentence(owner, shop, aim):
    coupon = a_coupon(shop, **aim)
    db.session.commit()
    for step in ("publish", "later"):
        chosen = NEW | {"coupon_how": "existing", "coupon_id": coupon.id, "step": step}
        answer = owner.post("/offers/new", data=chosen)
        assert answer.status_code == 422
        assert "for all products and all customers. Choose another coupon" in words(answer)
    flow = an_offer(shop, coupon, "off")
    db.session.commit()
    owner.post(f"/offers/{flow.id}/on")
    assert only_flow().status == "off"
    page = owner.get(f"/automations/{flow.id}")
    assert "for all products and all customers" in words(page)


@pytest.mark.rule("OFFER-11")
def test_a_banner_that_spells_its_new_code_is_warned_of_before_it_is_published(owner):
    shared = NEW | {"new-personal": "no", "new-prefix": "SPRING", "title": "Take SPRING today"}
    answer = owner.post("/offers/new", data=shared)
    assert answer.status_code == 200 and "Your words contain the code" in words(answer)
    assert db.session.scalars(db.select(Flow)).all() == []
    assert owner.post("/offers/new", data=shared | {"title": "A present"}).status_code == 302


@pytest.mark.rule("OFFER-07")
def test_a_code_that_another_automation_gives_is_warned_of_and_may_be_published_all_the_same(owner, shop):
    coupon = a_coupon(shop, personal=False)
    an_offer(shop, coupon)
    db.session.commit()
    chosen = NEW | {"name": "Second", "coupon_how": "existing", "coupon_id": coupon.id}
    answer = owner.post("/offers/new", data=chosen)
    assert "“Thanks” gives the same code" in words(answer) and "Publish all the same" in words(answer)
    assert owner.post("/offers/new", data=chosen | {"warned": "y"}).status_code == 302


@pytest.mark.rule("OFFER-10")
def test_a_banner_of_its_size_is_shown_and_none_is_needed(owner):
    address = "http://127.0.0.1:8000/images/abcdefghijklmnop.jpg"
    owner.post("/offers/new", data=NEW | {"image": address})
    page = owner.get(f"/offers/{only_flow().id}").get_data(as_text=True)
    assert f'<img src="{address}" alt="" width="933" height="480"' in page
    wizard = owner.get("/offers/new")
    assert "933 × 480" in words(wizard) and "(optional)" in words(wizard)
    assert owner.post("/offers/new", data=NEW | {"image": "not a picture"}).status_code == 422


@pytest.mark.rule("OFFER-08")
@pytest.mark.rule("OFFER-17")
@pytest.mark.rule("OFFER-19")
def test_the_code_is_changed_while_it_is_on_and_what_is_held_stays(owner, shop):
    old, new, louise, now = (
        a_coupon(shop),
        a_coupon(shop, name="Twenty", value=20),
        a_customer(shop),
        clock.now(shop.id),
    )
    flow = an_offer(shop, old)
    held = granted(flow, old, louise, now, "TEN-1")
    db.session.commit()
    owner.post(
        f"/offers/{flow.id}/edit", data=NEW | {"coupon_how": "existing", "coupon_id": new.id, "title": "More"}
    )
    flow = only_flow()
    live = db.session.get(Version, flow.version_id)
    assert flow.status == "live" and offers.promised(Graph.from_json(live.graph)) == Promise(
        new.id, "More", "Until Sunday."
    )
    db.session.refresh(held)
    assert (held.title, db.session.get(Code, held.code_id).coupon_id) == ("A tenth off", old.id)
    assert Offer.shown(shop.id, louise.id, now)[1].code == "TEN-1"
    assert "by 1 customer" in words(owner.get(f"/offers/{flow.id}"))
