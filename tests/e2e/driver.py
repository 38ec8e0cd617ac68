"""The hands of the browser tests: drag, wait for what was saved, look where something is.

Nothing here sleeps: each wait is for the revision that the page itself shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

# Chromium writes a line of its own for every answer that is not a success; those answers are what a test is about.
EXPECTED = ("status of 422", "status of 409", "status of 404", "ERR_INTERNET_DISCONNECTED", "Failed to fetch")


@dataclass(frozen=True)
class Point:
    """A place in the window."""

    x: float
    y: float


def centre(place: Locator) -> Point:
    """Return the middle of an element."""
    box = place.bounding_box()
    assert box, f"{place} is not to be seen"
    return Point(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def saved(page: Page, revision: int) -> None:
    """Wait until the page says that this revision is saved, and that nothing more is on its way."""
    status = page.get_by_role("status").and_(page.locator("#saved"))
    expect(status).to_have_attribute("data-revision", str(revision))
    expect(status).to_have_attribute("data-live", "")


def pick_up(page: Page, source: Locator) -> Point:
    """Press on an element and go just far enough for a drag to begin."""
    start = centre(source)
    page.mouse.move(start.x, start.y)
    page.mouse.down()
    page.mouse.move(start.x + 3, start.y + 2)
    page.mouse.move(start.x + 6, start.y + 5)
    return start


def carry(page: Page, to: Point) -> None:
    """Go there in small steps, and stay for one more."""
    page.mouse.move(to.x, to.y, steps=12)
    page.mouse.move(to.x, to.y)


def drag(page: Page, source: Locator, target: Locator, lights: Locator | None = None) -> None:
    """Carry `source` onto `target`, whose place is read once the drag has begun, for zones grow."""
    pick_up(page, source)
    carry(page, centre(target))
    if lights is not None:
        expect(lights).to_have_attribute("data-live", "hot")
    page.mouse.up()


def drag_by(page: Page, source: Locator, dx: float, dy: float) -> None:
    """Carry `source` so far and let it go."""
    start = pick_up(page, source)
    carry(page, Point(start.x + dx, start.y + dy))
    page.mouse.up()


def unbroken(page: Page) -> list[str]:
    """Return the list that gathers what goes wrong in a page from now on; it should stay empty."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console",
        lambda line: None if line.type != "error" or _expected(line.text) else wrong.append(line.text),
    )
    return wrong


def _expected(text: str) -> bool:
    return any(each in text for each in EXPECTED)
