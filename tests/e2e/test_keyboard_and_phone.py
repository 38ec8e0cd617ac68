"""A reply whose products are ticked by keyboard, and an automation on a phone.

The product runs as `make run` starts it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.driver import unbroken
from tests.e2e.instance import Instance
from tests.e2e.words import Say, words_of

DESK = {"viewport": {"width": 1280, "height": 860}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
ZONE = {"timezone_id": "Europe/Paris", "reduced_motion": "reduce"}


@pytest.fixture
def open_page(browser: Browser) -> Iterator:
    """A function that opens a browser of its own; whatever goes wrong in any of them fails the test."""
    contexts, wrong = [], []

    def open(locale: str, **screen) -> Page:
        contexts.append(browser.new_context(locale=locale, **ZONE, **screen))
        page = contexts[-1].new_page()
        wrong.append(unbroken(page))
        return page

    yield open
    for context in contexts:
        context.close()
    assert not [line for lines in wrong for line in lines]


def enter(page: Page, url: str, say: Say) -> None:
    page.goto(f"{url}/")
    page.get_by_role("button", name=say("Explore the demo shop")).click()
    expect(page.get_by_role("heading", name="Papier Lune")).to_be_visible()


def fits(page: Page) -> None:
    """Nothing reaches beyond the side of the screen."""
    expect(page.locator("main h1")).to_be_visible()
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.rule("REPLY-05")
@pytest.mark.rule("REPLY-13")
@pytest.mark.rule("REPLY-14")
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_a_reply_is_made_with_products_ticked_by_keyboard(open_page, instance: Instance, locale: str) -> None:
    say, page = words_of(locale), open_page(locale, **DESK)
    enter(page, instance.url, say)
    page.goto(f"{instance.url}/automations/new")
    page.get_by_role("link", name=say("Reply to a purchase")).click()
    page.get_by_label(say("Name")).first.fill(f"Reply {locale}")
    page.get_by_label(say("Only some products")).check()
    page.get_by_role("button", name=say("Choose products")).click()
    find = page.get_by_role("searchbox", name=say("Find a product"))
    expect(page.locator(".pick")).to_have_count(24)
    find.fill("tea" if locale == "en" else "théière")
    expect(page.locator(".pick")).to_have_count(1)
    find.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_text(say("1 chosen"))).to_be_visible()
    page.keyboard.press("ArrowUp")
    find.fill("carnet" if locale == "fr" else "notebook")
    expect(page.locator(".pick").first).to_be_visible()
    page.locator(".pick input:not(:checked)").first.check()
    page.get_by_role("button", name=say("Apply")).click()
    expect(page.locator("[data-chosen-list] li")).to_have_count(2)
    page.locator("[data-drops]").last.click()
    expect(page.locator("[data-chosen-list] li")).to_have_count(1)
    page.get_by_role("button", name=say("And then…")).click()
    second = page.locator(".answer").nth(1)
    second.get_by_label(say("A chat message")).check()
    second.get_by_label(say("What should it say?")).fill("?")
    page.get_by_role("button", name=say("Activate")).click()
    expect(page.get_by_role("heading", name=f"Reply {locale}")).to_be_visible()
    expect(page.locator(".page-actions .pill")).to_have_text(say("On"))
    page.get_by_role("link", name=say("Edit"), exact=True).first.click()
    expect(page.locator("#canvas .step-card")).to_have_count(5)


@pytest.mark.rule("AUTO-12")
@pytest.mark.rule("AUTO-17")
@pytest.mark.rule("AUTO-26")
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_on_a_phone_an_automation_is_added_turned_on_looked_at_and_turned_off(
    open_page, instance: Instance, locale: str
) -> None:
    say, page = words_of(locale), open_page(locale, **PHONE)
    enter(page, instance.url, say)
    page.locator(".tabbar").get_by_role("link", name=say("Automations")).click()
    page.wait_for_url("**/automations")
    fits(page)
    page.get_by_role("link", name=say("New automation")).click()
    page.wait_for_url("**/automations/new")
    fits(page)
    page.get_by_role("link", name=say("Reply to a purchase")).click()
    page.wait_for_url("**/replies/new")
    fits(page)
    page.get_by_label(say("Name")).first.fill(f"Pocket {locale}")
    page.get_by_role("button", name=say("Finish later")).click()
    expect(page.get_by_role("heading", name=f"Pocket {locale}")).to_be_visible()
    fits(page)
    page.get_by_role("button", name=say("Turn on")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()  # the second step: nothing is on before it is confirmed
    expect(page.locator(".page-actions .pill")).to_have_text(say("Off"))
    dialog.get_by_role("button", name=say("Turn on")).click()
    expect(page.locator(".page-actions .pill")).to_have_text(say("On"))
    page.locator(".tabbar").get_by_role("link", name=say("Automations")).click()
    page.get_by_role("link", name=f"Pocket {locale}", exact=True).click()
    expect(page.get_by_text(say("What it brought"))).to_be_visible()
    for name in ("Reach", "Visits", "Orders", "Sales"):
        expect(page.locator(".stat-label").filter(has_text=say(name)).first).to_be_visible()
    page.get_by_role("button", name=say("Turn off")).first.click()
    expect(dialog).to_contain_text(
        say("You can turn it on again at any time. Those who left stay out of it.")
    )
    dialog.get_by_role("button", name=say("Leave it on")).click()
    expect(page.locator(".page-actions .pill")).to_have_text(say("On"))
    page.get_by_role("button", name=say("Turn off")).first.click()
    dialog.get_by_role("button", name=say("Turn off")).click()
    expect(page.locator(".page-actions .pill")).to_have_text(say("Off"))
    fits(page)
