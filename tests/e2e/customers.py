"""Customers in the walk of a message: they leave a checkout, read what they get, and type their code at the till."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.e2e.words import Say, words_of
from tests.mails import faults

SETTLING = 90_000  # milliseconds; the workers are real, and the machine may be busy
CODE = re.compile(r"\bLETTRE-[A-Z0-9]+")


@dataclass
class Cast:
    """Who plays: the merchant in one language, and a customer in each of the two."""

    say: Say
    locale: str
    url: str
    merchant: Page
    customers: dict[str, Page]

    def address(self, locale: str) -> str:
        """Return where the customer of this language reads her mail."""
        return f"lou.{locale}.of.{self.locale}@example.com"


def source(cast: Cast, href: str) -> bytes:
    """Return a mail of the mailbox as it came."""
    page = cast.merchant
    page.goto(f"{cast.url}{href.split('?')[0]}?part=source")
    return page.locator("pre.mail-source").inner_text().replace("\n", "\r\n").encode()


def skip(cast: Cast, how_far: str) -> None:
    """Move the demo's clock on, and wait until the shop has settled."""
    page = cast.merchant
    page.goto(f"{cast.url}/automations")
    page.locator(".demo-bar").get_by_role("button", name=cast.say(how_far), exact=True).click()
    expect(page.locator("#clock-status")).to_contain_text(cast.say("Settled"), timeout=SETTLING)


def leave_a_checkout(cast: Cast, locale: str) -> None:
    """Fill a cart, say who one is and that news are welcome, and go."""
    page, say = cast.customers[locale], words_of(locale)
    to_the_payment(cast, locale)
    expect(page.get_by_text(say("Redeem your coupon"))).to_be_visible()
    page.goto("about:blank")


def to_the_payment(cast: Cast, locale: str) -> None:
    page, say = cast.customers[locale], words_of(locale)
    page.goto(f"{cast.url}/demo-shop/")
    page.get_by_role("main").get_by_role("link").filter(has=page.locator("img")).first.click()
    page.get_by_role("button", name=say("Add to cart")).click()
    page.get_by_role("link", name=say("Go to checkout")).click()
    page.get_by_label(say("E-mail"), exact=True).fill(cast.address(locale))
    page.get_by_label(say("Send me news from the studio, about twice a month")).check()
    page.get_by_role("button", name=say("Continue"), exact=True).click()


def mine(cast: Cast, locale: str) -> list[str]:
    """Return the addresses of the mails that this customer got from the walk's automation."""
    page = cast.merchant
    page.goto(f"{cast.url}/mailbox?search={cast.address(locale)}")
    links = page.locator("tbody tr").filter(has_text=subject(locale, cast)).get_by_role("link")
    return [link.get_attribute("href") or "" for link in links.all()]


def receive(cast: Cast, locale: str) -> str:
    """Read the one mail of this customer: it is sound, in her language, and shows her goods; return her code."""
    mails = mine(cast, locale)
    assert len(mails) == 1, mails
    assert faults(source(cast, mails[0])) == []
    cast.merchant.goto(f"{cast.url}{mails[0]}")
    frame = cast.merchant.frame_locator("iframe.mail-frame")
    expect(frame.locator("html")).to_have_attribute("lang", locale)
    expect(frame.locator(".items img").first).to_be_visible()
    found = CODE.search(frame.locator(".ticket").inner_text())
    assert found
    return found[0]


def redeem(cast: Cast, locale: str, code: str) -> None:
    """Type the code behind its link at the checkout, and pay less."""
    page, say = cast.customers[locale], words_of(locale)
    to_the_payment(cast, locale)
    page.get_by_text(say("Redeem your coupon")).click()
    page.get_by_label(say("Coupon code")).fill(code.lower())
    page.get_by_role("button", name=say("Redeem"), exact=True).click()
    expect(page.locator(".summary")).to_contain_text(code)
    for label, value in (("First name", "Lou"), ("Last name", "Martin"), ("Street and number", "1 rue de la Lune"),
                         ("Postal code", "44000"), ("City", "Nantes")):  # fmt: skip
        page.get_by_label(say(label), exact=True).fill(value)
    page.locator("button[value=pay]").click()
    expect(page.get_by_role("heading", name=say("Thank you."))).to_be_visible()


def fail_to_redeem_it_twice(cast: Cast, locale: str, code: str) -> None:
    page, say = cast.customers[locale], words_of(locale)
    to_the_payment(cast, locale)
    page.get_by_text(say("Redeem your coupon")).click()
    page.get_by_label(say("Coupon code")).fill(code)
    page.get_by_role("button", name=say("Redeem"), exact=True).click()
    expect(page.locator("#code-error")).to_contain_text(say("This code has been used already."))
    page.goto("about:blank")


def the_way_of(cast: Cast, flow: str, locale: str) -> None:
    """Open the page that tells a customer's way through the automation, from her mail."""
    cast.merchant.goto(f"{cast.url}{mine(cast, locale)[0]}")
    cast.merchant.get_by_role("link", name=cast.say("This person’s way through it")).click()
    expect(cast.merchant.locator("ol.timeline")).to_be_visible()


def subject(language: str, cast: Cast) -> str:
    return {"en": f"Yours, {cast.locale}", "fr": f"À vous, {cast.locale}"}[language]
