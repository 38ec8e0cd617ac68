"""The walk of the cart desk: reminders with a code, one by hand, one brought back, one turned into an order."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e import walking
from tests.e2e.instance import Instance
from tests.e2e.walking import Cast, digits, figure, follow, leave, mails, press, read, silence, skip

LAST = {"en": ("fountain-pen", 16), "fr": ("oak-desk-tray", 14)}  # all that there is of a product
EXPRESS = "Express delivery, the next working day"


@pytest.mark.timeout(300)
@pytest.mark.rule("CART-03")
@pytest.mark.rule("CART-04")
@pytest.mark.rule("CART-05")
@pytest.mark.rule("CART-07")
@pytest.mark.rule("CART-08")
@pytest.mark.rule("CART-09")
@pytest.mark.rule("CART-10")
@pytest.mark.rule("CART-11")
@pytest.mark.rule("CART-12")
@pytest.mark.rule("CART-13")
@pytest.mark.rule("CART-14")
@pytest.mark.rule("CART-15")
@pytest.mark.rule("CART-19")
@pytest.mark.rule("CART-20")
@pytest.mark.rule("CART-26")
@pytest.mark.rule("CART-28")
@pytest.mark.rule("CART-29")
@pytest.mark.rule("CART-30")
@pytest.mark.rule("CART-31")
@pytest.mark.rule("CART-32")
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_three_left_carts_and_what_becomes_of_them(browser: Browser, instance: Instance, locale: str) -> None:
    with walking.walk(browser, instance.url, locale) as cast:
        silence(cast)
        coupon = make_a_coupon(cast)
        switch_on_with_it(cast, coupon)
        leave(cast, "hana", "cedar-pencils", news=True)
        leave(cast, "rita", "linen-journal", "night-blue-ink", news=True, way=EXPRESS)
        last, pieces = LAST[locale]
        leave(cast, "omar", last, quantity=pieces, news=True)
        skip(cast, "1 day")  # their quiet is noticed: they enter, and wait
        for who in ("hana", "rita", "omar"):
            expect(cart(cast, who)).to_contain_text(cast.say("Reminder scheduled"))
        write_by_hand(cast, "hana")
        place_the_order(cast, "omar")
        skip(cast, "2 hours")
        expect(mails(cast, "rita")).to_have_count(1)
        expect(mails(cast, "hana")).to_have_count(1)  # hers by hand took the scheduled one's place
        skip(cast, "1 day")
        before = recovered_in_all(cast)
        paid = come_back_with_the_code(cast, "rita")
        walking.settle(cast)
        expect(cart(cast, "rita")).to_contain_text(cast.say("Recovered"))
        assert recovered_in_all(cast) == before + int(paid)
        expect_among_the_orders(cast, "rita")
        switch_off(cast)


def make_a_coupon(cast: Cast) -> str:
    page, say, name = cast.merchant, cast.say, cast.named("A tenth for those who come back")
    page.goto(f"{cast.url}/coupons/new")
    page.get_by_label(say("Name")).first.fill(name)
    page.get_by_label(say("Code"), exact=True).fill("RETOUR")
    press(page, say("Make the coupon"))
    expect(page.get_by_text(name)).to_be_visible()
    return name


def reminder(cast: Cast) -> Locator:
    """Open the reminders; return the card of the demo's own one."""
    page, say = cast.merchant, cast.say
    page.goto(f"{cast.url}/carts")
    follow(page.locator("main"), say("Reminders"))
    return page.locator("section.card").filter(has=page.get_by_label(say("Coupon"))).first


def switch_on_with_it(cast: Cast, coupon: str) -> None:
    """Attach the coupon, then switch the reminders on for what happens from now on."""
    page, say = cast.merchant, cast.say
    card = reminder(cast)
    card.get_by_label(say("Coupon")).select_option(label=coupon)
    press(card, say("Save"))
    follow(reminder(cast), say("Switch on"))
    page.get_by_label(say("Only what happens from now on")).check()
    press(page, say("Turn on"))
    expect(page.get_by_role("button", name=say("Turn off"), exact=True).first).to_be_visible()


def cart(cast: Cast, who: str) -> Locator:
    """Search the desk for a shopper's cart; return its row."""
    page = cast.merchant
    page.goto(f"{cast.url}/carts?q={cast.address(who)}")
    row = page.locator("main tbody tr")
    expect(row).to_have_count(1)
    return row


def write_by_hand(cast: Cast, who: str) -> None:
    """Send the reminder now, with a subject and words for this one time."""
    page, say = cast.merchant, cast.say
    cart(cast, who).get_by_role("link").click()
    follow(page, say("Send a reminder now"))
    page.get_by_label(say("Subject")).fill("Your pencils, dear Hana")
    page.get_by_label(say("Message")).fill("I kept them on the counter.")
    press(page, say("Send now"))
    walking.settle(cast)
    expect(cart(cast, who)).to_contain_text(say("Reminder sent"))
    mail = read(cast, who)
    expect(page.get_by_role("heading", name="Your pencils, dear Hana")).to_be_visible()
    expect(mail.get_by_text("I kept them on the counter.")).to_be_visible()
    expect(mail.locator(".items")).to_contain_text("cèdre" if cast.locale == "fr" else "pencils")


def place_the_order(cast: Cast, who: str) -> None:
    """Turn a cart into an order: what it does to the stock is said, nobody is charged, the customer is told."""
    page, say = cast.merchant, cast.say
    cart(cast, who).get_by_role("link").click()
    follow(page, say("Turn into an order"))
    expect(page.get_by_text(say("Nobody is charged."))).to_be_visible()
    expect(page.locator("section[aria-labelledby=stock]")).to_contain_text(
        say("This takes the last piece: it will be out of stock.")
    )
    page.get_by_label(say("Not paid yet")).check()
    page.get_by_label(say("Paid by")).select_option(label=say("Cash"))
    page.get_by_label(say("Send the order confirmation")).check()
    press(page, say("Place the order"))
    walking.settle(cast)
    page.goto(f"{cast.url}/carts?q={cast.address(who)}")
    expect(page.get_by_text(say("No cart found"))).to_be_visible()
    page.goto(f"{cast.url}/orders")
    expect(page.locator("main tbody tr").first).to_contain_text(say("By hand"))
    expect(mails(cast, who)).to_have_count(1)


def recovered_in_all(cast: Cast) -> int:
    cast.merchant.goto(f"{cast.url}/carts")
    return int(digits(figure(cast, "Recovered sales since the beginning")))


def come_back_with_the_code(cast: Cast, who: str) -> str:
    """Read the second mail, press its button, type its code behind the link, pay; return the amount."""
    mail = read(cast, who, latest=True)
    expect(mail.locator(".items img")).to_have_count(2)
    found = re.search(r"RETOUR-[A-Z0-9]+", mail.locator("body").inner_text())
    assert found
    walking.follow_the_mail(
        cast, mail, {"en": "Back to my order", "fr": "Reprendre ma commande"}[cast.locale]
    )
    press(cast.shopper, cast.say("Continue to checkout"))
    walking.to_the_payment(cast, who, way=EXPRESS)
    expect(cast.shopper.locator(".totals-code")).to_have_count(0)  # a code is typed, never put in by itself
    walking.redeem(cast, found[0])
    return walking.pay(cast)


def expect_among_the_orders(cast: Cast, who: str) -> None:
    page, say = cast.merchant, cast.say
    cart(cast, who).get_by_role("link").click()
    expect(page.locator("dl.facts").filter(has_text=say("Delivery wished"))).to_contain_text(say(EXPRESS))
    number = re.compile(r"PL-\d{6}")
    follow(page, say("See the order"))
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    told = number.search(page.get_by_role("heading", name=number).inner_text())
    page.goto(f"{cast.url}/orders")
    assert told
    expect(page.get_by_role("link", name=told[0])).to_be_visible()


def switch_off(cast: Cast) -> None:
    page, say = cast.merchant, cast.say
    press(reminder(cast), say("Switch off"))
    press(page.get_by_role("dialog"), say("Deactivate"))
    expect(reminder(cast).get_by_role("link", name=say("Switch on"), exact=True)).to_be_visible()
