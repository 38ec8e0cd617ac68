"""The look keeps its promises: icons exist, nothing is styled or scripted inline, colours have one home."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
PRODUCTS = ROOT / "static" / "art" / "products"
OWN_CHARACTER = ("storefront.css",)
WHERE_ICONS_ARE_NAMED = [
    *PAGES, *(ROOT / "app" / "views").rglob("*.py"), *(ROOT / "graph").rglob("*.py"), *(ROOT / "graph").rglob("*.json"),
]  # fmt: skip
NAMING = (
    r'\b(?:icon|badge|menu)\("([a-z][\w-]*)"',
    r'\bicon"?\s*[=:]\s*"([a-z][\w-]*)"',
    r'\bItem\("[\w.]+", "([\w-]+)"',
)


def drawn(file: str) -> set[str]:
    return set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static" / file).read_text()))


def named_icons(text: str) -> set[str]:
    return {name for pattern in NAMING for name in re.findall(pattern, text)}


@pytest.mark.parametrize("file", WHERE_ICONS_ARE_NAMED, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_icon_that_is_named_is_in_the_sprite(file: Path) -> None:
    unknown = named_icons(file.read_text()) - drawn("icons.svg")
    assert not unknown, "add the names to static/vendor/icons.txt, then run make vendor"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_carries_inline_style_or_script(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:|hx-on", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_colours_are_named_in_the_tokens_only(sheet: Path) -> None:
    if sheet.name in ("tokens.css", *OWN_CHARACTER):
        return
    assert not re.findall(r"#[0-9A-Fa-f]{3,8}\b(?=[;,)])", sheet.read_text())


def test_every_product_has_a_drawing_a_small_picture_and_words_in_both_languages() -> None:
    products = json.loads((PRODUCTS / "products.json").read_text())
    assert len(products) == len({product["slug"] for product in products}) == 24
    for product in products:
        assert (PRODUCTS / f"{product['slug']}.svg").exists()
        assert (PRODUCTS / f"{product['slug']}.jpg").stat().st_size < 25_000
        assert all(
            product[field][language]
            for field in ("title", "description", "category")
            for language in ("en", "fr")
        )
        assert product["price"] > 0 and product["stock"] > 0


def test_what_was_vendored_is_byte_for_byte_what_was_reviewed() -> None:
    spec = importlib.util.spec_from_file_location("vendor", ROOT / "static" / "vendor" / "vendor.py")
    assert spec and spec.loader
    vendor = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(vendor)
    for path, expected in vendor.HASHES.items():
        content = (ROOT / "static" / path).read_bytes()
        assert base64.b64encode(hashlib.sha384(content).digest()).decode() == expected, path
    assert set((ROOT / "static/vendor/icons.txt").read_text().split()) == drawn("icons.svg")


def channel(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, by WCAG 2.2's relative luminance."""
    lights = sorted(
        sum(share * channel(int(c[at : at + 2], 16)) for share, at in ((0.2126, 1), (0.7152, 3), (0.0722, 5)))
        for c in (one, other)
    )
    return (lights[1] + 0.05) / (lights[0] + 0.05)


INKS = [(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("ground", "paper")]
SORTS = [(sort, f"{sort}-soft") for sort in ("when", "wait", "if", "do", "bad", "good")]


@pytest.mark.parametrize(("ink", "ground"), [*INKS, ("ink-2", "sunk"), *SORTS, ("on-primary", "primary")])
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_its_ground(ink: str, ground: str, theme: int) -> None:
    sheet = (ROOT / "static" / "css" / "tokens.css").read_text()
    tokens = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", sheet))
    pair = (tokens[ink].split(", ")[theme], tokens[ground].split(", ")[theme])
    assert contrast(*pair) >= 4.5
