"""A design, built by hand in a browser: blocks added, carried, moved by keys, seen on a phone, and made live."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from app.extensions import db
from app.models import Email
from tests.app.letters import DESIGN
from tests.e2e.driver import carry, centre, pick_up, unbroken
from tests.e2e.editing import Site, server, site  # noqa: F401 - fixtures


@pytest.fixture
def design(site: Site, page: Page) -> Iterator[Page]:
    """The editor of a design that a shop has; the test fails on any error of its scripts."""
    wrong = unbroken(page)
    with site.app.app_context():
        email = db.session.query(Email).first()
        email.content = DESIGN
        db.session.commit()
        page.goto(f"{site.url}/emails/{email.id}?language=en")
    page.locator("#design[data-ready]").wait_for()
    yield page
    assert not wrong


def titles(page: Page) -> list[str]:
    return page.locator(".block-title").all_inner_texts()


def kept(page: Page, edits: int) -> None:
    """Wait until the page shows that so many edits are kept, and that nothing is on its way."""
    expect(page.locator("#saved")).to_have_attribute("data-revision", str(edits))
    expect(page.locator("#saved")).to_have_attribute("data-live", "")


def add(page: Page, kind: str) -> None:
    page.locator("#blocks > .adds summary").click()
    page.locator(f"#blocks > .adds [data-kind={kind}]").click()


def test_a_design_with_products_and_a_coupon_is_built_and_made_live(design: Page, site: Site) -> None:
    add(design, "items")
    kept(design, 1)
    form = design.locator(".block-form:visible")
    form.get_by_label("Quantity").uncheck()
    kept(design, 2)
    add(design, "coupon")
    kept(design, 3)
    form.get_by_label("Words above the code").fill("For {{ customer.first_nam }}")
    expect(design.locator(".block .error")).to_contain_text("did you mean “customer.first_name”?")
    design.get_by_label("Subject").fill("Yours")
    form.get_by_label("Words above the code").fill("For you")
    expect(design.locator(".block .error")).to_have_count(0)
    frame = design.frame_locator("#seen")
    expect(frame.get_by_text("For you")).to_be_visible()
    design.locator("#save-design").click()
    expect(design.locator(".design-state")).to_contain_text("Revision 2")
    expect(design.locator("#save-design")).to_be_disabled()
    with site.app.app_context():
        saved = db.session.query(Email).first()
        assert saved.content["en"]["subject"] == "Yours" and saved.draft is None
        assert {"kind": "coupon", "text": "For you"}.items() <= saved.content["en"]["blocks"][-1].items()
        assert saved.content["en"]["blocks"][-2]["quantity"] is False


def test_a_block_is_carried_by_its_grip_or_moved_by_its_button(design: Page) -> None:
    assert titles(design) == ["Heading", "Text", "Products", "Coupon", "Button"]
    grips = design.locator("[data-grips]")
    design.locator(".block").first.scroll_into_view_if_needed()
    end = centre(design.locator(".block").nth(2))
    pick_up(design, grips.nth(0))
    carry(design, end.__class__(end.x, end.y + 12))
    expect(design.locator(".block").first).to_have_attribute("data-live", "carried")
    design.mouse.up()
    kept(design, 1)
    assert titles(design) == ["Text", "Products", "Heading", "Coupon", "Button"]
    up = design.locator(".block").nth(2).get_by_role("button", name="Move up")
    up.focus()
    design.keyboard.press("Enter")
    kept(design, 2)
    assert titles(design) == ["Text", "Heading", "Products", "Coupon", "Button"]
    expect(design.locator(".block").nth(1).get_by_role("button", name="Move up")).to_be_focused()


def test_the_preview_shows_a_phone_in_the_dark(design: Page) -> None:
    design.get_by_role("button", name="Phone").click()
    design.get_by_role("button", name="Dark").click()
    expect(design.locator("#seen")).to_have_class("mail-frame mail-frame-phone")
    paper = design.frame_locator("#seen").locator(".paper").first
    expect(paper).to_have_css("background-color", "rgb(32, 30, 27)")
    box = design.locator("#seen").bounding_box()
    assert box and box["width"] <= 390


def test_on_a_phone_the_words_come_first_and_the_preview_shows_both_widths(design: Page) -> None:
    design.set_viewport_size({"width": 390, "height": 844})
    design.reload()
    design.locator("#design[data-ready]").wait_for()
    frame, subject = design.locator("#seen"), design.get_by_label("Subject")
    expect(frame).to_be_hidden()
    expect(subject).to_be_visible()
    design.get_by_role("button", name="Preview").click()
    expect(subject).to_be_hidden()
    expect(frame).to_have_class("mail-frame mail-frame-phone")
    assert frame.evaluate("frame => frame.clientWidth") <= 390
    design.get_by_role("button", name="Computer").click()
    expect(frame).to_have_class("mail-frame")
    expect(frame).to_have_css("width", "720px")
    box = frame.bounding_box()
    assert box and box["x"] + box["width"] <= 390
