"""Makes the small JPEG of each drawn product, for e-mails: most of their readers do not show SVG.

Run `python static/art/jpegs.py` after a change to a drawing; Chromium must be on the path.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PRODUCTS = Path(__file__).resolve().parent / "products"
SIDE = 400
MOST = 25_000  # bytes: two dozen of them in one mail must not cost a phone's data
QUALITIES = (86, 80, 74, 66)


def photograph(page: Page, drawing: Path) -> bytes:
    """Return the drawing as a JPEG of at most MOST bytes, at the best quality that fits."""
    page.goto(drawing.as_uri())
    page.evaluate(
        "side => Object.assign(document.documentElement.style, {width: side, height: side})", f"{SIDE}px"
    )
    shots = (page.screenshot(type="jpeg", quality=quality) for quality in QUALITIES)
    return next(shot for shot in shots if len(shot) < MOST)


def main() -> None:
    """Photograph every drawing."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": SIDE, "height": SIDE})
        for drawing in sorted(PRODUCTS.glob("*.svg")):
            drawing.with_suffix(".jpg").write_bytes(photograph(page, drawing))
        browser.close()


if __name__ == "__main__":
    main()
