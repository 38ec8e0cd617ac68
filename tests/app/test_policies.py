"""The shop's policy: what is typed is kept, what is wrong is said, and the key can be renewed."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.models import Consent, Policy, Suppression
from app.unit import unit
from app.views import policies
from tests.app.browsing import with_pages, words
from tests.app.rows import NOON, a_customer, a_shop

TYPED = {"most_messages": "2", "most_days": "3", "soft_bounces": "4", "click_days": "7", "double_opt_in": "y",
         "count_opens": "y"}  # fmt: skip


@pytest.fixture
def shop(app):
    with_pages(app)
    if "policies" not in app.blueprints:
        policies.register(app)
    return a_shop()


def test_a_policy_is_kept(owner, shop):
    assert owner.post("/settings/sending", data=TYPED).status_code == 302
    kept = Policy.of(shop.id)
    assert (kept.most_messages, kept.most_days, kept.soft_bounces, kept.click_days) == (2, 3, 4, 7)
    assert (kept.double_opt_in, kept.count_opens, kept.count_clicks) == (True, True, False)


def test_an_empty_limit_is_none_and_a_wrong_one_is_said(owner, shop):
    owner.post("/settings/sending", data=TYPED | {"most_messages": ""})
    assert Policy.of(shop.id).most_messages == 0
    answer = owner.post("/settings/sending", data=TYPED | {"most_days": "0"})
    assert answer.status_code == 422 and "from 1 to 90" in words(answer)


def test_a_renewed_address_is_another_one(owner):
    def address():
        return owner.get("/settings/sending").get_data(as_text=True).split("/hooks/mail/")[1].split('"')[0]

    before = address()
    owner.post("/settings/sending/key")
    assert address() != before


def test_a_customers_page_proves_what_they_agreed_to(owner, shop):
    customer = a_customer(shop, consent="subscribed")
    db.session.add(
        Consent(
            shop_id=shop.id,
            customer_id=customer.id,
            state="subscribed",
            source="link",
            wording="Write!",
            at=NOON,
        )
    )
    id = customer.id
    db.session.commit()
    told = words(owner.get(f"/customers/{id}"))
    assert "by a link in an e-mail: “Write!”" in told


@pytest.mark.parametrize(("reason", "left"), [("bounced", set()), ("complained", {"ada@example.com"})])
def test_a_bounce_can_be_tried_again_and_a_complaint_cannot(owner, shop, reason, left):
    id, shop_id = a_customer(shop, "ada@example.com").id, shop.id
    db.session.commit()
    unit(lambda: Suppression.add(shop_id, "ada@example.com", reason, NOON))
    owner.post(f"/customers/{id}/try-again")
    assert Suppression.among(shop_id, ["ada@example.com"]) == left
    assert owner.post(f"/customers/{id + 1}/try-again").status_code == 404
