"""The wizard of a reply to purchases: what is chosen there is in the automation that it makes."""

from __future__ import annotations

import pytest

from app import clock
from app.extensions import db
from app.models import Coupon, Email, Flow, Product
from app.telling import references_in
from graph import validation
from graph.model import Graph
from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import NAMELESS, NOON, a_shop, kept

EMAIL = {"answer": "0", "a0-kind": "email", "a0-email_id": "0", "a0-coupon_id": "0", "a0-timing": "custom",
         "a0-amount": "7", "a0-unit": "days", "a0-chat": ""}  # fmt: skip
USUAL = {"name": "After the first order", "app": "shop", "moment": "order.placed", "scope": "all",
         "reentry": "unlimited", "audience": "everyone", "step": "on"} | EMAIL  # fmt: skip
COUPON = {"a0-kind": "coupon", "a0-new-name": "Ten", "a0-new-kind": "percent", "a0-new-percent": "10",
          "a0-new-personal": "yes", "a0-new-prefix": "MERCI", "a0-new-days": "14"}  # fmt: skip


@pytest.fixture
def shop(app):
    with_pages(app)
    shop = a_shop()
    for number in range(60):
        kept(
            Product(
                shop_id=shop.id, key=f"p{number}", title=f"Notebook {number:02}", price=1000, updated_at=NOON
            )
        )
    kept(Product(shop_id=shop.id, key="mug", title="A 100% mug_cup", price=900, updated_at=NOON))
    db.session.commit()
    return shop


def only_flow() -> Flow:
    db.session.expire_all()
    return db.session.scalars(db.select(Flow)).one()


def steps(flow) -> list[tuple[str, dict]]:
    """The steps of the draft in order."""
    nodes = {node["id"]: node for node in flow.draft["nodes"]}
    following = {edge["from"]: edge["to"] for edge in flow.draft["edges"]}
    at, found = "start", []
    while at:
        found.append((nodes[at]["kind"], nodes[at]["settings"]))
        at = following.get(at)
    return found


@pytest.mark.rule("REPLY-01")
@pytest.mark.rule("REPLY-02")
@pytest.mark.rule("REPLY-14")
@pytest.mark.rule("REPLY-04")
def test_a_reply_begins_with_nothing_has_its_title_and_is_activated(owner, shop):
    assert 'href="/replies/new"' in owner.get("/automations/new").get_data(as_text=True)
    answer = owner.post("/replies/new", data=USUAL)
    flow = only_flow()
    assert answer.location == f"/automations/{flow.id}"
    assert (flow.name, flow.status) == ("After the first order", "live")
    assert [kind for kind, _settings in steps(flow)] == ["order_placed", "wait", "send_email"]
    assert steps(flow)[0][1]["scope"] == "all"
    assert validation.problems(Graph.from_json(flow.draft), references_in(shop, clock.now(shop.id))) == []
    assert owner.get(f"/automations/{flow.id}/edit").status_code == 200
    assert {"en", "fr"} <= set(db.session.scalars(db.select(Email)).one().content)


@pytest.mark.rule("REPLY-02")
def test_a_reply_without_a_title_is_not_made_and_nothing_typed_is_lost(owner):
    answer = owner.post("/replies/new", data=USUAL | {"name": " ", "a0-kind": "chat", "a0-chat": "Dear you"})
    assert answer.status_code == 422 and "Give the automation a name" in words(answer)
    assert "Dear you" in words(answer) and db.session.scalars(db.select(Flow)).all() == []


@pytest.mark.rule("REPLY-03")
@pytest.mark.parametrize("moment", ["order.placed", "order.paid"])
def test_the_trigger_is_chosen_by_app(owner, moment):
    page = words(owner.get("/replies/new"))
    assert "App Shop: Papier & Co What sets it off? An order is placed An order is paid" in page
    owner.post("/replies/new", data=USUAL | {"moment": moment})
    assert steps(only_flow())[0] == ("order_placed", {"moment": moment, "scope": "all", "products": []})
    assert owner.post("/replies/new", data=USUAL | {"app": "weather"}).status_code == 422


@pytest.mark.rule("REPLY-05")
def test_only_chosen_products_set_it_off(owner):
    owner.post("/replies/new", data=USUAL | {"scope": "chosen", "products": ["p3", "mug"]})
    assert steps(only_flow())[0][1] | {"moment": ""} == {
        "moment": "",
        "scope": "chosen",
        "products": ["p3", "mug"],
    }
    answer = owner.post("/replies/new", data=USUAL | {"scope": "chosen"})
    assert answer.status_code == 422 and "Choose at least one product" in words(answer)
    answer = owner.post("/replies/new", data=USUAL | {"scope": "chosen", "products": ["mug"], "name": ""})
    assert "A 100% mug_cup" in words(answer)


@pytest.mark.rule("REPLY-05")
def test_the_picker_searches_on_the_server_a_page_at_a_time(owner, app):
    first = owner.get("/products/pick").get_data(as_text=True)
    assert first.count('type="checkbox"') == 25 and "page=2" in first
    assert owner.get("/products/pick?page=3").get_data(as_text=True).count('type="checkbox"') == 11
    assert "Notebook 07" in (found := owner.get("/products/pick?q=07+note").get_data(as_text=True))
    assert found.count('type="checkbox"') == 1
    assert owner.get("/products/pick?q=100%25+mug_").get_data(as_text=True).count('type="checkbox"') == 1
    assert owner.get("/products/pick?q=%25").get_data(as_text=True).count('type="checkbox"') == 1
    assert "No product has this name" in words(owner.get("/products/pick?q=zzz"))
    other = a_browser(app, a_shop("Other"))
    assert "Notebook" not in other.get("/products/pick").get_data(as_text=True)


@pytest.mark.rule("REPLY-06")
@pytest.mark.parametrize(("typed", "kinds"), [
    ({"a0-kind": "email"}, ["send_email"]),
    ({"a0-kind": "chat", "a0-chat": "Thank you, {{ customer.first_name }}!"}, ["send_chat"]),
    (COUPON, ["give_coupon", "send_email"]),
])  # fmt: skip
def test_an_e_mail_a_chat_message_or_a_coupon_answers(owner, typed, kinds):
    owner.post("/replies/new", data=USUAL | typed)
    assert only_flow().status == "live"
    assert [kind for kind, _settings in steps(only_flow())][2:] == kinds


def test_an_e_mail_and_a_coupon_that_exist_can_be_chosen(owner, shop):
    coupon = kept(Coupon(shop_id=shop.id, name="Spring", kind="percent", value=10, created_at=NOON))
    email = kept(Email(shop_id=shop.id, name="Mine", content={}, updated_at=NOON))
    db.session.commit()
    chosen = COUPON | {"a0-coupon_id": coupon.id, "a0-email_id": email.id}
    owner.post("/replies/new", data=USUAL | chosen)
    told = dict(steps(only_flow()))
    assert told["give_coupon"]["coupon"] == coupon.id and told["send_email"]["email"] == email.id
    assert len(db.session.scalars(db.select(Email)).all()) == 1
    assert owner.post("/replies/new", data=USUAL | chosen | {"a0-coupon_id": 999}).status_code == 422


@pytest.mark.rule("REPLY-07")
@pytest.mark.parametrize(("amount", "unit"), [(10, "minutes"), (3, "hours"), (14, "days")])
def test_it_waits_for_so_many_minutes_hours_or_days(owner, amount, unit):
    page = owner.get("/replies/new").get_data(as_text=True)
    assert 'type="number"' in page and "After a while (recommended)" in page
    owner.post("/replies/new", data=USUAL | {"a0-amount": amount, "a0-unit": unit})
    assert dict(steps(only_flow()))["wait"]["duration"] == {"amount": amount, "unit": unit}


@pytest.mark.rule("REPLY-07")
@pytest.mark.parametrize(
    ("amount", "unit"), [("0", "days"), ("366", "days"), ("a lot", "hours"), ("", "minutes")]
)
def test_a_wait_that_is_none_is_refused(owner, amount, unit):
    answer = owner.post("/replies/new", data=USUAL | {"a0-amount": amount, "a0-unit": unit})
    assert answer.status_code == 422


@pytest.mark.rule("REPLY-08")
def test_immediately_has_no_wait(owner):
    owner.post("/replies/new", data=USUAL | {"a0-timing": "now", "a0-amount": ""})
    assert [kind for kind, _settings in steps(only_flow())] == ["order_placed", "send_email"]


@pytest.mark.rule("REPLY-09")
@pytest.mark.parametrize(("locale", "hint"), [("en", "One or two weeks after a purchase works better"),
                                              ("fr", "Une à deux semaines après l’achat")])  # fmt: skip
def test_a_hint_says_which_wait_works_better(app, shop, locale, hint):
    assert hint in words(a_browser(app, shop, locale).get("/replies/new"))


@pytest.mark.parametrize(("chosen", "rule"), [
    pytest.param("unlimited", ("unlimited", 30, "days"), marks=pytest.mark.rule("REPLY-10")),
    pytest.param("once", ("once", 30, "days"), marks=pytest.mark.rule("REPLY-11")),
    pytest.param("day", ("period", 24, "hours"), marks=pytest.mark.rule("REPLY-12")),
])  # fmt: skip
def test_how_often_the_same_customer_may_set_it_off(owner, chosen, rule):
    owner.post("/replies/new", data=USUAL | {"reentry": chosen})
    assert tuple(only_flow().draft["settings"]["reentry"][name] for name in ("rule", "every", "unit")) == rule


@pytest.mark.rule("REPLY-13")
def test_and_then_adds_a_further_answer_which_can_be_taken_out(owner):
    page = owner.post("/replies/new", data=USUAL | {"step": "add"})
    assert page.status_code == 200 and 'name="a1-kind"' in page.get_data(as_text=True)
    assert db.session.scalars(db.select(Flow)).all() == []
    second = {name.replace("a0-", "a1-"): value for name, value in EMAIL.items() if name != "answer"}
    second |= {
        "answer": ["0", "1"],
        "a1-kind": "chat",
        "a1-chat": "All well?",
        "a1-amount": "2",
        "a1-unit": "hours",
    }
    gone = owner.post("/replies/new", data=USUAL | second | {"step": "drop-1"}).get_data(as_text=True)
    assert 'name="a1-kind"' not in gone and 'name="a0-kind"' in gone
    owner.post("/replies/new", data=USUAL | second)
    assert [kind for kind, _s in steps(only_flow())] == [
        "order_placed",
        "wait",
        "send_email",
        "wait",
        "send_chat",
    ]
    assert steps(only_flow())[3][1]["duration"] == {"amount": 2, "unit": "hours"}


@pytest.mark.rule("REPLY-14")
def test_finish_later_keeps_it_off_and_so_does_what_is_missing(owner, shop):
    owner.post("/replies/new", data=USUAL | {"step": "later"})
    assert only_flow().status == "off"
    db.session.delete(only_flow())
    for name, value in NAMELESS.items():
        setattr(db.session.get(type(shop), shop.id), name, value)
    db.session.commit()
    answer = owner.post("/replies/new", data=USUAL, follow_redirects=True)
    assert only_flow().status == "off" and "something is missing first" in words(answer)


def test_two_new_coupons_do_not_share_one_code(owner):
    shared = COUPON | {"a0-new-personal": "no", "a0-new-prefix": "SPRING"}
    second = {
        name.replace("a0-", "a1-"): value for name, value in (EMAIL | shared).items() if name != "answer"
    }
    answer = owner.post("/replies/new", data=USUAL | shared | second | {"answer": ["0", "1"]})
    assert answer.status_code == 422 and "Another answer has this code already" in words(answer)
