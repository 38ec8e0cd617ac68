"""The walk of an offer: made, given after a purchase, kept as it was promised, used once, turned off, suspended."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, expect

from app.demo.seed import OWNER
from tests.e2e import walking
from tests.e2e.instance import Instance
from tests.e2e.walking import (
    Cast,
    buy,
    digits,
    figure,
    follow,
    pay,
    press,
    redeem,
    same_amount,
    settle,
    silence,
    visit,
)
from tests.patience import until

FIRST, SECOND = "A tenth off, for next time", "Come back for tea"


@pytest.mark.timeout(300)
@pytest.mark.rule("OFFER-02")
@pytest.mark.rule("OFFER-03")
@pytest.mark.rule("OFFER-08")
@pytest.mark.rule("OFFER-09")
@pytest.mark.rule("OFFER-12")
@pytest.mark.rule("OFFER-13")
@pytest.mark.rule("OFFER-15")
@pytest.mark.rule("OFFER-17")
@pytest.mark.rule("OFFER-18")
@pytest.mark.rule("OFFER-19")
@pytest.mark.rule("OFFER-20")
@pytest.mark.rule("OFFER-22")
@pytest.mark.rule("OFFER-26")
@pytest.mark.rule("OFFER-27")
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_an_offer_from_its_wizard_to_its_suspension(
    browser: Browser, instance: Instance, locale: str
) -> None:
    with walking.walk(browser, instance.url, locale) as cast:
        silence(cast)
        offer = make_it_with_a_new_code(cast)
        publish(cast)
        buy(cast, "noor", "washi-tape")
        code = is_promised(cast, FIRST)
        change_the_banner(cast, offer)
        buy(cast, "noor", "washi-tape")  # she holds one: there is no second
        assert is_promised(cast, FIRST) == code
        paid = use_it(cast, code)
        another = is_promised(
            cast, SECOND
        )  # given for the order that used the first, and as it is promised today
        expect_figures(cast, offer, sales=paid)
        turn_it_off(cast)
        is_shown_no_more_but_its_code_works(cast, another)
        publish(cast)
        withdraw_its_coupon(cast, offer)
        it_is_suspended_and_the_merchant_told(cast, offer)
        the_code_is_refused(cast)


def make_it_with_a_new_code(cast: Cast) -> str:
    """Answer the wizard and finish later; return the offer's address."""
    page, say = cast.merchant, cast.say
    visit(cast, "Offers")
    follow(page, say("New offer"))
    page.get_by_label(say("Name")).first.fill(cast.named("Offer"))
    if page.get_by_label(say("A new code")).count():
        page.get_by_label(say("A new code")).check()
    page.locator("input[name=new-name]").fill(cast.named("For the next time"))
    page.locator("input[name=new-prefix]").fill(f"NEXT{cast.locale.upper()}")
    page.get_by_label(say("What does the banner say?")).fill(FIRST)
    press(page, say("Finish later"))
    expect(page.get_by_role("heading", name=cast.named("Offer"))).to_be_visible()
    return page.url


def publish(cast: Cast) -> None:
    """Publish the offer whose page is shown, and confirm."""
    page, say = cast.merchant, cast.say
    expect(state(cast)).not_to_have_text(say("On"))
    press(page, say("Publish"))
    press(page.get_by_role("dialog"), say("Publish"))
    expect(state(cast)).to_have_text(say("On"))


def state(cast: Cast) -> Locator:
    return cast.merchant.locator(".page-actions .pill")


def banner(cast: Cast) -> Locator:
    """Open the shop's first page; return the offers that it shows."""
    cast.shopper.goto(f"{cast.url}/demo-shop/")
    expect(cast.shopper.locator("main h1")).to_be_visible()
    return cast.shopper.locator("[data-offer]")


def is_promised(cast: Cast, words: str) -> str:
    """See one offer that says this once the shop has settled; return its code."""
    settle(cast)
    shown = banner(cast)
    expect(shown).to_contain_text(words)
    return shown.locator("b").inner_text()


def change_the_banner(cast: Cast, offer: str) -> None:
    page, say = cast.merchant, cast.say
    page.goto(offer)
    follow(page, say("Edit"))
    page.get_by_label(say("What does the banner say?")).fill(SECOND)
    press(page, say("Save"))
    expect(state(cast)).to_have_text(say("On"))
    expect(page.locator("main")).to_contain_text(SECOND)


def use_it(cast: Cast, code: str) -> str:
    """Use the offer by its button at the checkout, and pay less; it is over then."""
    page, say = cast.shopper, cast.say
    walking.fill_a_cart(cast, "espresso-cups")
    walking.to_the_payment(cast, "noor")
    full = digits(walking.pay_button(cast).inner_text())
    press(page, say("Use it"))
    expect(page.locator(".totals-code")).to_contain_text(code)
    paid = pay(cast)
    assert int(paid) < int(full)
    expect(banner(cast).filter(has_text=code)).to_have_count(0)
    return paid


def expect_figures(cast: Cast, offer: str, sales: str) -> None:
    cast.merchant.goto(offer)
    assert figure(cast, "Customers who received it") == "1"
    assert figure(cast, "Orders with the code") == "1"
    assert same_amount(figure(cast, "Sales with it"), sales)


def turn_it_off(cast: Cast) -> None:
    page, say = cast.merchant, cast.say
    press(page, say("Turn off"))
    press(page.get_by_role("dialog"), say("Turn off"))
    expect(state(cast)).to_have_text(say("Off"))


def is_shown_no_more_but_its_code_works(cast: Cast, code: str) -> None:
    expect(banner(cast)).to_have_count(0)
    walking.fill_a_cart(cast, "espresso-cups")
    walking.to_the_payment(cast, "noor")
    redeem(cast, code)


def withdraw_its_coupon(cast: Cast, offer: str) -> None:
    page, say = cast.merchant, cast.say
    follow(page, cast.named("For the next time"))
    press(page, say("Withdraw"))
    press(page, say("Withdraw the coupon"))
    expect(page.get_by_role("heading", name=say("Coupons"))).to_be_visible()
    page.goto(offer)


def it_is_suspended_and_the_merchant_told(cast: Cast, offer: str) -> None:
    """It stops by itself, says why and what to do, and a mail leads to where it is mended."""
    page, say = cast.merchant, cast.say
    asked = say("Create a new code, add it to the offer and publish it again.")
    until(lambda: page.goto(offer) and page.locator(".note").filter(has_text=asked).count())
    until(lambda: the_team_reads_a_mail_that_leads_to(cast, f"{offer}/edit"))


def the_team_reads_a_mail_that_leads_to(cast: Cast, place: str) -> bool:
    page = cast.merchant
    page.goto(f"{cast.url}/mailbox?search={OWNER}")
    newest = page.locator("main tbody tr").first.get_by_role("link")
    expect(page.locator("main h1")).to_be_visible()
    if not newest.count():
        return False
    newest.first.click()
    mail = page.frame_locator("iframe.mail-frame")
    expect(mail.get_by_role("link").first).to_be_visible()
    return mail.locator(f"a[href^='{place}']").count() == 1


def the_code_is_refused(cast: Cast) -> None:
    """She typed it before it was withdrawn: the payment tells her now."""
    cast.shopper.goto(f"{cast.url}/demo-shop/checkout/payment")
    expect(cast.shopper.locator("#code-error")).to_contain_text(cast.say("This code is no longer valid."))
