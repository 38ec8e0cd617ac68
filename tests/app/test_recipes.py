"""The gallery and the wizard: each template with its defaults becomes an automation that may be turned on."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import Cart, Coupon, Email, Flow
from app.telling import references_in
from graph import recipes, validation
from graph.model import Graph
from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import NAMELESS, NOON, a_customer, a_shop, kept

DEFAULTS = {
    "audience": "subscribers",
    "coupon_how": "none",
    "reminder": "on",
    "story": "on",
    "ending": "daytime",
}
COUPON = {"coupon_how": "new", "new-name": "Ten", "new-kind": "percent", "new-percent": "10", "new-personal": "yes",
          "new-prefix": "TEN", "new-days": "7", "new-once_per_customer": "y"}  # fmt: skip


def typed(recipe, step, **changed):
    """What a merchant sends who takes every default of a recipe."""
    spans = {f"{field.name}-{part}": str(field.default[part]) for field in recipe.fields if field.type == "duration"
             for part in ("amount", "unit")}  # fmt: skip
    plain = {
        field.name: str(field.default)
        for field in recipe.fields
        if field.type in ("choice", "number", "percent")
    }
    return DEFAULTS | COUPON | spans | plain | {"name": "Mine", "step": step} | changed


def only_flow() -> Flow:
    db.session.expire_all()
    return db.session.scalars(db.select(Flow)).one()


@pytest.mark.rule("AUTO-06")
@pytest.mark.rule("AUTO-11")
def test_three_templates_are_turned_on_as_they_come_and_the_button_says_so(owner):
    page = owner.get("/templates").get_data(as_text=True)
    ready = [recipe for recipe in recipes.all_recipes() if recipe.one_click]
    assert page.count("Turn on automation") == len(ready) == 3
    for recipe in ready:
        review = owner.get(f"/templates/{recipe.name}?step=review")
        assert "Turn on automation" in words(review) and "Turn on these steps" not in words(review)
        typed_in = dict(
            re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', review.get_data(as_text=True))
        )
        assert owner.post(f"/templates/{recipe.name}", data=typed_in | {"step": "on"}).status_code == 302
        latest = db.session.scalars(db.select(Flow).order_by(Flow.id.desc())).first()
        assert (latest.status, latest.recipe) == ("live", recipe.name)
    others = words(owner.post("/templates/welcome", data=typed(recipes.recipe("welcome"), "review")))
    assert "Turn on these steps" in others and "Turn on automation" not in others


def test_what_is_for_the_team_asks_nothing_about_customers(owner):
    asked = words(owner.get("/templates/low_stock_alert"))
    assert "Who gets the e-mails?" not in asked and "Next: review" in asked
    told = words(
        owner.post("/templates/low_stock_alert", data=typed(recipes.recipe("low_stock_alert"), "review"))
    )
    assert "Only your team hears of it." in told


@pytest.mark.parametrize("name", recipes.NAMES)
@pytest.mark.rule("AUTO-09")
def test_every_template_becomes_an_automation_without_problems(owner, shop, name):
    recipe = recipes.recipe(name)
    assert owner.post(f"/templates/{name}", data=typed(recipe, "on")).status_code == 302
    flow = only_flow()
    assert (flow.status, flow.name, flow.recipe) == ("live", "Mine", name)
    assert validation.problems(Graph.from_json(flow.draft), references_in(shop, clock.now(shop.id))) == []
    assert db.session.scalars(db.select(Coupon)).all() if "coupon" in flow.draft["nodes"] else True
    assert all({"en", "fr"} <= set(email.content) for email in db.session.scalars(db.select(Email)))


def test_two_presses_at_once_make_and_turn_on_one(each_database):
    """Two of it, both on, would write every mail twice."""
    with_pages(each_database)
    owner = a_browser(each_database, a_shop())
    cookie, recipe = owner.get_cookie("session").value, recipes.recipe("thank_you")

    def press(_time):
        client = each_database.test_client()
        client.set_cookie("session", cookie)
        return client.post(f"/templates/{recipe.name}", data=typed(recipe, "on")).location

    with ThreadPoolExecutor(4) as threads:
        led = set(threads.map(press, range(4)))
    flow = db.session.scalars(db.select(Flow)).one()
    assert led == {f"/automations/{flow.id}"} and flow.status == "live"
    assert db.session.scalar(db.select(db.func.count()).select_from(Coupon)) <= 1
    owner.post(f"/templates/{recipe.name}", data=typed(recipe, "later", name="Another"))
    assert len(db.session.scalars(db.select(Flow)).all()) == 2


@pytest.mark.rule("OFFER-12")
def test_finish_later_keeps_it_off(owner):
    owner.post("/templates/abandoned_cart", data=typed(recipes.recipe("abandoned_cart"), "later"))
    assert only_flow().status == "off"


@pytest.mark.rule("REMIND-11")
@pytest.mark.rule("AUTO-04")
@pytest.mark.rule("REMIND-12")
@pytest.mark.rule("CART-07")
def test_the_answers_are_in_the_graph(owner):
    recipe = recipes.recipe("abandoned_cart")
    answers = typed(recipe, "later", **{"delay-amount": "3", "delay-unit": "days", "coupon_how": "none"})
    del answers["reminder"]
    owner.post("/templates/abandoned_cart", data=answers)
    nodes = {node["id"]: node for node in only_flow().draft["nodes"]}
    assert nodes["delay"]["settings"]["duration"] == {"amount": 3, "unit": "days"}
    assert "reminder" not in nodes and "coupon" not in nodes
    assert len(db.session.scalars(db.select(Email)).all()) == 1
    assert db.session.scalars(db.select(Coupon)).all() == []


@pytest.mark.rule("AUTO-08")
def test_the_audience_is_chosen_and_everyone_comes_with_a_legal_hint(owner):
    recipe = recipes.recipe("abandoned_checkout")
    assert "Writing to people who never agreed is allowed only" in words(
        owner.get("/templates/abandoned_checkout")
    )
    assert all(said in words(owner.get("/templates/abandoned_checkout")) for said in ("To", "All customers"))
    assert "All customers" not in words(owner.get("/templates/abandoned_cart"))
    owner.post("/templates/abandoned_checkout", data=typed(recipe, "later", audience="everyone"))
    assert only_flow().draft["settings"]["audience"] == "everyone"


def test_an_existing_coupon_can_be_given(owner, shop):
    coupon = kept(Coupon(shop_id=shop.id, name="Spring", kind="percent", value=10, created_at=NOON))
    db.session.commit()
    answers = typed(recipes.recipe("thank_you"), "later", coupon_how="existing", coupon_id=str(coupon.id))
    owner.post("/templates/thank_you", data=answers)
    given = [
        node["settings"]["coupon"] for node in only_flow().draft["nodes"] if node["kind"] == "give_coupon"
    ]
    assert given == [coupon.id]


def test_another_shops_coupon_is_refused(owner, shop):
    kept(Coupon(shop_id=shop.id, name="Ours", kind="percent", value=10, created_at=NOON))
    theirs = kept(
        Coupon(shop_id=a_shop("Other").id, name="Theirs", kind="percent", value=90, created_at=NOON)
    )
    db.session.commit()
    answers = typed(recipes.recipe("thank_you"), "later", coupon_how="existing", coupon_id=str(theirs.id))
    assert owner.post("/templates/thank_you", data=answers).status_code == 422
    assert db.session.scalars(db.select(Flow)).all() == []


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"delay-amount": ""}, "Say how long."),
    ({"delay-amount": "soon"}, "Write a whole number"),
    ({"name": " "}, "Give the automation a name"),
    ({"new-percent": "400"}, "Choose a percentage from 1 to 100"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(owner, wrong, sentence):
    recipe = recipes.recipe("abandoned_cart")
    answer = owner.post(
        "/templates/abandoned_cart", data=typed(recipe, "review", **{"new-prefix": "KEEP"}) | wrong
    )
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert 'value="KEEP"' in answer.get_data(as_text=True)
    assert db.session.scalars(db.select(Coupon)).all() == []


def test_each_step_carries_what_was_typed_to_the_next(owner):
    recipe = recipes.recipe("abandoned_cart")
    for step in ("emails", "review"):
        page = owner.post("/templates/abandoned_cart", data=typed(recipe, step)).get_data(as_text=True)
        assert '<input type="hidden" name="new-prefix" value="TEN">' in page
    back = owner.post("/templates/abandoned_cart", data=typed(recipe, "choices", name="Come back"))
    assert 'value="Come back"' in back.get_data(as_text=True)


def test_the_review_tells_it_in_plain_words_with_the_merchants_values(owner):
    recipe = recipes.recipe("abandoned_cart")
    said = words(
        owner.post("/templates/abandoned_cart", data=typed(recipe, "review", **{"delay-amount": "5"}))
    )
    assert "When a cart is left behind" in said and "Wait 5 hours" in said
    assert "Give the coupon “Ten”" in said
    assert "Only those who agreed to receive news" in said


@pytest.mark.rule("AUTO-03")
def test_who_writes_is_asked_in_the_last_step_and_kept_with_it(app):
    with_pages(app)
    shop = a_shop(**NAMELESS)
    owner = a_browser(app, shop)
    recipe = recipes.recipe("abandoned_cart")
    page = owner.post("/templates/abandoned_cart", data=typed(recipe, "review")).get_data(as_text=True)
    assert 'name="who-sender_email"' in page and 'name="step" value="on"' in page
    who = {
        "who-sender_email": "Bonjour@Papier.fr",
        "who-business_name": "Papier SARL",
        "who-postal_address": "",
    }
    refused = owner.post("/templates/abandoned_cart", data=typed(recipe, "on", **who))
    assert refused.status_code == 422 and "Write your postal address." in words(refused)
    assert (
        refused.get_data(as_text=True).lower().count("bonjour@papier.fr") == 1
    )  # in its field, and not once more hidden
    assert db.session.scalars(db.select(Flow)).all() == []
    owner.post(
        "/templates/abandoned_cart", data=typed(recipe, "on", **who | {"who-postal_address": "1 rue X"})
    )
    assert only_flow().status == "live"
    assert (shop.sender_email, shop.business_name, shop.postal_address) == (
        "bonjour@papier.fr", "Papier SARL", "1 rue X",
    )  # fmt: skip


def test_a_shop_that_lacks_its_address_may_finish_later(app):
    with_pages(app)
    owner = a_browser(app, a_shop(**NAMELESS))
    owner.post("/templates/abandoned_cart", data=typed(recipes.recipe("abandoned_cart"), "later"))
    assert only_flow().status == "off"


def test_looking_back_is_offered_with_its_number_and_off_unless_ticked(owner, shop):
    past = clock.real() - timedelta(days=3)
    kept(Cart(shop_id=shop.id, token="c1", customer_id=a_customer(shop).id, items=[], total=500, currency="EUR",
              created_at=past, updated_at=past))  # fmt: skip
    db.session.commit()
    recipe = recipes.recipe("abandoned_cart")
    said = words(owner.post("/templates/abandoned_cart", data=typed(recipe, "review", audience="everyone")))
    assert "Begin with the last 14 days as well: up to 1 person" in said
    owner.post("/templates/abandoned_cart", data=typed(recipe, "later"))
    assert only_flow().draft["settings"]["backfill"]["days"] == 0
    owner.post(f"/automations/{only_flow().id}/delete")
    owner.post("/templates/abandoned_cart", data=typed(recipe, "later", backfill="y"))
    latest = db.session.scalars(db.select(Flow).order_by(Flow.id.desc())).first()
    assert latest.draft["settings"]["backfill"]["days"] == 14


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("name", recipes.NAMES)
def test_the_screens_are_there_in_both_languages(app, shop, locale, name):
    owner, recipe = a_browser(app, shop, locale), recipes.recipe(name)
    assert owner.get(f"/templates/{name}").status_code == 200
    for step in ("emails", "review"):
        assert owner.post(f"/templates/{name}", data=typed(recipe, step)).status_code == 200


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_an_e_mail_is_previewed_in_a_frame_that_runs_nothing(owner, locale):
    answer = owner.get(f"/templates/abandoned_cart/preview/reminder?locale={locale}&coupon=1")
    assert answer.status_code == 200
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    said = {"en": "Take me to my cart", "fr": "Voir mon panier"}[locale]
    assert said in words(answer)
    without = owner.get(f"/templates/abandoned_cart/preview/reminder?locale={locale}")
    assert len(without.data) < len(answer.data)


@pytest.mark.parametrize("path", ["/templates/none", "/templates/welcome/preview/none?locale=en",
                                  "/templates/welcome/preview/hello?locale=xx"])  # fmt: skip
def test_what_does_not_exist_is_not_found(owner, path):
    assert owner.get(path).status_code == 404
