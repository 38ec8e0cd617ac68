"""Steps added, set, deleted and undone, with keys and with the panel; publishing; a second tab."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.driver import drag_by, saved
from tests.e2e.editing import Site, editor, server, site  # noqa: F401


def test_slash_adds_after_the_chosen_step_and_opens_its_panel(site: Site, editor: Page) -> None:
    editor.locator("#card-n4").click()
    editor.keyboard.press("/")
    editor.keyboard.type("tell")
    editor.keyboard.press("Enter")
    saved(editor, 1)
    assert ("n4", "next", "n7") in site.links()
    expect(editor.get_by_role("heading", name="Tell the team")).to_be_visible()
    expect(editor.locator("#n7-text")).to_be_focused()
    expect(editor.locator("#step-n7").get_by_text("1 problem")).to_be_visible()


def test_searching_takes_no_notice_of_accents_and_knows_english(site: Site, editor: Page) -> None:
    editor.locator("#slot-n2-next").click()
    editor.keyboard.type("zzz")
    expect(editor.get_by_text("No step is called that.").last).to_be_visible()
    editor.keyboard.press("ControlOrMeta+a")
    editor.keyboard.type("é-mail")
    expect(editor.locator("#menu-send_email")).to_have_attribute("aria-selected", "true")
    editor.keyboard.press("Escape")
    expect(editor.locator("#menu")).to_be_hidden()
    saved(editor, 0)


def test_a_condition_asks_which_way_stays_and_undo_brings_all_back(site: Site, editor: Page) -> None:
    before = site.draft()
    editor.locator("#card-n3").click()
    editor.keyboard.press("Delete")
    question = editor.get_by_role("dialog", name="Which way stays?")
    question.get_by_role("button", name="No Send “You left something”").click()
    saved(editor, 1)
    assert site.links() == {("n1", "next", "n2"), ("n2", "next", "n6")}
    editor.get_by_role("button", name="Undo: delete “Yes or no”").click()
    saved(editor, 2)
    assert site.draft() == before


def test_a_deleted_step_is_relinked_and_undo_and_redo_outlive_the_page(site: Site, editor: Page) -> None:
    editor.locator("#card-n4").click()
    editor.keyboard.press("Delete")
    saved(editor, 1)
    without = site.draft()
    assert ("n3", "yes", "n5") in site.links()
    site.open(editor)
    editor.keyboard.press("ControlOrMeta+z")
    saved(editor, 2)
    assert ("n3", "yes", "n4") in site.links()
    editor.keyboard.press("ControlOrMeta+Shift+z")
    saved(editor, 3)
    assert site.draft() == without


def test_the_arrow_keys_follow_the_flow(site: Site, editor: Page) -> None:
    editor.locator("#card-n1").focus()
    walk = (("Down", "n2"), ("Down", "n3"), ("Down", "n4"), ("Right", "n6"), ("Up", "n3"))
    for key, id in walk:
        editor.keyboard.press(f"Arrow{key}")
        expect(editor.locator(f"#card-{id}")).to_be_focused()
    expect(editor.locator("#inspector")).to_have_attribute("data-step", "n3")


def test_the_panel_saves_on_change_and_keeps_the_focus(site: Site, editor: Page) -> None:
    editor.locator("#card-n2").click()
    editor.locator("#n2-duration").fill("3")
    editor.keyboard.press("Tab")
    saved(editor, 1)
    expect(editor.locator("#n2-duration-unit")).to_be_focused()
    editor.locator("#n2-duration-unit").select_option("days")
    saved(editor, 2)
    expect(editor.locator("#step-n2")).to_contain_text("Wait 3 days")
    assert site.node("n2")["settings"]["duration"] == {"amount": 3, "unit": "days"}
    editor.locator("#undo").click()
    saved(editor, 3)
    expect(editor.locator("#n2-duration-unit")).to_have_value("hours")


def test_a_wrong_value_is_kept_and_explained(site: Site, editor: Page) -> None:
    editor.locator("#card-n2").click()
    editor.locator("#n2-duration").fill("soon")
    editor.keyboard.press("Tab")
    expect(editor.get_by_text("Write a whole number.")).to_be_visible()
    expect(editor.locator("#n2-duration")).to_have_value("soon")
    editor.locator("#n2-duration").fill("4")
    editor.keyboard.press("Tab")
    saved(editor, 1)
    expect(editor.get_by_text("Write a whole number.")).to_be_hidden()


def test_rules_are_built_row_by_row(site: Site, editor: Page) -> None:
    editor.locator("#card-n3").click()
    editor.get_by_role("button", name="Add a rule").click()
    row = editor.locator("#inspector .rule").nth(1)
    row.get_by_label("What to look at").select_option("customer.tags")
    row.get_by_label("Text to compare with").fill("loyal")
    editor.keyboard.press("Tab")
    saved(editor, 1)
    editor.get_by_label("Any of these").check()
    saved(editor, 2)
    assert site.node("n3")["settings"]["rules"] == {"match": "any", "rules": [
        {"subject": "cart.total", "operator": "over", "value": 5000},
        {"subject": "customer.tags", "operator": "has", "value": ["loyal"]},
    ]}  # fmt: skip
    editor.locator("#inspector .rule").first.get_by_role("button", name="Remove this rule").click()
    saved(editor, 3)
    expect(editor.locator("#inspector .rule")).to_have_count(1)


def test_a_problem_leads_to_the_field_that_mends_it(site: Site, editor: Page) -> None:
    editor.locator("#slot-n4-next").click()
    editor.keyboard.type("coupon")
    editor.keyboard.press("Enter")
    saved(editor, 1)
    editor.get_by_role("button", name="1 problem").click()
    editor.get_by_role("button", name="Choose the coupon to give.").click()
    expect(editor.locator("#n7-coupon")).to_be_focused()
    editor.locator("#n7-coupon").select_option(label="10 % off")
    saved(editor, 2)
    expect(editor.get_by_role("button", name="1 problem")).to_be_hidden()


def test_publishing_says_what_will_happen_first(site: Site, editor: Page) -> None:
    expect(editor.get_by_role("button", name="Publish")).to_be_disabled()
    editor.locator("#card-n2").click()
    editor.locator("#n2-duration").fill("5")
    editor.keyboard.press("Tab")
    saved(editor, 1)
    expect(editor.get_by_text("1 change not published")).to_be_visible()
    editor.get_by_role("button", name="Publish").click()
    dialog = editor.locator("#publish")
    expect(dialog.get_by_text("Changed: Wait 2 hours is now Wait 5 hours")).to_be_visible()
    dialog.get_by_role("button", name="Publish").click()
    expect(editor.get_by_text("Published.")).to_be_visible()
    expect(dialog).to_be_hidden()
    expect(editor.get_by_text("1 change not published")).to_be_hidden()


def test_the_second_tab_sees_what_the_first_one_did_and_loses_nothing(
    site: Site,
    editor: Page,
    context: BrowserContext,
) -> None:
    other = context.new_page()
    site.open(other)
    drag_by(editor, editor.locator("#card-n6"), 40, 40)
    saved(editor, 1)
    other.locator("#card-n4").click()
    other.keyboard.press("Delete")
    expect(other.get_by_role("dialog", name="Somebody changed this a moment ago")).to_be_visible()
    saved(other, 1)
    assert site.node("n4") and site.node("n6")["pin"]


def test_a_change_made_offline_waits_and_is_saved(site: Site, editor: Page, context: BrowserContext) -> None:
    editor.locator("#card-n4").click()
    expect(editor.locator("#inspector")).to_have_attribute("data-step", "n4")
    context.set_offline(True)
    editor.keyboard.press("Delete")
    expect(editor.get_by_text("Offline. Your changes wait here.")).to_be_visible()
    context.set_offline(False)
    saved(editor, 1)
    assert ("n3", "yes", "n5") in site.links()


def test_the_name_is_edited_in_its_place(site: Site, editor: Page) -> None:
    editor.get_by_label("Name of the automation").fill("Bring it back")
    editor.keyboard.press("Enter")
    saved(editor, 1)
    site.open(editor)
    expect(editor.get_by_label("Name of the automation")).to_have_value("Bring it back")
