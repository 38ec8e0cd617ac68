"""A message, from the merchant's first block to the customer's no: designed, sent, redeemed once, and then not sent.

The product runs as `make run` starts it. A merchant designs an e-mail with products and a personal code; two customers
get it in two languages; one redeems her code, the other unsubscribes by one press while the next one waits.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import unescape

import pytest
from PIL import Image as Picture
from playwright.sync_api import Browser, Page, expect

from tests.e2e.customers import (
    Cast,
    fail_to_redeem_it_twice,
    leave_a_checkout,
    mine,
    receive,
    redeem,
    skip,
    source,
    subject,
    the_way_of,
)  # fmt: skip
from tests.e2e.driver import saved, unbroken
from tests.e2e.instance import Instance
from tests.e2e.words import words_of
from tests.mails import faults

ZONE = {"timezone_id": "Europe/Paris", "reduced_motion": "reduce", "viewport": {"width": 1280, "height": 860}}


@pytest.fixture(params=["en", "fr"])
def cast(request: pytest.FixtureRequest, browser: Browser, instance: Instance) -> Iterator[Cast]:
    contexts = [browser.new_context(locale=locale, **ZONE) for locale in (request.param, "en", "fr")]
    merchant, english, french = (context.new_page() for context in contexts)
    wrong = [unbroken(page) for page in (merchant, english, french)]
    customers = {"en": english, "fr": french}
    yield Cast(words_of(request.param), request.param, instance.url, merchant, customers)
    for context in contexts:
        context.close()
    assert not [line for lines in wrong for line in lines]


@pytest.mark.timeout(400)
@pytest.mark.rule("CART-24")
@pytest.mark.rule("CART-05")
@pytest.mark.rule("CART-08")
@pytest.mark.rule("AUTO-07")
@pytest.mark.rule("C9")
def test_the_walk_of_a_message(cast: Cast) -> None:
    enter_the_demo(cast)
    upload_a_logo(cast)
    make_a_personal_coupon(cast)
    design_an_email(cast)
    send_a_test(cast)
    flow = use_it_in_a_live_flow(cast)
    write_once_a_week_at_most(cast)
    for locale in cast.customers:
        leave_a_checkout(cast, locale)
    skip(cast, "1 day")
    codes = {locale: receive(cast, locale) for locale in cast.customers}
    assert len(set(codes.values())) == 2
    redeem(cast, "en", codes["en"])
    fail_to_redeem_it_twice(cast, "en", codes["en"])
    see_the_next_one_wait(cast, flow, "fr")
    unsubscribe_by_one_press(cast, "fr")
    skip(cast, "1 week")
    see_that_it_never_left(cast, flow, "fr")
    leave_the_shop_as_it_was(cast, flow)


def enter_the_demo(cast: Cast) -> None:
    page = cast.merchant
    page.goto(f"{cast.url}/")
    page.get_by_role("button", name=cast.say("Explore the demo shop")).click()
    expect(page.get_by_role("heading", name="Papier Lune")).to_be_visible()


def upload_a_logo(cast: Cast) -> None:
    """Choosing the file is keeping it: it is there after a reload, and in every e-mail."""
    page, out = cast.merchant, io.BytesIO()
    Picture.new("RGB", (320, 120), (20, 60, 120)).save(out, "PNG")
    page.goto(f"{cast.url}/settings/brand")
    picture = {"name": "logo.png", "mimeType": "image/png", "buffer": out.getvalue()}
    page.locator("[data-logo] input[type=file]").set_input_files(picture)
    expect(page.get_by_text(cast.say("Your logo is kept, and already in every e-mail."))).to_be_visible()
    page.reload()
    expect(page.locator(".brand-logo img")).to_be_visible()
    expect(page.frame_locator("iframe.mail-frame").locator("img[src*='/images/']")).to_be_visible()


def make_a_personal_coupon(cast: Cast) -> None:
    page = cast.merchant
    page.goto(f"{cast.url}/coupons/new")
    page.locator("input[name=name]").fill(coupon(cast))
    page.locator("input[name=prefix]").fill("LETTRE")
    page.get_by_role("button", name=cast.say("Make the coupon")).click()
    expect(page.get_by_text(coupon(cast))).to_be_visible()


def coupon(cast: Cast) -> str:
    return f"A tenth, each their own ({cast.locale})"


def name(cast: Cast) -> str:
    return f"Left behind ({cast.locale})"


def design_an_email(cast: Cast) -> None:
    """Start from a letter; in both languages add the products and the code; look at it on a phone; save."""
    page, say = cast.merchant, cast.say
    page.goto(f"{cast.url}/emails/new")
    page.locator("input[name=starter][value=letter]").check()
    page.locator("input[name=name]").fill(name(cast))
    page.get_by_role("button", name=say("Make this e-mail")).click()
    page.locator("#design[data-ready]").wait_for()
    edits = 0
    for language in ("English", "Français"):
        page.get_by_role("link", name=language, exact=True).click()
        page.locator("#design[data-ready]").wait_for()
        for kind in ("items", "coupon"):
            add(page, kind)
            kept(page, edits := edits + 1)
        page.get_by_label(say("Subject")).fill(subject(language[:2].lower(), cast))
        page.get_by_label(say("Subject")).blur()
        kept(page, edits := edits + 1)
    page.get_by_role("button", name=say("Phone"), exact=True).click()
    frame = page.locator("#seen")
    expect(frame).to_have_class(re.compile("mail-frame-phone"))
    seen = page.frame_locator("#seen")
    expect(seen.locator("img[src*='/images/']")).to_be_visible()  # the logo
    expect(seen.get_by_text("CAMILLE-7K2M")).to_be_visible()
    expect(seen.locator(".items img").first).to_be_visible()
    assert seen.locator("body").evaluate("body => body.scrollWidth") <= 390
    page.locator("#save-design").click()
    expect(page.locator(".design-state")).to_contain_text(say("Saved"))  # nothing sends it yet
    expect(page.locator("#save-design")).to_be_disabled()


def add(page: Page, kind: str) -> None:
    page.locator("#blocks > .adds summary").click()
    page.locator(f"#blocks > .adds [data-kind={kind}]").click()


def kept(page: Page, edits: int) -> None:
    expect(page.locator("#saved")).to_have_attribute("data-revision", str(edits))
    expect(page.locator("#saved")).to_have_attribute("data-live", "")


def send_a_test(cast: Cast) -> None:
    page, say = cast.merchant, cast.say
    page.get_by_role("button", name=say("Send me a test")).click()
    expect(page.locator(".toast")).to_contain_text(
        say("A test is on its way to %(address)s.", address="§").split("§")[0]
    )
    page.goto(f"{cast.url}/mailbox?search={subject('fr', cast)}")
    test = page.locator("tbody tr").filter(has_text=subject("fr", cast))
    expect(test).to_have_count(1)
    assert faults(source(cast, test.get_by_role("link").get_attribute("href") or "")) == []


def use_it_in_a_live_flow(cast: Cast) -> str:
    """Draw it from nothing: a left checkout, a code, the e-mail, a day, the e-mail again; turn it on."""
    page, say = cast.merchant, cast.say
    page.goto(f"{cast.url}/automations/new")
    page.locator("main input[name=name]").fill(name(cast))
    page.locator("input[name=trigger][value=checkout_abandoned]").check()
    page.get_by_role("button", name=say("Start drawing")).click()
    page.locator("#editor[data-ready]").wait_for()
    at = int(page.locator("#bar").get_attribute("data-revision") or 0)
    last = page.locator("#canvas [data-step]").first.get_attribute("data-step") or ""
    for kind, chosen in (
        ("give_coupon", coupon(cast)),
        ("send_email", name(cast)),
        ("wait", ""),
        ("send_email", name(cast)),
    ):
        page.locator(f"#slot-{last}-next").click()
        page.locator(f"#menu-{kind}").click()
        saved(page, at := at + 1)
        last = page.locator("#inspector").get_attribute("data-step") or ""
        if chosen:
            page.locator("#inspector select").first.select_option(label=chosen)
            saved(page, at := at + 1)
    page.locator("#publish-button").click()
    page.locator("#publish-now").click()
    page.locator("#publish").wait_for(state="hidden")
    page.goto(f"{cast.url}/automations")
    page.get_by_role("link", name=name(cast), exact=True).click()
    expect(page.get_by_role("button", name=say("Turn off"), exact=True)).to_be_visible()
    return page.url


def write_once_a_week_at_most(cast: Cast) -> None:
    page = cast.merchant
    page.goto(f"{cast.url}/settings/sending")
    page.locator("input[name=most_messages]").fill("1")
    page.get_by_role("button", name=cast.say("Save"), exact=True).click()
    expect(page.locator(".toast")).to_be_visible()


def leave_the_shop_as_it_was(cast: Cast, flow: str) -> None:
    """Other walks go through the same shop."""
    page = cast.merchant
    page.goto(f"{cast.url}/settings/sending")
    page.locator("input[name=most_messages]").fill("")
    page.get_by_role("button", name=cast.say("Save"), exact=True).click()
    expect(page.locator(".toast")).to_be_visible()
    page.goto(flow)
    page.get_by_role("button", name=cast.say("Turn off"), exact=True).first.click()
    page.locator("dialog[open]").get_by_role("button", name=cast.say("Turn off"), exact=True).click()
    expect(page.get_by_role("button", name=cast.say("Turn on"), exact=True).first).to_be_visible()


def see_the_next_one_wait(cast: Cast, flow: str, locale: str) -> None:
    """A day later the second e-mail is due, and waits: they have had as much as the shop allows."""
    skip(cast, "1 day")
    assert len(mine(cast, locale)) == 1
    the_way_of(cast, flow, locale)
    waiting = cast.merchant.locator("ol.timeline .sent").last
    expect(waiting).to_contain_text(
        cast.say("Held until %(moment)s: %(reason)s", moment="§", reason="").split("§")[0]
    )
    expect(waiting).to_contain_text(cast.say("They have had as many e-mails lately as you allow"))


def unsubscribe_by_one_press(cast: Cast, locale: str) -> None:
    """What a mail program does when its own button is pressed: one POST, without a cookie (RFC 8058)."""
    raw = source(cast, mine(cast, locale)[0]).decode()
    found = re.search(r"^List-Unsubscribe: <([^>]+)>", raw, re.M)
    assert found and "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in raw
    stranger = cast.customers[locale].context.browser.new_context()  # type: ignore[union-attr]
    answer = stranger.request.post(
        unescape(found[1]), form={"List-Unsubscribe": "One-Click"}, max_redirects=0
    )
    assert answer.status == 200
    stranger.close()


def see_that_it_never_left(cast: Cast, flow: str, locale: str) -> None:
    """A week later she still has one mail; the page says that the second was not sent, and why."""
    assert len(mine(cast, locale)) == 1
    the_way_of(cast, flow, locale)
    expect(cast.merchant.locator("ol.timeline .sent").last).to_contain_text(
        cast.say("They have unsubscribed")
    )
