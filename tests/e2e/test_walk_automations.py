"""The walk of an automation: from the gallery, its message and its steps edited, at work, in figures, turned off."""

from __future__ import annotations

import csv
import io

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import walking
from tests.e2e.driver import saved
from tests.e2e.instance import Instance
from tests.e2e.walking import (
    Cast,
    digits,
    figure,
    follow,
    leave,
    mails,
    press,
    read,
    same_amount,
    silence,
    skip,
    visit,
)

SUBJECT = {"en": "Your basket, by candlelight", "fr": "Votre panier, à la bougie"}
BUTTON = {"en": "Finish my order", "fr": "Terminer ma commande"}


@pytest.mark.timeout(300)
@pytest.mark.rule("AUTO-01")
@pytest.mark.rule("AUTO-02")
@pytest.mark.rule("AUTO-04")
@pytest.mark.rule("AUTO-05")
@pytest.mark.rule("AUTO-06")
@pytest.mark.rule("AUTO-11")
@pytest.mark.rule("AUTO-13")
@pytest.mark.rule("AUTO-14")
@pytest.mark.rule("AUTO-15")
@pytest.mark.rule("AUTO-16")
@pytest.mark.rule("AUTO-17")
@pytest.mark.rule("AUTO-18")
@pytest.mark.rule("AUTO-19")
@pytest.mark.rule("AUTO-20")
@pytest.mark.rule("AUTO-24")
@pytest.mark.rule("AUTO-25")
@pytest.mark.rule("C11")
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_an_automation_from_the_gallery_to_its_end(browser: Browser, instance: Instance, locale: str) -> None:
    with walking.walk(browser, instance.url, locale) as cast:
        silence(cast)
        flow = turn_on_as_it_comes(cast)
        reword_the_message(cast, flow)
        wait_four_hours_instead(cast, flow)
        before = overall(cast)
        leave(cast, "zoe", "sealing-wax-kit", news=True)
        leave(cast, "ben", "sealing-wax-kit")  # never agreed to news, and it writes to subscribers
        skip(cast, "1 day", "2 hours")
        expect(mails(cast, "zoe")).to_have_count(0)
        skip(cast, "2 hours")
        paid = come_back_and_pay(cast)
        walking.settle(cast)
        expect(mails(cast, "ben")).to_have_count(0)
        after = overall(cast)
        assert after == {
            "Reach": before["Reach"] + 1,
            "Visits": before["Visits"] + 1,
            "Orders": before["Orders"] + 1,
        }
        expect_report(cast, paid)
        turn_it_off_while_somebody_waits(cast)


def turn_on_as_it_comes(cast: Cast) -> str:
    """Choose among the templates and turn one on; return its address, which the list leads to."""
    page, say = cast.merchant, cast.say
    visit(cast, "Automations")
    follow(page, say("Browse templates"))
    card = page.get_by_role("article").filter(
        has=page.get_by_role("link", name=say("Abandoned checkout"), exact=True)
    )
    follow(card, say("Make another"))  # the demo has one already, and says so
    expect(page.locator(".story li")).not_to_have_count(0)
    press(page, say("Turn on automation"))
    expect(page.get_by_role("heading", name=say("Abandoned checkout"))).to_be_visible()
    press_in_the_menu(cast, say("Rename"))
    page.get_by_role("dialog").get_by_label(say("Name")).fill(cast.named("By candlelight"))
    press(page.get_by_role("dialog"), say("Save"))
    expect(page.get_by_role("heading", name=cast.named("By candlelight"))).to_be_visible()
    find_in_the_list(cast)
    follow(page, cast.named("By candlelight"))
    return page.url


def press_in_the_menu(cast: Cast, words: str) -> None:
    menu = cast.merchant.locator(".page-actions details.menu")
    menu.locator("summary").click()
    press(menu, words)


def find_in_the_list(cast: Cast) -> None:
    cast.merchant.goto(f"{cast.url}/automations?state=live")
    expect(cast.merchant.get_by_role("link", name=cast.named("By candlelight"), exact=True)).to_be_visible()


def reword_the_message(cast: Cast, flow: str) -> None:
    """What is said is edited at its own door, and counts from *Save*."""
    page, say = cast.merchant, cast.say
    page.goto(f"{cast.url}/emails")
    page.locator("main tbody tr").filter(has_text=cast.named("By candlelight")).get_by_role(
        "link"
    ).first.click()
    page.locator("#design[data-ready]").wait_for()
    follow(page, {"en": "English", "fr": "Français"}[cast.locale])
    page.locator("#design[data-ready]").wait_for()
    page.get_by_label(say("Subject")).fill(SUBJECT[cast.locale])
    page.get_by_label(say("Subject")).blur()
    expect(page.locator("#save-design")).to_be_enabled()
    press(page, say("Save"))
    expect(page.locator("#save-design")).to_be_disabled()
    page.goto(flow)
    expect(page.locator("main")).not_to_contain_text(say("See the changes"))  # the steps are as they were


def wait_four_hours_instead(cast: Cast, flow: str) -> None:
    """When it is said is edited in the drawing: what runs stays as it is until the changes are published."""
    page, say = cast.merchant, cast.say
    follow(page, say("Edit"))
    page.locator("#editor[data-ready]").wait_for()
    revision = int(page.locator("#bar").get_attribute("data-revision") or 0)
    page.locator("#card-delay").click()
    page.locator("#delay-duration").fill("4")
    page.keyboard.press("Tab")
    saved(page, revision + 1)
    page.goto(flow)
    expect(page.get_by_role("button", name=say("See the changes"))).to_be_visible()
    follow(page, say("Edit"))
    page.locator("#editor[data-ready]").wait_for()
    page.locator("#publish-button").click()
    page.locator("#publish-now").click()
    page.locator("#publish").wait_for(state="hidden")
    page.goto(flow)
    expect(page.get_by_role("button", name=say("See the changes"))).to_have_count(0)


def overall(cast: Cast) -> dict[str, int]:
    """Return the figures of all automations together, over a year."""
    cast.merchant.goto(f"{cast.url}/automations?range=year")
    together = cast.merchant.get_by_role("region", name=cast.say("All automations together"))
    return {label: int(digits(figure(cast, label, together))) for label in ("Reach", "Visits", "Orders")}


def come_back_and_pay(cast: Cast) -> str:
    """Read the reworded mail, press its button and pay; return the amount."""
    mail = read(cast, "zoe")
    expect(cast.merchant.get_by_role("heading", name=SUBJECT[cast.locale])).to_be_visible()
    walking.follow_the_mail(cast, mail, BUTTON[cast.locale])
    press(cast.shopper, cast.say("Continue to checkout"))
    walking.to_the_payment(cast, "zoe")
    return walking.pay(cast)


def expect_report(cast: Cast, paid: str) -> None:
    """Open the report from the list's menu: four figures, rates step by step, the best order, a file of it."""
    page, say = cast.merchant, cast.say
    find_in_the_list(cast)
    row = page.locator("main tbody tr").filter(has_text=cast.named("By candlelight"))
    row.locator("details.menu summary").click()
    follow(row, say("Report"))
    expect(page.get_by_role("heading", name=say("Report"))).to_be_visible()
    assert [figure(cast, label) for label in ("Reach", "Visits", "Orders")] == ["1", "1", "1"]
    assert same_amount(figure(cast, "Sales"), paid)
    expect(page.locator(".report-steps tbody tr")).not_to_have_count(0)
    best = page.locator("section[aria-labelledby=best] tbody tr")
    expect(best).to_have_count(1)
    assert same_amount(best.locator("td.num").last.inner_text(), paid)
    page.locator(".page-actions details.menu summary").click()
    head, order = downloaded(page, say("Orders"), {"en": ",", "fr": ";"}[cast.locale])
    assert same_amount(order[head.index(say("Sales"))], paid)


def downloaded(page: Page, words: str, between: str) -> list[list[str]]:
    """Return the rows of a file, as the spreadsheet of that country reads it."""
    with page.expect_download() as coming:
        page.locator(".page-actions .menu-panel").get_by_role("link", name=words, exact=True).click()
    return list(csv.reader(io.StringIO(coming.value.path().read_text("utf-8-sig")), delimiter=between))


def turn_it_off_while_somebody_waits(cast: Cast) -> None:
    """The one question tells how many wait; whoever waited hears nothing."""
    page = cast.merchant
    leave(cast, "lea", "sealing-wax-kit", news=True)
    skip(cast, "1 day")
    find_in_the_list(cast)
    follow(page, cast.named("By candlelight"))
    assert figure(cast, "Reach") == "1"
    told = (
        "%(num)s person is waiting; they will get nothing more.",
        "%(num)s people are waiting; they will get nothing more.",
    )
    assert cast.say(*told, num=1) in walking.turn_off(cast)
    skip(cast, "1 week")
    expect(mails(cast, "lea")).to_have_count(0)
