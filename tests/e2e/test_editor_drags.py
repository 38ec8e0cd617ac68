"""Each drag on the drawing, and the way to the same draft without one."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.driver import Point, carry, centre, drag, drag_by, pick_up, saved
from tests.e2e.editing import Site, editor, server, site  # noqa: F401


def zone(page: Page, after: str):
    return page.locator(f"#slot-{after}")


def card(page: Page, id: str):
    return page.locator(f"#card-{id}")


def test_a_dragged_card_stays_where_it_was_put(site: Site, editor: Page) -> None:
    step = editor.locator("#step-n6")
    x, y = (float(step.get_attribute(name) or "nan") for name in ("data-x", "data-y"))
    drag_by(editor, card(editor, "n6"), 80, 120)
    saved(editor, 1)
    pin = [round((x + 80) / 8) * 8, round((y + 120) / 8) * 8]
    assert site.node("n6")["pin"] == pin
    site.open(editor)
    assert [float(step.get_attribute(name) or "nan") for name in ("data-x", "data-y")] == pin


def test_pushing_a_card_with_keys_ends_in_the_same_draft(site: Site, editor: Page) -> None:
    drag_by(editor, card(editor, "n6"), 16, 8)
    saved(editor, 1)
    dragged = site.draft()
    editor.keyboard.press("ControlOrMeta+z")
    saved(editor, 2)
    card(editor, "n6").focus()
    editor.keyboard.down("Shift")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        editor.keyboard.press(key)
    editor.keyboard.up("Shift")
    saved(editor, 3)
    assert site.draft() == dragged


def test_a_step_from_the_palette_lands_on_the_zone_that_lit_up(site: Site, editor: Page) -> None:
    item = editor.locator("#palette").get_by_role("button", name="Tag the customer")
    drag(editor, item, zone(editor, "n2-next"), lights=zone(editor, "n2-next"))
    saved(editor, 1)
    assert {("n2", "next", "n7"), ("n7", "next", "n3")} <= site.links()
    assert site.node("n7")["kind"] == "tag"


def test_the_menu_of_a_plus_ends_in_the_same_draft(site: Site, editor: Page) -> None:
    drag(editor, editor.locator(".palette-item[data-kind=tag]"), zone(editor, "n2-next"))
    saved(editor, 1)
    dragged = site.draft()
    editor.locator("#undo").click()
    saved(editor, 2)
    editor.get_by_role("button", name="Add a step after Wait 2 hours").first.click()
    editor.keyboard.type("tag")
    editor.keyboard.press("Enter")
    saved(editor, 3)
    assert site.draft() == dragged


def test_letting_a_step_go_beside_every_zone_adds_nothing(site: Site, editor: Page) -> None:
    before = site.draft()
    pick_up(editor, editor.locator(".palette-item[data-kind=wait]"))
    carry(editor, Point(300, 700))
    editor.mouse.up()
    expect(editor.locator(".palette-ghost")).to_have_count(0)
    drag_by(editor, card(editor, "n6"), 0, 40)
    saved(editor, 1)
    assert len(site.draft()["nodes"]) == len(before["nodes"])


def test_a_card_dropped_on_a_zone_moves_there(site: Site, editor: Page) -> None:
    drag(editor, card(editor, "n4"), zone(editor, "n3-no"), lights=zone(editor, "n3-no"))
    saved(editor, 1)
    assert {("n3", "yes", "n5"), ("n3", "no", "n4"), ("n4", "next", "n6")} <= site.links()


def test_choosing_a_place_with_keys_ends_in_the_same_draft(site: Site, editor: Page) -> None:
    drag(editor, card(editor, "n4"), zone(editor, "n3-no"))
    saved(editor, 1)
    dragged = site.draft()
    editor.locator("#undo").click()
    saved(editor, 2)
    card(editor, "n4").click()
    editor.keyboard.press("m")
    while not editor.evaluate("document.activeElement.id === 'slot-n3-no'"):
        editor.keyboard.press("ArrowDown")
    editor.keyboard.press("Enter")
    saved(editor, 3)
    assert site.draft() == dragged


def test_a_link_is_drawn_from_the_handle_of_a_way_out(site: Site, editor: Page) -> None:
    card(editor, "n6").hover()
    pick_up(editor, editor.locator("#step-n6 > .port"))
    carry(editor, centre(card(editor, "n5")))
    expect(editor.locator("#step-n5")).to_have_attribute("data-live", "aimed")
    editor.mouse.up()
    saved(editor, 1)
    assert ("n6", "next", "n5") in site.links()


def test_linking_by_the_menu_ends_in_the_same_draft(site: Site, editor: Page) -> None:
    card(editor, "n6").focus()
    card(editor, "n6").click()
    editor.get_by_role("button", name="What to do with “Send “You left something””").last.click()
    editor.get_by_role("menuitem", name="Continue at another step…").click()
    card(editor, "n5").click()
    saved(editor, 1)
    assert ("n6", "next", "n5") in site.links()


def test_a_link_that_goes_round_is_refused_in_a_sentence(site: Site, editor: Page) -> None:
    before = site.draft()
    card(editor, "n4").hover()
    pick_up(editor, editor.locator("#step-n4 > .port"))
    carry(editor, centre(card(editor, "n2")))
    editor.mouse.up()
    expect(editor.get_by_text("round and round")).to_be_visible()
    saved(editor, 0)
    assert site.draft() == before


def test_escape_cancels_a_drag_and_puts_everything_back(site: Site, editor: Page) -> None:
    start = centre(card(editor, "n4"))
    path = editor.locator("#edge-n3-yes").get_attribute("d")
    pick_up(editor, card(editor, "n4"))
    carry(editor, Point(start.x + 200, start.y + 60))
    assert editor.locator("#edge-n3-yes").get_attribute("d") != path
    editor.keyboard.press("Escape")
    editor.mouse.up()
    expect(editor.locator("#edge-n3-yes")).to_have_attribute("d", path)
    assert centre(card(editor, "n4")) == start
    saved(editor, 0)


def test_the_drawing_is_panned_and_zoomed(site: Site, editor: Page) -> None:
    start = centre(card(editor, "n1"))
    editor.mouse.move(start.x, start.y + 300)
    editor.mouse.wheel(0, 100)
    higher = "y => document.getElementById('card-n1').getBoundingClientRect().top < y - 60"
    editor.wait_for_function(higher, arg=start.y)
    editor.get_by_role("button", name="Closer").click()
    expect(editor.locator("#zoom")).to_have_text("125%")
    editor.get_by_title("Back to 100 %").click()
    expect(editor.locator("#zoom")).to_have_text("100%")
    assert centre(card(editor, "n1")) == start


def test_tidy_lets_go_of_every_pin(site: Site, editor: Page) -> None:
    before = site.draft()
    drag_by(editor, card(editor, "n6"), 40, 40)
    saved(editor, 1)
    editor.get_by_role("button", name="Tidy").click()
    saved(editor, 2)
    assert site.draft() == before
