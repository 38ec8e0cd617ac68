"""The same five steps built from nothing in three ways: with the mouse, with keys alone, and with taps on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.extensions import db
from app.models import Flow
from graph.model import Graph
from tests.e2e.driver import drag, saved, unbroken
from tests.e2e.editing import Site, server, site  # noqa: F401

KINDS = ["cart_abandoned", "wait", "condition", "send_email", "tag"]
LINKS = {("n1", "next", "n2"), ("n2", "next", "n3"), ("n3", "yes", "n4"), ("n3", "no", "n5")}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
MOST_KEYS = 30


class Typist:
    """Counts the keys that it presses."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1


@pytest.fixture
def empty(site: Site) -> Site:
    """A flow in which nothing is drawn yet."""
    with site.app.app_context():
        db.session.get_one(Flow, site.flow_id).draft = Graph().to_json()
        db.session.commit()
    return site


@pytest.fixture
def blank(empty: Site, page: Page) -> Iterator[Page]:
    wrong = unbroken(page)
    empty.open(page)
    yield page
    assert not wrong, wrong


@pytest.fixture
def phone(empty: Site, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(**{**browser_context_args, **PHONE})
    context.add_cookies([empty.cookie()])  # type: ignore[list-item]
    page = context.new_page()
    wrong = unbroken(page)
    empty.open(page)
    yield page
    context.close()
    assert not wrong, wrong


def built(site: Site) -> None:
    draft = site.draft()
    assert [node["kind"] for node in draft["nodes"]] == KINDS
    assert site.links() == LINKS
    assert all(node["pin"] is None for node in draft["nodes"])


def test_with_the_mouse_by_plus_and_by_palette(empty: Site, blank: Page) -> None:
    blank.get_by_role("button", name="Choose how it starts").first.click()
    blank.locator("#menu-cart_abandoned").click()
    saved(blank, 1)
    palette = blank.locator("#palette")
    drag(blank, palette.get_by_role("button", name="For a while"), blank.locator("#slot-n1-next"))
    saved(blank, 2)
    blank.locator("#slot-n2-next").click()
    blank.locator("#menu-condition").click()
    saved(blank, 3)
    yes, no = blank.locator("#slot-n3-yes"), blank.locator("#slot-n3-no")
    drag(blank, palette.get_by_role("button", name="Send an e-mail"), yes, lights=yes)
    saved(blank, 4)
    drag(blank, palette.get_by_role("button", name="Tag the customer"), no, lights=no)
    saved(blank, 5)
    built(empty)


def test_with_keys_alone_and_no_more_than_thirty(empty: Site, blank: Page) -> None:
    hands = Typist(blank)
    hands.press("/", *"car", "Enter")
    saved(blank, 1)
    for revision, kind in ((2, "wai"), (3, "con")):
        expect(blank.locator("#inspector :focus")).to_have_count(1)
        hands.press("/", *kind, "Enter")
        saved(blank, revision)
    expect(blank.locator("#inspector :focus")).to_have_count(1)
    hands.press("/", "Enter", *"mai", "Enter")
    saved(blank, 4)
    expect(blank.locator("#inspector :focus")).to_have_count(1)
    hands.press("Escape", "ArrowUp")
    expect(blank.locator("#card-n3")).to_be_focused()
    hands.press("/", "Enter", *"tag", "Enter")
    saved(blank, 5)
    built(empty)
    assert hands.pressed <= MOST_KEYS, hands.pressed


def test_with_taps_on_a_phone(empty: Site, phone: Page) -> None:
    def add(at: str, kind: str, revision: int) -> None:
        phone.locator(at).tap()
        phone.locator(f"#menu-{kind}").tap()
        saved(phone, revision)
        phone.locator("#inspector").get_by_role("button", name="Close").tap()
        expect(phone.locator("#side[data-live=open]")).to_have_count(0)

    add("#outline [data-add]", "cart_abandoned", 1)
    for revision, (at, kind) in enumerate(
        [("#add-n1-next", "wait"), ("#add-n2-next", "condition"), ("#add-n3-yes", "send_email"), ("#add-n3-no", "tag")],
        start=2,
    ):  # fmt: skip
        add(at, kind, revision)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    built(empty)
