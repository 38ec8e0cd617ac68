"""What customers choose for themselves, and what a shop may count of what they do."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from app import clock, links
from app.emails.preview import preview, sample_page
from app.extensions import db
from app.models import Cart, Click, Customer, Message, Policy, TopicRefusal, Visit
from app.unit import unit
from app.views import access, errors, logins, preferences, tracking
from tests.app.letters import DESIGN, a_letter

PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def reader(app):
    for noun in (access, errors, logins, tracking, preferences):
        noun.register(app)
    return app.test_client()


def page_of(message):
    return f"/p/{links.sign('preferences', message.shop_id, message.id)}"


def refused(message):
    return TopicRefusal.of(message.shop_id, message.customer_id)


def again(model, id):
    db.session.expire_all()
    return db.session.get(model, id)


def test_looking_changes_nothing(reader):
    _shop, message, _cart = a_letter()
    said = reader.get(page_of(message)).get_data(as_text=True)
    assert "Stop all of them" in said and "disabled" not in said
    assert refused(message) == frozenset() and not again(Customer, message.customer_id).locale_chosen


def test_an_unticked_kind_is_turned_down_and_a_ticked_one_taken_back(reader):
    _shop, message, _cart = a_letter()
    reader.post(page_of(message), data={"topic": ["news"]})
    assert refused(message) == {"reminder"}
    reader.post(page_of(message), data={"topic": ["reminder"]})
    assert refused(message) == {"news"}


def test_the_language_that_they_choose_is_not_overruled_by_the_shop(reader):
    _shop, message, _cart = a_letter()
    answer = reader.post(page_of(message), data={"topic": ["news", "reminder"], "locale": "fr"})
    assert 'lang="fr"' in answer.get_data(as_text=True)
    customer = again(Customer, message.customer_id)
    told = {"shop_id": customer.shop_id, "email": customer.email, "first_name": "Ada", "last_name": "", "locale": "en",
            "timezone": "", "created_at": clock.real()}  # fmt: skip
    unit(lambda: Customer.save([told]))
    customer = again(Customer, message.customer_id)
    assert (customer.first_name, customer.locale) == ("Ada", "fr")


@pytest.mark.parametrize("purpose", ["unsubscribe", "click", "resubscribe"])
def test_a_token_of_another_purpose_chooses_nothing(reader, purpose):
    _shop, message, _cart = a_letter()
    token = links.sign(purpose, message.shop_id, message.id)
    assert reader.post(f"/p/{token}", data={}).status_code == 404 and refused(message) == frozenset()


def test_the_way_out_of_the_list_shows_the_way_to_choose(reader):
    _shop, message, _cart = a_letter()
    text = reader.get(f"/u/{links.sign('unsubscribe', message.shop_id, message.id)}").get_data(as_text=True)
    assert (
        "/p/" in text
        and reader.get(text.split('href="/p/')[1].join(["/p/", ""]).split('"')[0]).status_code == 200
    )


def pixel(message):
    return f"/o/{links.sign('open', message.shop_id, message.id)}.gif"


def press(message, target="cart"):
    return f"/c/{links.sign('click', message.shop_id, message.id, target)}"


@pytest.mark.parametrize("said", [{"User-Agent": "Mozilla/5.0"}, {"Purpose": "prefetch"}])
def test_a_programs_opening_is_marked_apart_from_a_persons(reader, said):
    _shop, message, _cart = a_letter()
    reader.get(pixel(message), headers=PERSON | said)
    message = again(Message, message.id)
    assert message.machine_opened_at and message.opened_at is None


def test_pictures_that_are_fetched_within_two_seconds_were_fetched_by_a_program(reader):
    _shop, message, _cart = a_letter(sent_at=clock.real() - timedelta(seconds=1))
    reader.get(pixel(message), headers=PERSON)
    assert again(Message, message.id).opened_at is None


def test_a_shop_may_choose_not_to_count_openings(reader):
    _shop, message, _cart = a_letter()
    unit(lambda: Policy.change(message.shop_id, count_opens=False))
    assert reader.get(pixel(message), headers=PERSON).status_code == 200
    message = again(Message, message.id)
    assert message.opened_at is None and message.machine_opened_at is None


def test_a_shop_may_choose_not_to_count_links_and_a_cart_is_found_again_all_the_same(reader):
    _shop, message, cart = a_letter()
    unit(lambda: Policy.change(message.shop_id, count_clicks=False))
    assert reader.get(press(message), headers=PERSON).status_code == 302
    assert again(Message, message.id).clicked_at is None
    assert db.session.query(Click).count() == db.session.query(Visit).count() == 0
    assert db.session.get(Cart, cart.id).pressed_at


def test_the_foot_of_a_test_leads_to_a_sample_that_changes_nothing(reader):
    shop, _message, _cart = a_letter()
    path = urlsplit(sample_page(shop)).path
    assert path in preview(DESIGN, "en", shop).html
    said = reader.get(path).get_data(as_text=True)
    assert "A sample: this is what your customers see" in said and "Stop all of them" in said
    assert "action=" not in said and said.count("disabled") == 2
    assert reader.post(path).status_code == 405
    assert reader.get(f"{path}x").status_code == 404
