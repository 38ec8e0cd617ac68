"""An offer from its wizard to a shopper's checkout, a reply with its products, and automations on a phone.

The product runs as `make run` starts it; the only thing that is hurried is the demo shop's clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.driver import unbroken
from tests.e2e.instance import Instance
from tests.e2e.words import Say, words_of

SETTLING = 60_000  # milliseconds; the workers are real, and the machine may be busy
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


def settled(merchant: Page, url: str, say: Say) -> None:
    """Wait until everything that was told is done."""
    merchant.goto(f"{url}/automations")
    expect(merchant.locator("#clock-status")).to_contain_text(say("Settled"), timeout=SETTLING)


def buy(page: Page, url: str, say: Say, email: str) -> None:
    page.goto(f"{url}/demo-shop/products/round-teapot")
    page.get_by_role("button", name=say("Add to cart")).click()
    page.goto(f"{url}/demo-shop/checkout")
    page.get_by_label(say("E-mail"), exact=True).fill(email)
    page.get_by_role("button", name=say("Continue")).click()
    pay(page, say)


def pay(page: Page, say: Say) -> None:
    for label, typed in (("First name", "Ada"), ("Last name", "Roy"), ("Street and number", "1 rue Basse"),
                         ("Postal code", "44000"), ("City", "Nantes")):  # fmt: skip
        page.get_by_label(say(label), exact=True).fill(typed)
    page.locator("button[name=do][value=pay]").click()
    expect(page.get_by_text(re.compile(r"PL-\d{6}")).first).to_be_visible()


@pytest.mark.rule("OFFER-02")
@pytest.mark.rule("OFFER-09")
@pytest.mark.rule("OFFER-12")
@pytest.mark.rule("OFFER-03")
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_an_offer_is_made_seen_used_and_counted(open_page, instance: Instance, locale: str) -> None:
    say, email = words_of(locale), f"offered.{locale}@example.com"
    merchant, shopper = open_page(locale, **DESK), open_page(locale, **DESK)
    enter(merchant, instance.url, say)
    merchant.get_by_role("link", name=say("Offers")).first.click()
    merchant.get_by_role("link", name=say("New offer")).first.click()
    merchant.get_by_label(say("Name")).first.fill(f"Offer {locale}")
    merchant.get_by_label(say("What does the banner say?")).fill("A tenth off, for next time")
    merchant.get_by_role("button", name=say("Publish")).click()
    expect(merchant.get_by_role("heading", name=f"Offer {locale}")).to_be_visible()
    offer = merchant.url

    buy(shopper, instance.url, say, email)
    settled(merchant, instance.url, say)
    banner = shopper.locator("[data-offer]")
    shopper.goto(f"{instance.url}/demo-shop/")
    expect(banner).to_contain_text("A tenth off, for next time")
    code = banner.locator("b").inner_text()

    shopper.goto(f"{instance.url}/demo-shop/products/round-teapot")
    shopper.get_by_role("button", name=say("Add to cart")).click()
    shopper.get_by_role("link", name=say("Use it at the checkout")).click()
    shopper.get_by_role("button", name=say("Use it"), exact=True).click()
    expect(shopper.locator(".totals-code")).to_contain_text(code)
    pay(shopper, say)
    shopper.goto(f"{instance.url}/demo-shop/")
    expect(banner).to_have_count(0)  # used up: the first of its ends

    settled(merchant, instance.url, say)
    merchant.goto(offer)
    for label in ("Customers who received it", "Orders with the code"):
        figure = merchant.locator(".stat").filter(has_text=say(label)).locator(".figure")
        expect(figure).to_have_text("1")
    merchant.get_by_role("button", name=say("Turn off")).first.click()
    merchant.get_by_role("dialog").get_by_role("button", name=say("Turn off")).click()
    expect(merchant.locator(".page-actions .pill")).to_have_text(say("Off"))


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
