"""Words are written as they will look: bold is bold, a field is one thing, a link has words and a target."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from app.extensions import db
from app.models import Email
from tests.e2e.driver import unbroken
from tests.e2e.editing import Site, server, site  # noqa: F401 - fixtures

WORDS = "Hello {{ customer.first_name }},\n\n- one **thing**\n- [another](cart)\n*Yours*"


@pytest.fixture
def block(site: Site, page: Page) -> Iterator[Locator]:
    """The open block of a design that is one text."""
    wrong = unbroken(page)
    with site.app.app_context():
        email = db.session.query(Email).first()
        email.content = {
            "en": {"subject": "Hello", "preheader": "", "blocks": [{"kind": "text", "text": WORDS}]}
        }
        db.session.commit()
        page.goto(f"{site.url}/emails/{email.id}?language=en")
    page.locator("#design[data-ready]").wait_for()
    block = page.locator(".block").first
    if not block.locator(".block-form").is_visible():
        block.locator(".block-open").click()
    yield block
    assert not wrong


def sent(block: Locator) -> str:
    return block.locator("textarea[data-rich]").input_value()


def test_marks_are_shown_as_what_they_are_and_kept_as_they_were(block: Locator) -> None:
    rich = block.get_by_role("textbox", name="Words", exact=True)
    expect(rich.locator(".rich-field")).to_have_text("First name")
    expect(rich.locator("li b")).to_have_text("thing")
    expect(rich.locator("a")).to_have_attribute("data-target", "cart")
    expect(block.locator(".block-open .small")).to_contain_text("Hello ‹First name›")
    rich.press("Control+End")
    rich.press_sequentially("!")
    assert sent(block) == WORDS.removesuffix("*") + "!*" or sent(block) == WORDS + "!"


def test_bold_lists_fields_and_links_are_made_by_keys_and_buttons(block: Locator, page: Page) -> None:
    rich = block.get_by_role("textbox", name="Words", exact=True)
    rich.fill("Dear ")
    rich.press("Control+End")
    block.get_by_role("button", name="Insert a field").click()
    page.get_by_role("menuitem", name="First name").click()
    assert sent(block).startswith("Dear {{ customer.first_name")
    rich.press("Enter")
    rich.press("Control+b")
    rich.press_sequentially("look")
    rich.press("Control+b")
    rich.press_sequentially(" here")
    assert sent(block).endswith("}}\n**look** here")
    for _letter in "here":
        rich.press("Shift+ArrowLeft")
    block.get_by_role("button", name="Link").click()
    page.get_by_label("Where do these words lead?").fill("order")
    block.get_by_role("button", name="Done").click()
    assert sent(block).endswith("\n**look** [here](order)")
    block.get_by_role("button", name="List").click()
    assert sent(block).endswith("\n- **look** [here](order)")
    expect(page.frame_locator("#seen").locator("li strong")).to_have_text("look")


def test_what_is_pasted_leaves_its_looks_behind(block: Locator, page: Page) -> None:
    rich = block.get_by_role("textbox", name="Words", exact=True)
    rich.fill("")
    rich.evaluate(
        """place => {
          const data = new DataTransfer();
          data.setData("text/plain", "plain words");
          data.setData("text/html", "<h1 onclick='x()'>plain words</h1>");
          place.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    assert sent(block) == "plain words"
    expect(rich.locator("h1")).to_have_count(0)
