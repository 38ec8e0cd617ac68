"""Products of a step, chosen in the editor's panel from hundreds: by keys alone, and by taps on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from app.extensions import db
from app.models import Flow, Product
from graph.model import Graph
from tests.app.rows import NOON
from tests.e2e.driver import saved, unbroken
from tests.e2e.editing import Site, server, site  # noqa: F401
from tests.graph.build import edges, node

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
MANY, PAGE = 300, 25
START = node("n1", "order_placed", scope="chosen", products=["p7"])


@pytest.fixture
def shelves(site: Site) -> Site:
    """A shop with hundreds of products, and an automation that starts with one of them."""
    with site.app.app_context():
        flow = db.session.get_one(Flow, site.flow_id)
        flow.draft = Graph((START, node("n2", "tag", tag="a")), edges("n1 n2")).to_json()
        for number in range(MANY):
            told = {"title": f"Notebook {number:03}", "price": 900, "updated_at": NOON}
            db.session.add(Product(shop_id=flow.shop_id, key=f"p{number}", **told))
        db.session.commit()
    return site


def chosen(site: Site) -> list[str]:
    return list(site.node("n1")["settings"]["products"])


@pytest.mark.rule("REPLY-05")
def test_products_are_found_ticked_and_taken_out_with_keys_alone(shelves: Site, page: Page) -> None:
    wrong, keys = unbroken(page), page.keyboard
    shelves.open(page, "n1")
    panel, press = page.locator("#inspector"), page.get_by_role("button", name="Choose products")
    expect(panel.locator(".chosen > li > span")).to_have_text("Notebook 007")
    press.focus()
    keys.press("Enter")
    expect(page.locator(".pick")).to_have_count(PAGE)
    page.get_by_role("button", name="Show more").press("Enter")
    expect(page.locator(".pick")).to_have_count(2 * PAGE)
    page.get_by_role("searchbox", name="Find a product").fill("notebook 29")
    expect(page.locator(".pick")).to_have_count(13)
    for key in ("ArrowDown", "Space", "ArrowDown", "Space"):
        keys.press(key)
    expect(page.get_by_text("3 chosen")).to_be_visible()
    assert chosen(shelves) == ["p7"], "nothing is chosen before it is applied"
    page.get_by_role("button", name="Apply").press("Enter")
    saved(page, 1)
    assert chosen(shelves) == ["p7", "p29", "p129"]
    expect(press).to_be_focused()
    panel.locator("[data-drops]").first.press("Enter")
    saved(page, 2)
    assert chosen(shelves) == ["p29", "p129"]
    expect(page.locator("#step-n1")).to_contain_text("one of 2 chosen products")
    assert not wrong


def test_an_answer_that_comes_late_does_not_close_the_list(shelves: Site, page: Page) -> None:
    shelves.open(page, "n1")
    page.get_by_role("button", name="Choose products").click()
    expect(page.locator(".pick")).to_have_count(PAGE)
    page.evaluate(
        "() => document.getElementById('editor').editor.saver.edit({ edit: 'annotate', id: 'n2', note: 'x' })"
    )
    saved(page, 1)
    expect(page.locator(".pick")).to_have_count(PAGE)
    page.locator(".pick").first.click()
    page.get_by_role("button", name="Apply").click()
    saved(page, 2)
    assert chosen(shelves) == ["p7", "p0"]


def test_products_are_chosen_with_taps_on_a_phone(shelves: Site, browser: Browser) -> None:
    context = browser.new_context(**PHONE)
    context.add_cookies([shelves.cookie()])
    page = context.new_page()
    wrong = unbroken(page)
    shelves.open(page)
    page.locator("#pick-n1").tap()
    page.get_by_role("button", name="Choose products").tap()
    page.get_by_role("searchbox", name="Find a product").fill("299")
    expect(page.locator(".pick")).to_have_count(1)
    page.locator(".pick").tap()
    page.get_by_role("button", name="Apply").tap()
    saved(page, 1)
    assert chosen(shelves) == ["p7", "p299"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not wrong
    context.close()
