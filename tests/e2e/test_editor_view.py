"""How the flow is looked at: found, seen from afar, as a list, with two fingers, and only as much as is near."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.extensions import db
from app.models import Flow
from graph.edits import AddNode
from graph.model import Graph
from tests.e2e.driver import saved, unbroken
from tests.e2e.editing import Site, editor, server, site  # noqa: F401


def lengthen(site: Site, size: int) -> None:
    """Draw a flow of so many steps in a row."""
    graph, after = AddNode("order_placed", id="s0").apply(Graph()), ("s0", "next")
    for at in range(1, size):
        graph = AddNode("tag", after, id=f"s{at}", settings={"tag": f"number {at}"}).apply(graph)
        after = (f"s{at}", "next")
    with site.app.app_context():
        db.session.get_one(Flow, site.flow_id).draft = graph.to_json()
        db.session.commit()


def test_a_step_is_found_by_its_words(site: Site, editor: Page) -> None:
    editor.keyboard.press("ControlOrMeta+f")
    editor.keyboard.type("sénd left")
    expect(editor.get_by_text("1 of 2")).to_be_visible()
    expect(editor.locator("#step-n5")).to_have_attribute("data-chosen", "")
    editor.keyboard.press("Enter")
    expect(editor.locator("#step-n6")).to_have_attribute("data-chosen", "")
    editor.keyboard.press("Escape")
    expect(editor.locator("#card-n6")).to_be_focused()


def test_the_keys_zero_and_one_show_all_and_the_start(site: Site, editor: Page) -> None:
    editor.locator("#card-n1").focus()
    editor.keyboard.press("0")
    expect(editor.locator("#zoom")).not_to_have_text("100%")
    editor.keyboard.press("1")
    expect(editor.locator("#zoom")).to_have_text("100%")


def test_f6_goes_from_one_part_of_the_page_to_the_next(site: Site, editor: Page) -> None:
    seen = []
    for _press in range(4):
        editor.keyboard.press("F6")
        seen.append(editor.evaluate("document.activeElement.closest('#bar, #palette, #main, #side').id"))
    assert sorted(seen) == ["bar", "main", "palette", "side"]


def test_the_list_is_chosen_by_a_tab_and_by_the_skip_link(site: Site, editor: Page) -> None:
    expect(editor.get_by_role("tab", name="Drawing")).to_have_attribute("aria-selected", "true")
    editor.get_by_role("button", name="Skip to the outline").press("Enter")
    expect(editor.get_by_role("tab", name="Outline")).to_have_attribute("aria-selected", "true")
    expect(editor.locator("#pick-n1")).to_be_focused()
    editor.get_by_role("tab", name="Drawing").click()
    expect(editor.locator("#card-n1")).to_be_visible()


def test_the_overview_of_fifteen_steps_never_covers_the_focused_card(site: Site, page: Page) -> None:
    site.open(page)
    expect(page.locator("#minimap")).to_be_hidden()
    lengthen(site, 15)
    site.open(page)
    overview = page.locator("#minimap")
    expect(overview).to_be_visible()
    page.locator("#card-s0").focus()
    for _step in range(14):
        page.keyboard.press("ArrowDown")
        focused, floats = page.locator("#canvas :focus").bounding_box(), overview.bounding_box()
        assert focused and floats
        assert (
            focused["y"] + focused["height"] <= floats["y"] or focused["x"] + focused["width"] <= floats["x"]
        )
    page.get_by_role("button", name="Overview").click()
    expect(page.locator("#minimap-map")).to_be_hidden()


def test_of_a_large_flow_only_what_is_near_is_drawn_and_the_list_is_whole(site: Site, page: Page) -> None:
    wrong = unbroken(page)
    lengthen(site, 200)
    site.open(page)
    assert page.locator("#canvas .step").count() == page.locator("#outline .outline-step").count() == 200
    assert page.locator("#canvas .step:visible").count() < 40
    page.locator("#card-s0").focus()
    for _step in range(30):
        page.keyboard.press("ArrowDown")
    expect(page.locator("#card-s30")).to_be_focused()
    expect(page.locator("#card-s30")).to_be_visible()
    page.get_by_role("tab", name="Outline").click()
    assert page.locator("#outline .outline-step:visible").count() == 200
    page.locator("#pick-s199").scroll_into_view_if_needed()
    assert not wrong


@pytest.fixture
def tablet(site: Site, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(**{**browser_context_args, "has_touch": True})
    context.add_cookies([site.cookie()])  # type: ignore[list-item]
    page = context.new_page()
    site.open(page)
    yield page
    context.close()


def test_two_fingers_zoom(site: Site, tablet: Page) -> None:
    hand = tablet.context.new_cdp_session(tablet)

    def touch(kind: str, *places: tuple[int, int]) -> None:
        points = [{"x": x, "y": y, "id": id} for id, (x, y) in enumerate(places)]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (500, 600))
    touch("touchStart", (500, 600), (600, 600))
    for spread in range(10, 60, 10):
        touch("touchMove", (500 - spread, 600), (600 + spread, 600))
    touch("touchEnd")
    expect(tablet.locator("#zoom")).to_have_text("200%")


def test_a_finger_carries_a_card_to_a_zone(site: Site, tablet: Page) -> None:
    hand = tablet.context.new_cdp_session(tablet)
    start, zone = tablet.locator("#card-n4").bounding_box(), tablet.locator("#slot-n3-no").bounding_box()
    assert start and zone
    (x, y), (to_x, to_y) = (start["x"] + 130, start["y"] + 30), (zone["x"] + 13, zone["y"] + 13)
    hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for at in range(1, 13):
        point = {"x": x + (to_x - x) * at / 12, "y": y + (to_y - y) * at / 12}
        hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    saved(tablet, 1)
    assert {("n3", "no", "n4"), ("n4", "next", "n6")} <= site.links()
