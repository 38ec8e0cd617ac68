"""The same flow on a phone: the outline is the editor, the panel is a sheet, and nothing needs a drag."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.driver import saved, unbroken
from tests.e2e.editing import Site, server, site  # noqa: F401


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return browser_context_args | {
        "viewport": {"width": 360, "height": 740},
        "has_touch": True,
        "is_mobile": True,
    }


@pytest.fixture
def phone(site: Site, page: Page) -> Iterator[Page]:
    wrong = unbroken(page)
    site.open(page)
    yield page
    assert not wrong, wrong


def test_the_outline_tells_the_flow_in_order(site: Site, phone: Page) -> None:
    titles = phone.locator("#outline .step-title").all_inner_texts()
    assert titles[:3] == ["Cart left behind", "Wait 2 hours", "Cart total over €50.00?"]
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    expect(phone.get_by_role("heading", name="Yes")).to_be_visible()


def test_a_step_is_added_set_and_deleted_with_taps(site: Site, phone: Page) -> None:
    phone.locator("#add-n4-next").tap()
    phone.locator("#menu-wait").tap()
    saved(phone, 1)
    phone.locator("#n7-duration").fill("45")
    phone.locator("#n7-duration-unit").select_option("minutes")
    saved(phone, 2)
    phone.locator("#inspector").get_by_role("button", name="Close").tap()
    expect(phone.locator("#outline")).to_contain_text("Wait 45 minutes")
    phone.locator("#line-n7").get_by_role("button", name="What to do with").tap()
    phone.get_by_role("menuitem", name="Delete").tap()
    saved(phone, 3)
    assert ("n4", "next", "n5") in site.links()


def test_a_step_is_moved_by_choosing_its_place(site: Site, phone: Page) -> None:
    phone.locator("#line-n4").get_by_role("button", name="What to do with").tap()
    phone.get_by_role("menuitem", name="Move to another place…").tap()
    phone.locator("#add-n3-no").tap()
    saved(phone, 1)
    assert {("n3", "yes", "n5"), ("n3", "no", "n4"), ("n4", "next", "n6")} <= site.links()


def test_what_is_tapped_is_large_enough(site: Site, phone: Page) -> None:
    small = phone.evaluate("""() => [...document.querySelectorAll('.bar-top button, .bar-top a, .outline button')]
        .filter(each => each.checkVisibility()).filter(each => {
            const box = each.getBoundingClientRect(), more = each.classList.contains('slot') ? 18 : 0;
            return Math.min(box.width, box.height) + more < 43.5;
        }).map(each => each.outerHTML.slice(0, 90))""")
    assert small == []
