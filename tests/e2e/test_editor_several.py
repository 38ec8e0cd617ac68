"""Several steps at once: chosen, copied, pasted elsewhere, moved along and deleted, with keys and with the pointer."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.extensions import db
from app.models import Flow
from graph.edits import AddNode
from graph.model import Graph
from tests.e2e.driver import Point, carry, centre, saved
from tests.e2e.editing import Site, editor, server, site  # noqa: F401


def card(page: Page, id: str):
    return page.locator(f"#card-{id}")


def chosen(page: Page) -> set[str]:
    return set(page.locator(".step[data-picked]").evaluate_all("all => all.map(step => step.dataset.step)"))


def choose(page: Page, *ids: str) -> None:
    for id in ids:
        card(page, id).click(modifiers=["Shift"])


@pytest.fixture
def other(site: Site) -> int:
    """Another automation of the same shop, with a start and nothing else."""
    with site.app.app_context():
        mine = db.session.get_one(Flow, site.flow_id)
        draft = AddNode("order_placed").apply(Graph()).to_json()
        flow = Flow(
            shop_id=mine.shop_id,
            name="Other",
            draft=draft,
            created_at=mine.created_at,
            updated_at=mine.updated_at,
        )
        db.session.add(flow)
        db.session.commit()
        return flow.id


def test_shift_and_click_choose_and_the_bar_says_how_many(site: Site, editor: Page) -> None:
    choose(editor, "n2", "n4", "n5")
    expect(editor.get_by_role("toolbar", name="Chosen steps")).to_contain_text("3 steps chosen")
    choose(editor, "n5")
    expect(editor.get_by_text("2 steps chosen")).to_be_visible()
    card(editor, "n1").click(modifiers=["Shift"])
    assert chosen(editor) == {"n2", "n4"}
    editor.keyboard.press("Escape")
    expect(editor.get_by_role("toolbar", name="Chosen steps")).to_be_hidden()


def test_a_box_drawn_with_shift_chooses_what_it_touches(site: Site, editor: Page) -> None:
    one, last = editor.locator("#step-n4").bounding_box(), editor.locator("#step-n5").bounding_box()
    assert one and last
    editor.keyboard.down("Shift")
    editor.mouse.move(one["x"] - 12, one["y"] - 10)
    editor.mouse.down()
    carry(editor, Point(last["x"] + 60, last["y"] + 20))
    editor.mouse.up()
    editor.keyboard.up("Shift")
    assert chosen(editor) == {"n4", "n5"}


def test_deleting_several_is_one_gesture_with_a_way_back(site: Site, editor: Page) -> None:
    before = site.draft()
    choose(editor, "n2", "n4")
    editor.keyboard.press("Delete")
    saved(editor, 1)
    assert site.links() == {("n1", "next", "n3"), ("n3", "yes", "n5"), ("n3", "no", "n6")}
    toast = editor.locator(".toast", has_text="2 steps are deleted.")
    toast.get_by_role("button", name="Undo").click()
    saved(editor, 2)
    assert site.draft() == before
    expect(toast).to_have_count(0)


def test_duplicating_puts_the_copies_behind_the_last_one(site: Site, editor: Page) -> None:
    choose(editor, "n4", "n5")
    editor.keyboard.press("ControlOrMeta+d")
    saved(editor, 1)
    assert {("n5", "next", "n7"), ("n7", "next", "n8")} <= site.links()
    assert [site.node(id)["kind"] for id in ("n7", "n8")] == ["give_coupon", "send_email"]


def test_moving_several_to_a_place(site: Site, editor: Page) -> None:
    choose(editor, "n4", "n5")
    editor.get_by_role("toolbar", name="Chosen steps").get_by_role("button", name="Move").click()
    editor.locator("#slot-n6-next").click()
    saved(editor, 1)
    assert {("n6", "next", "n4"), ("n4", "next", "n5")} <= site.links()


def test_steps_are_pasted_into_another_automation(
    site: Site,
    editor: Page,
    context: BrowserContext,
    other: int,
) -> None:
    choose(editor, "n2", "n4")
    editor.keyboard.press("ControlOrMeta+c")
    expect(editor.get_by_text("Copied. Paste it here or in another automation.")).to_be_visible()
    page = context.new_page()
    page.goto(f"{site.url}/automations/{other}/edit")
    page.locator("#editor[data-ready]").wait_for()
    page.keyboard.press("ControlOrMeta+v")
    saved(page, 1)
    site.flow_id = other
    assert [node["kind"] for node in site.draft()["nodes"]] == ["order_placed", "wait", "give_coupon"]
    page.get_by_role("button", name="Undo: paste 2 steps").click()
    saved(page, 2)
    assert len(site.draft()["nodes"]) == 1


def test_a_card_dragged_with_alt_leaves_a_copy(site: Site, editor: Page) -> None:
    start = centre(card(editor, "n4"))
    editor.keyboard.down("Alt")
    editor.mouse.move(start.x, start.y)
    editor.mouse.down()
    editor.mouse.move(start.x + 3, start.y + 2)
    editor.mouse.move(start.x + 6, start.y + 5)
    carry(editor, centre(editor.locator("#slot-n3-no")))
    editor.mouse.up()
    editor.keyboard.up("Alt")
    saved(editor, 1)
    assert {("n3", "yes", "n4"), ("n3", "no", "n7"), ("n7", "next", "n6")} <= site.links()


def test_alt_and_an_arrow_move_a_step_along_the_flow(site: Site, editor: Page) -> None:
    card(editor, "n4").click()
    editor.keyboard.press("Alt+ArrowDown")
    saved(editor, 1)
    assert {("n3", "yes", "n5"), ("n5", "next", "n4")} <= site.links()
    expect(card(editor, "n4")).to_be_focused()
    editor.keyboard.press("Alt+ArrowUp")
    saved(editor, 2)
    assert {("n3", "yes", "n4"), ("n4", "next", "n5")} <= site.links()


def test_a_note_stands_on_the_card_and_in_the_outline(site: Site, editor: Page) -> None:
    card(editor, "n2").click()
    editor.keyboard.press("n")
    expect(editor.locator("#note-n2")).to_be_focused()
    editor.keyboard.type("Ada wants three hours")
    editor.keyboard.press("Tab")
    saved(editor, 1)
    expect(card(editor, "n2")).to_contain_text("Ada wants three hours")
    editor.get_by_role("tab", name="Outline").click()
    expect(editor.locator("#pick-n2")).to_contain_text("Ada wants three hours")
    assert site.node("n2")["note"] == "Ada wants three hours"


def test_a_kind_used_lately_stands_first_and_french_words_find_it_too(site: Site, editor: Page) -> None:
    card(editor, "n2").click()
    editor.keyboard.press("/")
    editor.keyboard.type("étiq")
    expect(editor.locator("#menu-tag")).to_have_attribute("aria-selected", "true")
    editor.keyboard.press("Enter")
    saved(editor, 1)
    editor.keyboard.press("Escape")
    editor.keyboard.press("/")
    expect(editor.locator("#recent-tag")).to_have_attribute("aria-selected", "true")
