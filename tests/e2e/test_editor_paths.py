"""Paths on the drawing, counts that stay fresh, and two tabs at one draft, in a real browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from app.extensions import db
from app.models import Flow
from tests.app.rows import a_customer, a_run, a_step
from tests.e2e.driver import saved, unbroken
from tests.e2e.editing import Site, editor, server, site

__all__ = ["editor", "server", "site"]


def a_traveller(site: Site) -> int:
    """Somebody who waits at n2; return the run's id."""
    with site.app.app_context():
        flow = db.session.get_one(Flow, site.flow_id)
        from app.models import Shop

        run = a_run(
            flow, a_customer(db.session.get_one(Shop, flow.shop_id), first_name="Ada"), node="n2", visit=1
        )
        a_step(run, 0, "n1")
        db.session.commit()
        return run.id


def test_a_run_is_lit_on_the_drawing_and_in_the_outline(site: Site, page: Page) -> None:
    run = a_traveller(site)
    wrong = unbroken(page)
    page.goto(f"{site.url}/automations/{site.flow_id}/replay")
    page.get_by_role("link", name=re.compile("Ada")).click()
    page.wait_for_url(f"**/replay/{run}")
    expect(page.locator("#step-n1")).to_have_attribute("data-trail", "passed")
    expect(page.locator("#step-n2")).to_have_attribute("data-trail", "last")
    expect(page.locator("#step-n3")).not_to_have_attribute("data-trail", re.compile("."))
    expect(page.locator("#edge-n1-next")).to_have_attribute("data-trail", "passed")
    expect(page.locator("#step-n1 .trail-mark")).to_have_text(re.compile(r"^1 · \d"))
    page.get_by_role("button", name="Outline").click()
    expect(page.locator("#line-n2")).to_be_visible()
    expect(page.locator("#line-n2")).to_have_attribute("data-trail", "last")
    assert not wrong


def test_counts_come_by_themselves_and_can_be_switched_off_for_good(site: Site, editor: Page) -> None:
    a_traveller(site)
    count = editor.locator("#step-n2 .step-count")
    expect(count).to_be_hidden()
    box = editor.locator("#step-n2").bounding_box()
    editor.evaluate("document.getElementById('editor').counts.ask()")
    expect(count).to_have_text("1 waiting")
    assert editor.locator("#step-n2").bounding_box() == box
    editor.locator("#counts-toggle").click()
    expect(count).to_be_hidden()
    site.open(editor)
    expect(editor.locator("#step-n2 .step-count")).to_be_hidden()
    editor.locator("#counts-toggle").click()
    editor.locator("#step-n2 .step-count").click()
    expect(editor.get_by_role("link", name=re.compile("Ada"))).to_be_visible()


def test_the_slower_of_two_tabs_keeps_its_change_in_a_copy(site: Site, editor: Page) -> None:
    other = editor.context.new_page()
    site.open(other, step="n2")
    editor.locator("#card-n6").click()
    editor.keyboard.press("Delete")
    saved(editor, 1)
    other.locator("#n2-duration").fill("5")
    other.locator("#n2-duration").press("Tab")
    dialog = other.get_by_role("dialog", name="Somebody changed this a moment ago")
    expect(dialog).to_be_visible()
    expect(other.locator("#step-n6")).to_have_count(0)
    dialog.get_by_role("button", name="Keep mine as a copy").click()
    other.wait_for_url(lambda url: f"/automations/{site.flow_id}/" not in url and url.endswith("/edit"))
    expect(other.locator("#step-n2 .step-title")).to_have_text("Wait 5 hours")
    assert site.node("n2")["settings"]["duration"]["amount"] == 2


def test_what_was_saved_outlives_a_killed_tab(site: Site, editor: Page) -> None:
    editor.locator("#card-n6").click()
    editor.keyboard.press("Delete")
    saved(editor, 1)
    editor.close(run_before_unload=False)
    assert "n6" not in {node["id"] for node in site.draft()["nodes"]}


def test_the_plain_words_follow_each_edit(site: Site, editor: Page) -> None:
    words = editor.locator("#words")
    expect(words).to_contain_text("Wait 2 hours")
    editor.locator("#card-n2").click()
    editor.locator("#n2-duration").fill("3")
    editor.locator("#n2-duration").press("Tab")
    saved(editor, 1)
    expect(words).to_contain_text("Wait 3 hours")
    editor.locator("#undo").click()
    saved(editor, 2)
    expect(words).to_contain_text("Wait 2 hours")
