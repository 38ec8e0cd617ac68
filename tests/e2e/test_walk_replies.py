"""The walk of a reply: a coupon by e-mail a week after the first purchase of a product, then a word in the chat."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e import walking
from tests.e2e.instance import Instance
from tests.e2e.walking import (
    Cast,
    buy,
    figure,
    follow,
    mails,
    press,
    read,
    redeem,
    silence,
    skip,
    somebody_new,
    visit,
)

WORDS = "How is the writing?"


@pytest.mark.timeout(300)
@pytest.mark.rule("REPLY-01")
@pytest.mark.rule("REPLY-02")
@pytest.mark.rule("REPLY-05")
@pytest.mark.rule("REPLY-06")
@pytest.mark.rule("REPLY-07")
@pytest.mark.rule("REPLY-11")
@pytest.mark.rule("REPLY-13")
@pytest.mark.rule("REPLY-14")
@pytest.mark.rule("REPLY-15")
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_a_reply_from_nothing_to_a_second_purchase(browser: Browser, instance: Instance, locale: str) -> None:
    with walking.walk(browser, instance.url, locale) as cast:
        silence(cast)
        flow = make_it_from_nothing(cast)
        buy(cast, "other", "canvas-tote")
        somebody_new(cast)
        buy(cast, "ines", "moonrise-notebook")
        skip(cast, "1 day")
        expect(mails(cast, "ines")).to_have_count(0)
        skip(cast, "1 week")
        expect(mails(cast, "other")).to_have_count(0)  # it was another product
        code = her_code(cast)
        skip(cast, "1 day")
        the_chat_waits_for_her(cast)
        buy_again_with_it(cast, code)
        skip(cast, "1 week", "1 day")
        expect(mails(cast, "ines")).to_have_count(1)  # once per customer
        expect_figures(cast, flow)


def make_it_from_nothing(cast: Cast) -> str:
    """Answer every question of the wizard and activate it; return the automation's address."""
    page, say = cast.merchant, cast.say
    visit(cast, "Automations")
    follow(page, say("New automation"))
    page.get_by_role("link", name=say("Reply to a purchase")).click()
    page.get_by_label(say("Name")).first.fill(cast.named("Reply"))
    page.get_by_label(say("An order is placed")).check()
    choose_a_product(cast)
    hint = say("One or two weeks after a purchase works better than at once: by then the parcel has arrived.")
    expect(page.get_by_text(hint)).to_be_visible()
    first = page.locator(".answer").first
    first.get_by_label(say("A coupon by e-mail")).check()
    first.get_by_label(say("Which coupon?")).select_option(label=say("A new coupon"))
    first.locator("input[name=a0-new-prefix]").fill("ENCRE")
    first.get_by_label(say("After a while (recommended)")).check()
    first.get_by_label(say("How long after?")).fill("7")
    page.get_by_role("radio", name=say("Once per customer"), exact=True).check()
    page.locator("input[name=audience][value=everyone]").check()
    press(page, say("And then…"))
    second = page.locator(".answer").nth(1)
    second.get_by_label(say("A chat message")).check()
    second.get_by_label(say("What should it say?")).fill(WORDS)
    second.get_by_label(say("How long after the one before?")).fill("1")
    press(page, say("Activate"))
    expect(page.get_by_role("heading", name=cast.named("Reply"))).to_be_visible()
    expect(page.locator(".page-actions .pill")).to_have_text(say("On"))
    return page.url


def choose_a_product(cast: Cast) -> None:
    """Only the moonrise notebook sets it off: found, ticked, applied."""
    page, say = cast.merchant, cast.say
    page.get_by_label(say("Only some products")).check()
    press(page, say("Choose products"))
    page.get_by_role("searchbox", name=say("Find a product")).fill(
        "lune" if cast.locale == "fr" else "moonrise"
    )
    expect(page.locator(".pick")).to_have_count(1)
    page.locator(".pick input").check()
    press(page, say("Apply"))
    expect(page.locator("[data-chosen-list] li")).to_have_count(1)


def her_code(cast: Cast) -> str:
    """Read the one mail that she has, a week after the order; return the code in it."""
    mail = read(cast, "ines")
    expect(mail.locator("html")).to_have_attribute("lang", cast.locale)
    found = re.search(r"ENCRE-[A-Z0-9]+", mail.locator(".ticket").inner_text())
    assert found
    return found[0]


def the_chat_waits_for_her(cast: Cast) -> None:
    page = cast.shopper
    page.goto(f"{cast.url}/demo-shop/messages")
    expect(page.locator("main .chat-line")).to_have_count(1)
    expect(page.locator("main .chat-line")).to_contain_text(WORDS)


def buy_again_with_it(cast: Cast, code: str) -> None:
    walking.fill_a_cart(cast, "moonrise-notebook")
    walking.to_the_payment(cast, "ines")
    redeem(cast, code)
    walking.pay(cast)


def expect_figures(cast: Cast, flow: str) -> None:
    """One mail and one word in the chat reached her, and her order with its code is the automation's."""
    cast.merchant.goto(flow)
    assert figure(cast, "Reach") == "2"
    assert figure(cast, "Orders") == "1"
