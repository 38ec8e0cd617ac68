"""The brand: kept once, seen in every mail, and always readable."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import views
from app.emails.frame import Frame, contrast
from app.extensions import db
from tests.app.browsing import a_browser, words
from tests.app.rows import a_shop
from tests.app.test_images import a_picture

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06X}")
BRAND = {
    "color": "#FFE100",
    "ground": "#101010",
    "font": "modern",
    "social-on_instagram": "https://instagram.com/papier",
}


@pytest.fixture
def desk(app):
    views.register(app)
    app.config["WTF_CSRF_ENABLED"] = False
    shop = a_shop()
    return a_browser(app, shop), shop


def test_a_brand_is_in_every_mail(desk):
    browser, shop = desk
    assert "looks like this" in words(browser.post("/settings/brand", data=BRAND, follow_redirects=True))
    db.session.expire_all()
    assert shop.social == {"instagram": "https://instagram.com/papier"}
    seen = browser.get("/settings/brand/preview").text
    for said in ("#FFE100", "#101010", "https://instagram.com/papier", "Instagram"):
        assert said in seen
    assert "Your colour is pale" in words(browser.get("/settings/brand"))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("color", "red"), ("ground", "url(x)"), ("font", "Comic"), ("social-on_x", "javascript:alert(1)")],
)
def test_what_is_no_brand_is_not_kept(desk, field, wrong):
    browser, shop = desk
    assert browser.post("/settings/brand", data={**BRAND, field: wrong}).status_code == 422
    db.session.expire_all()
    assert shop.color == "#0E6453"


@pytest.mark.rule("CART-24")
def test_a_logo_is_kept_the_moment_it_is_chosen(desk):
    browser, shop = desk
    sent = {"file": (io.BytesIO(a_picture(900, 300, mode="RGBA")), "logo.png")}
    assert "already in every e-mail" in words(
        browser.post("/settings/brand/logo", data=sent, follow_redirects=True)
    )
    db.session.expire_all()
    assert shop.logo.startswith("/images/") and shop.logo in browser.get("/settings/brand/preview").text
    browser.post("/settings/brand/logo", data={"remove": "1"})
    db.session.expire_all()
    assert shop.logo == "" and shop.name.replace("&", "&amp;") in browser.get("/settings/brand/preview").text


def test_a_logo_that_is_none_gets_a_sentence(desk):
    browser, shop = desk
    answer = browser.post("/settings/brand/logo", data={"file": (io.BytesIO(b"<svg/>"), "logo.svg")})
    assert answer.status_code == 422 and "SVG drawings cannot be shown" in words(answer) and shop.logo == ""


@given(COLORS, COLORS)
def test_words_can_be_read_whatever_the_brand(color, ground):
    colours = Frame(shop_name="x", base_url="https://x.example", color=color, ground=ground).colours()
    for ink, on in (("link_ink", "#FFFFFF"), ("name_ink", colours["page"]), ("faint_ink", colours["page"])):
        assert contrast(colours[ink], on) >= 4.5
    assert contrast(colours["on_ink"], colours["ink"]) >= 4.1
