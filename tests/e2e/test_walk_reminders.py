"""The walk of a reminder: its wizard, a second mail for whoever did not open the first, a changed cart, the end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e import walking
from tests.e2e.instance import Instance
from tests.e2e.walking import Cast, follow, leave, mails, press, read, silence, skip

# What sells out and what gets dearer, with the names that its customer reads.
GOES = {"en": ("wall-calendar", "Wall calendar"), "fr": ("rimmed-plate", "Assiette au laurier")}
DEARER = {"en": ("fig-candle", "Fig and paper candle"), "fr": ("speckled-mug", "Tasse mouchetée")}


@pytest.mark.timeout(300)
@pytest.mark.rule("REMIND-03")
@pytest.mark.rule("REMIND-04")
@pytest.mark.rule("REMIND-05")
@pytest.mark.rule("REMIND-06")
@pytest.mark.rule("REMIND-08")
@pytest.mark.rule("REMIND-09")
@pytest.mark.rule("REMIND-10")
@pytest.mark.rule("REMIND-11")
@pytest.mark.rule("REMIND-12")
@pytest.mark.rule("REMIND-13")
@pytest.mark.rule("REMIND-14")
@pytest.mark.rule("REMIND-15")
@pytest.mark.rule("C1")
@pytest.mark.rule("C15")
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_a_reminder_from_its_wizard_to_its_end(browser: Browser, instance: Instance, locale: str) -> None:
    with walking.walk(browser, instance.url, locale) as cast:
        silence(cast)
        leave(cast, "early", "cedar-pencils", news=True)
        skip(cast, "2 hours")
        make_it(cast)
        leave(cast, "luca", GOES[locale][0], DEARER[locale][0], news=True)
        skip(cast, "1 day")  # the quiet is noticed
        expect(mails(cast, "luca")).to_have_count(0)
        skip(cast, "2 hours", "2 hours")  # three were asked for
        expect(mails(cast, "luca")).to_have_count(1)
        skip(cast, "1 day")  # nobody opened it
        expect(mails(cast, "luca")).to_have_count(2)
        change_the_shelves(cast)
        come_back(cast)
        leave(cast, "mia", "cedar-pencils", news=True)
        skip(cast, "1 day")
        deactivate(cast, waiting=1)
        skip(cast, "1 week")
        for who in ("mia", "early"):  # one was waiting when it ended, one had left before it began
            expect(mails(cast, who)).to_have_count(0)


def make_it(cast: Cast) -> None:
    """Recover abandoned carts: by e-mail, after three hours, once more after a day; look at the mails; activate."""
    page, say = cast.merchant, cast.say
    page.goto(f"{cast.url}/carts")
    follow(page.locator("main"), say("Reminders"))
    follow(page, say("New reminder"))
    expect(page.get_by_role("heading", name=say("Recover abandoned carts"))).to_be_visible()
    follow(page, say("Abandoned checkout"))
    expect(page.get_by_role("radio", name=say("E-mail"))).to_be_checked()
    press(page, say("Next"))
    page.get_by_label(say("Name")).first.fill(cast.named("Three hours later"))
    page.get_by_label(say("How long to wait before writing?")).fill("3")
    page.get_by_label(say("Write once more if the first e-mail is not opened")).check()
    page.get_by_label(say("After how long?")).fill("1")
    press(page, say("Next: the e-mails"))
    expect(page.locator("main section.card")).to_have_count(2)
    follow(page, say("Next: review"))
    expect(page.locator(".story li").nth(1)).to_contain_text("3")
    expect(page.locator("#start-count")).to_contain_text(
        re.compile(r"[1-9]")
    )  # how many left something of late
    page.get_by_label(say("People I choose")).check()
    expect(page.locator(".when-these")).to_contain_text(cast.address("early"))
    page.get_by_label(say("Only carts that are left from now on")).check()
    press(page, say("Activate"))
    expect(card(cast)).to_contain_text(say("On"))


def card(cast: Cast) -> Locator:
    """Return this walk's reminder on the page of reminders."""
    name = cast.merchant.get_by_role("link", name=cast.named("Three hours later"), exact=True)
    return cast.merchant.locator("section.card").filter(has=name)


def change_the_shelves(cast: Cast) -> None:
    """Sell one of her goods out, and raise the price of the other."""
    page, say = cast.merchant, cast.say
    for product, stock, price in ((GOES[cast.locale][0], "0", ""), (DEARER[cast.locale][0], "", "31")):
        page.goto(cast.url + page.get_by_role("link", name=say("Back room")).get_attribute("href"))
        shelf = page.locator(f"form.shelf-form[action*='{product}']")
        if stock:
            shelf.locator("[name$=stock]").fill(stock)
        if price:
            shelf.locator("[name$=price]").fill(price)
        press(shelf, say("Tell"))
        expect(page.locator(".toast")).to_be_visible()


def come_back(cast: Cast) -> None:
    """Her mail shows what she left and who writes; its button brings back what there is, and says what changed."""
    shopper = cast.shopper
    mail = read(cast, "luca", latest=True)
    items = mail.locator(".items")
    for title in (GOES[cast.locale][1], DEARER[cast.locale][1]):
        expect(items.filter(has_text=title).first).to_be_visible()
    expect(items.locator("img")).to_have_count(2)
    for told in ("44000 Nantes", "bonjour@papierlune.example"):
        expect(mail.locator("body")).to_contain_text(told)
    button = {"en": "Back to my order", "fr": "Reprendre ma commande"}[cast.locale]
    walking.follow_the_mail(cast, mail, button)
    notice = shopper.get_by_role("status").filter(has=shopper.get_by_role("listitem"))
    gone = cast.say("%(title)s is sold out, so it is no longer in your cart.", title=GOES[cast.locale][1])
    expect(notice).to_contain_text(gone)
    expect(notice).to_contain_text("31")
    press(shopper, cast.say("Continue to checkout"))
    expect(shopper.locator(".small-lines li")).to_have_count(1)


def deactivate(cast: Cast, waiting: int) -> None:
    """Deactivate it from its menu: it asks once, with the number of those who wait."""
    page, say = cast.merchant, cast.say
    page.goto(f"{cast.url}/reminders")
    card(cast).locator("details.menu summary").click()
    press(card(cast).locator(".menu-panel"), say("Deactivate"))
    question = page.get_by_role("dialog")
    told = (
        "%(num)s person is waiting; they will get nothing more.",
        "%(num)s people are waiting; they will get nothing more.",
    )
    expect(question).to_contain_text(say(*told, num=waiting))
    press(question, say("Deactivate"))
    expect(card(cast)).to_contain_text(say("Off"))
