"""The walk: a shopper leaves a checkout, an automation brings them back. Nothing skipped, nothing faked.

The product runs as `make run` starts it; the merchant and the shopper each have a browser of their own, and the
only thing that is hurried is the demo shop's clock, by the buttons that its merchant has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from graph.recipes import recipe
from tests.e2e.driver import drag, saved, unbroken
from tests.e2e.instance import Instance
from tests.e2e.words import Say, words_of

NAME = "Evening reminder"
SETTLING = 60_000  # milliseconds; the workers are real, and the machine may be busy
ZONE = {"timezone_id": "Europe/Paris", "reduced_motion": "reduce", "viewport": {"width": 1280, "height": 860}}


@dataclass
class Cast:
    """Who plays: the merchant's page, the shopper's page, and the language that all of it is in."""

    say: Say
    locale: str
    url: str
    merchant: Page
    shopper: Page


@pytest.fixture(params=["en", "fr"])
def cast(request: pytest.FixtureRequest, browser: Browser, instance: Instance) -> Iterator[Cast]:
    contexts: list[BrowserContext] = [browser.new_context(locale=request.param, **ZONE) for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    wrong = [unbroken(page) for page in pages]
    yield Cast(words_of(request.param), request.param, instance.url, *pages)
    for context in contexts:
        context.close()
    assert not [line for lines in wrong for line in lines]


def test_the_walk(cast: Cast) -> None:
    enter_the_demo(cast)
    silence_the_rest(cast)
    flow = turn_on_a_template(cast)
    draw_on_the_canvas(cast, flow)
    email = f"ada.{cast.locale}@example.com"
    total = leave_a_checkout(cast, email)
    skip(cast, "1 day")  # the quiet is noticed: she enters, and waits
    expect_figures(cast, flow, reach=0)
    skip(cast, "2 hours")
    mail = read_the_mail(cast, email)
    come_back_and_pay(cast, mail, email)
    skip(cast, "2 hours")
    expect_figures(cast, flow, reach=1, visits=1, orders=1, sales=total)
    the_path_tells_why(cast, flow)
    nothing_more_for(cast, email)
    switch_off_while_somebody_waits(cast, flow)


def enter_the_demo(cast: Cast) -> None:
    page = cast.merchant
    page.goto(f"{cast.url}/")
    page.get_by_role("button", name=cast.say("Explore the demo shop")).click()
    expect(page.get_by_role("heading", name="Papier Lune")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", cast.locale)


def silence_the_rest(cast: Cast) -> None:
    """Turn off what the seeded shop has on, so that every figure below belongs to the walk's own automation."""
    page = cast.merchant
    page.goto(f"{cast.url}/automations")
    for _ in range(10):
        live = page.get_by_role("row").filter(has_text=re.compile(rf"\b{cast.say('On')}\b"))
        if not live.count():
            return
        live.first.get_by_role("link").first.click()
        turn_off(cast)
        page.goto(f"{cast.url}/automations")
    raise AssertionError("the list still shows automations that are on")


def turn_off(cast: Cast) -> str:
    """Turn off the automation whose page is shown; return what the one question said."""
    page = cast.merchant
    page.get_by_role("button", name=cast.say("Turn off"), exact=True).first.click()
    question = page.locator("dialog[open]")
    said = question.inner_text()
    question.get_by_role("button", name=cast.say("Turn off"), exact=True).click()
    expect(page.get_by_role("button", name=cast.say("Turn on"), exact=True).first).to_be_visible()
    return said


def turn_on_a_template(cast: Cast) -> str:
    """Choose a template, answer its questions, see its e-mails and its review; return the flow's address."""
    page, say = cast.merchant, cast.say
    page.get_by_role("navigation").get_by_role("link", name=say("Templates")).first.click()
    expect(page.locator("svg.miniature").first).to_be_visible()
    expect(page.locator("svg.miniature")).to_have_count(20)
    page.get_by_role("link", name=say("Bring back"), exact=True).click()
    page.get_by_role("link", name=say("Abandoned checkout"), exact=True).click()
    page.locator("input[name=name]").fill(NAME)
    page.get_by_label(say("Write once more if they do not open it?")).check()
    page.get_by_text(say("All customers"), exact=True).click()
    page.get_by_role("button", name=say("Next: the e-mails")).click()
    preview = page.frame_locator("iframe >> visible=true").first
    expect(preview.get_by_role("link").first).to_be_visible()
    page.get_by_role("button", name=say("Next: review")).click()
    expect(page.locator(".story li")).not_to_have_count(0)
    page.get_by_role("button", name=say("Turn on automation"), exact=True).click()
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    expect(page.get_by_role("button", name=say("Turn off"), exact=True)).to_be_visible()
    return page.url


def draw_on_the_canvas(cast: Cast, flow: str) -> None:
    """Each gesture of the canvas once, undone again: the drawing ends as it was published."""
    page, say = cast.merchant, cast.say
    page.goto(f"{flow.split('?')[0]}/edit")
    page.locator("#editor[data-ready]").wait_for()
    before, revision = page.locator("#canvas [data-step]").count(), page.locator("#bar")
    first = int(revision.get_attribute("data-revision") or 0)
    item = page.locator("#palette [data-kind=tag]")
    slot = page.locator("button[data-add]").first
    drag(page, item, slot)
    saved(page, first + 1)
    expect(page.locator("#canvas [data-step]")).to_have_count(before + 1)
    expect(page.get_by_role("button", name=re.compile(r"^\d+ "))).not_to_have_count(
        0
    )  # the new step lacks its tag
    page.locator("#undo").click()
    saved(page, first + 2)
    expect(page.locator("#canvas [data-step]")).to_have_count(before)
    page.reload()
    page.locator("#editor[data-ready]").wait_for()
    expect(page.locator("#canvas [data-step]")).to_have_count(before)
    expect(page.locator("#publish-button")).to_be_disabled()
    expect(page.locator("#words")).to_contain_text(say("%(count)s hour", "%(count)s hours", num=2, count=2))


def leave_a_checkout(cast: Cast, email: str) -> str:
    """Fill a cart, give an e-mail at the first step of the checkout, and go; return the goods' total as shown."""
    page, say = cast.shopper, cast.say
    page.goto(f"{cast.url}/demo-shop/")
    page.get_by_role("main").get_by_role("link").filter(has=page.locator("img")).first.click()
    page.get_by_role("button", name=say("Add to cart")).click()
    page.get_by_role("link", name=say("Go to checkout")).click()
    page.get_by_label(say("E-mail"), exact=True).fill(email)
    page.get_by_role("button", name=say("Continue"), exact=True).click()
    total = amount_in(pay_button(cast))
    page.goto("about:blank")
    return total


def pay_button(cast: Cast) -> Locator:
    words = re.escape(cast.say("Pay %(amount)s (test)", amount="§")).replace("§", ".+")
    return cast.shopper.get_by_role("button", name=re.compile(words))


def amount_in(button: Locator) -> str:
    """Return the digits of the amount that a button names: "Pay €24.50 (test)" is "2450"."""
    return "".join(re.findall(r"\d", button.inner_text()))


def skip(cast: Cast, how_far: str) -> None:
    """Move the demo's clock on, and wait until the shop has settled."""
    page = cast.merchant
    page.goto(f"{cast.url}/automations")
    page.locator(".demo-bar").get_by_role("button", name=cast.say(how_far), exact=True).click()
    expect(page.locator("#clock-status")).to_contain_text(cast.say("Settled"), timeout=SETTLING)


def read_the_mail(cast: Cast, email: str) -> str:
    """Find the mail in the mailbox, look at each of its sides; return where its button leads."""
    page, say = cast.merchant, cast.say
    page.goto(f"{cast.url}/mailbox?search={email}")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody tr").get_by_role("link").first.click()
    frame = page.frame_locator("iframe.mail-frame")
    button = frame.get_by_role("link", name=button_label(cast.locale))
    expect(button).to_be_visible()
    press = button.get_attribute("href") or ""
    leave = frame.locator("a[href*='/u/']")
    expect(leave).to_be_visible()
    for side in ("Text", "Headers", "Source"):
        page.get_by_role("link", name=say(side), exact=True).click()
        expect(page.locator("pre.mail-source, dl.mail-headers")).to_be_visible()
        if side == "Headers":
            expect(page.locator("dl.mail-headers")).to_contain_text("List-Unsubscribe-Post")
    return press


def button_label(locale: str) -> str:
    """Return what the button of the template's first e-mail says."""
    design = next(iter(recipe("abandoned_checkout").emails.values()))
    return str(next(block["text"] for block in design[locale]["blocks"] if block["kind"] == "button"))


def come_back_and_pay(cast: Cast, href: str, email: str) -> None:
    """Press the mail's button: the cart is there as it was left; pay for it."""
    page, say = cast.shopper, cast.say
    page.context.clear_cookies()  # another device: only the mail's link knows the cart
    page.goto(href)
    expect(page.get_by_role("heading", name=say("We kept your cart for you"))).to_be_visible()
    page.get_by_role("button", name=say("Continue to checkout")).click()
    page.get_by_label(say("E-mail"), exact=True).fill(email)  # the link names nobody: she says it again
    page.get_by_role("button", name=say("Continue"), exact=True).click()
    for label, value in (("First name", "Ada"), ("Last name", "Lovelace"), ("Street and number", "1 rue de la Lune"),
                         ("Postal code", "44000"), ("City", "Nantes")):  # fmt: skip
        page.get_by_label(say(label), exact=True).fill(value)
    pay_button(cast).click()
    expect(page.get_by_role("heading", name=say("Thank you."))).to_be_visible()


def expect_figures(
    cast: Cast, flow: str, reach: int, visits: int = 0, orders: int = 0, sales: str = "0"
) -> None:
    page, say = cast.merchant, cast.say
    page.goto(flow)
    for label, figure in (("Reach", reach), ("Visits", visits), ("Orders", orders)):
        tile = page.locator(".stat").filter(has=page.get_by_text(say(label), exact=True))
        expect(tile.locator(".figure")).to_have_text(str(figure))
    shown = (
        page.locator(".stat")
        .filter(has=page.get_by_text(say("Sales"), exact=True))
        .locator(".figure")
        .inner_text()
    )
    assert "".join(re.findall(r"\d", shown)).rstrip("0") == sales.rstrip("0"), (shown, sales)


def the_path_tells_why(cast: Cast, flow: str) -> None:
    """The counts stand on the steps, and the run's page tells her way: what was waited for, sent, and why it ended."""
    page, say = cast.merchant, cast.say
    page.goto(f"{flow.split('?')[0]}/edit")
    page.locator("#editor[data-ready]").wait_for()
    marks = page.locator("#canvas .step-mark")
    expect(marks.filter(has_text=say("%(count)s entered", "%(count)s entered", count=1))).to_have_count(1)
    expect(marks.filter(has_text=say("%(count)s sent", "%(count)s sent", count=1))).to_have_count(1)
    page.goto(flow)
    page.locator("a[href*='/runs/']").first.click()
    way = page.locator("ol.timeline")
    expect(way.locator("li")).not_to_have_count(0)
    expect(way.locator("time").first).to_be_visible()
    expect(way.get_by_role("link", name=say("Read it"))).to_be_visible()
    ended = say("Order %(number)s, %(amount)s, credited to this automation", number="§", amount="§")
    expect(way).to_contain_text(ended.rpartition("§")[2])


def nothing_more_for(cast: Cast, email: str) -> None:
    """Days later, still one mail: the order ended her run before the second reminder."""
    skip(cast, "1 week")
    cast.merchant.goto(f"{cast.url}/mailbox?search={email}")
    expect(cast.merchant.locator("tbody tr")).to_have_count(1)


def switch_off_while_somebody_waits(cast: Cast, flow: str) -> None:
    """Somebody else waits; the switch asks once, with their number, and they never hear from it."""
    page, email = cast.merchant, f"bea.{cast.locale}@example.com"
    cast.shopper.context.clear_cookies()
    leave_a_checkout(cast, email)
    skip(cast, "1 day")
    page.goto(flow)
    assert "1" in turn_off(cast)
    skip(cast, "1 week")
    page.goto(f"{cast.url}/mailbox?search={email}")
    expect(page.locator("tbody tr")).to_have_count(0)
    page.goto(flow)
    page.locator("a[href*='/runs/']").first.click()
    expect(page.locator("ol.timeline")).to_be_visible()
