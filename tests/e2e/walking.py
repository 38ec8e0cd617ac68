"""What the walks do: a merchant and shoppers of the demo shop, each in a browser of their own, by the words they read.

The product runs as `make run` starts it. Nothing is skipped and nothing faked; the only thing that is hurried is the
demo shop's clock, by the buttons that its merchant has. Nothing here sleeps: each wait is for what the page says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from tests.e2e.driver import unbroken
from tests.e2e.words import Say, words_of

SETTLING = 90_000  # milliseconds; the workers are real, and the machine may be busy
PATIENCE = 15_000  # milliseconds for a page
SCREEN = {
    "timezone_id": "Europe/Paris",
    "reduced_motion": "reduce",
    "viewport": {"width": 1280, "height": 860},
}
ADDRESS = (("First name", "Ada"), ("Last name", "Roy"), ("Street and number", "1 rue Basse"),
           ("Postal code", "44000"), ("City", "Nantes"))  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """Who plays: the merchant's page, the shoppers' page, and the language that all of it is in."""

    say: Say
    locale: str
    url: str
    merchant: Page
    shopper: Page

    def named(self, words: str) -> str:
        """Return a name that only this walk gives."""
        return f"{words} ({self.locale})"

    def address(self, who: str) -> str:
        """Return where one of this walk's shoppers reads their mail."""
        return f"{who}.{self.locale}@example.com"


@contextmanager
def walk(browser: Browser, url: str, locale: str) -> Iterator[Cast]:
    """Open both browsers and let the merchant in; whatever goes wrong in a page's scripts fails the walk."""
    contexts = [browser.new_context(locale=locale, **SCREEN) for _each in range(2)]  # type: ignore[arg-type]
    pages = [context.new_page() for context in contexts]
    for context in contexts:
        context.set_default_timeout(PATIENCE)
    wrong = [unbroken(page) for page in pages]
    cast = Cast(words_of(locale), locale, url, *pages)
    _enter(cast)
    yield cast
    for context in contexts:
        context.close()
    assert not [line for lines in wrong for line in lines]


def _enter(cast: Cast) -> None:
    page, say = cast.merchant, cast.say
    page.goto(f"{cast.url}/")
    page.get_by_role("button", name=say("Explore the demo shop")).click()
    expect(page.get_by_role("heading", name="Papier Lune")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", cast.locale)


def press(page: Page | Locator, words: str) -> None:
    """Press the first button that says exactly this."""
    page.get_by_role("button", name=words, exact=True).first.click()


def follow(page: Page | Locator, words: str) -> None:
    """Follow the first link that says exactly this."""
    page.get_by_role("link", name=words, exact=True).first.click()


def visit(cast: Cast, section: str) -> None:
    """Go to a section by the merchant's menu; beside its name the menu may count what is on."""
    menu = cast.merchant.get_by_role("navigation")
    menu.get_by_role("link", name=re.compile(rf"^{re.escape(cast.say(section))}\b")).first.click()


def silence(cast: Cast) -> None:
    """Turn off whatever is on, so that every mail and figure below belongs to the walk's own automation."""
    page = cast.merchant
    for _each in range(20):
        page.goto(f"{cast.url}/automations?state=live")
        live = (
            page.locator("main tbody")
            .get_by_role("row")
            .filter(has_text=re.compile(rf"\b{cast.say('On')}\b"))
        )
        if not live.count():
            return
        live.first.get_by_role("link").first.click()
        turn_off(cast)
    raise AssertionError("the list still shows automations that are on")


def turn_off(cast: Cast) -> str:
    """Turn off the automation whose page is shown; return what the one question said."""
    page, say = cast.merchant, cast.say
    press(page, say("Turn off"))
    question = page.locator("dialog[open]")
    said = question.inner_text()
    press(question, say("Turn off"))
    expect(page.get_by_role("button", name=say("Turn on"), exact=True).first).to_be_visible()
    return said


def skip(cast: Cast, *leaps: str) -> None:
    """Move the demo's clock on, and wait after each leap until the shop has settled."""
    for leap in leaps:
        cast.merchant.goto(f"{cast.url}/orders")
        press(cast.merchant.locator(".demo-bar"), cast.say(leap))
        _settled(cast)


def settle(cast: Cast) -> None:
    """Wait until all that was told to the shop is done."""
    cast.merchant.goto(f"{cast.url}/orders")
    _settled(cast)


def _settled(cast: Cast) -> None:
    expect(cast.merchant.locator("#clock-status")).to_contain_text(cast.say("Settled"), timeout=SETTLING)


def somebody_new(cast: Cast) -> None:
    """Let the next shopper come, of whom the shop's pages know nothing."""
    cast.shopper.context.clear_cookies()


def fill_a_cart(cast: Cast, *products: str, quantity: int = 1) -> None:
    """Put these products into the cart, each so many times."""
    page = cast.shopper
    for product in products:
        page.goto(f"{cast.url}/demo-shop/products/{product}")
        page.get_by_label(cast.say("Quantity")).fill(str(quantity))
        press(page, cast.say("Add to cart"))


def to_the_payment(cast: Cast, who: str, *, news: bool = False, way: str = "") -> None:
    """Take the first step of the checkout: an address, perhaps the news, perhaps another way of delivery."""
    page, say = cast.shopper, cast.say
    page.goto(f"{cast.url}/demo-shop/checkout")
    page.get_by_label(say("E-mail"), exact=True).fill(cast.address(who))
    if news:
        page.get_by_label(say("Send me news from the studio, about twice a month")).check()
    if way:
        page.get_by_label(say(way)).check()
    press(page, say("Continue"))
    expect(pay_button(cast)).to_be_visible()


def leave(cast: Cast, who: str, *products: str, quantity: int = 1, news: bool = False, way: str = "") -> str:
    """Let somebody new fill a cart, give their address and go; return the digits of what they would have paid."""
    somebody_new(cast)
    fill_a_cart(cast, *products, quantity=quantity)
    to_the_payment(cast, who, news=news, way=way)
    total = digits(pay_button(cast).inner_text())
    cast.shopper.goto("about:blank")
    return total


def pay_button(cast: Cast) -> Locator:
    """Return the button that pays, whatever the amount on it."""
    words = re.escape(cast.say("Pay %(amount)s (test)", amount="§")).replace("§", ".+")
    return cast.shopper.get_by_role("button", name=re.compile(words))


def pay(cast: Cast) -> str:
    """Say where to send it and pay; return the digits of the amount."""
    page, say = cast.shopper, cast.say
    for label, typed in ADDRESS:
        page.get_by_label(say(label), exact=True).fill(typed)
    total = digits(pay_button(cast).inner_text())
    pay_button(cast).click()
    expect(page.get_by_role("heading", name=say("Thank you."))).to_be_visible()
    return total


def buy(cast: Cast, who: str, *products: str) -> str:
    """Buy these products; return the digits of the amount."""
    fill_a_cart(cast, *products)
    to_the_payment(cast, who)
    return pay(cast)


def redeem(cast: Cast, code: str) -> None:
    """Type a code behind its link at the payment, and see it taken."""
    page, say = cast.shopper, cast.say
    page.get_by_text(say("Redeem your coupon")).click()
    page.get_by_label(say("Coupon code")).fill(code)
    press(page, say("Redeem"))
    expect(page.locator(".totals-code")).to_contain_text(code)


def mails(cast: Cast, who: str) -> Locator:
    """Open the mailbox at this shopper's mails; return their rows."""
    cast.merchant.goto(f"{cast.url}/mailbox?search={cast.address(who)}")
    expect(cast.merchant.locator("main h1")).to_be_visible()
    return cast.merchant.locator("main tbody tr")


def read(cast: Cast, who: str, *, latest: bool = False) -> FrameLocator:
    """Open the one mail of a shopper, or their latest; return it as they see it."""
    rows = mails(cast, who)
    if not latest:
        expect(rows).to_have_count(1)
    rows.first.get_by_role("link").first.click()
    mail = cast.merchant.frame_locator("iframe.mail-frame")
    expect(mail.locator("body")).to_be_visible()
    return mail


def follow_the_mail(cast: Cast, mail: FrameLocator, words: str) -> None:
    """Press a mail's button on another device: only its link knows the cart."""
    href = mail.get_by_role("link", name=words).get_attribute("href") or ""
    somebody_new(cast)
    cast.shopper.goto(href)


def figure(cast: Cast, label: str, root: Page | Locator | None = None) -> str:
    """Return the figure that stands under this label on the merchant's page."""
    tiles = (root or cast.merchant).locator(".stat")
    label_of = cast.merchant.get_by_text(cast.say(label), exact=True)
    return tiles.filter(has=label_of).first.locator(".figure").inner_text()


def digits(shown: str) -> str:
    """Return the digits of a figure: "€24.50" and "24,50 €" are "2450"."""
    return "".join(re.findall(r"\d", shown))


def same_amount(one: str, other: str) -> bool:
    """Whether two shown amounts are one, with or without their cents."""
    return digits(one).rstrip("0") == digits(other).rstrip("0")
