"""What the demo shop makes: words in both languages, first prices and stock, read once from one file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[2] / "static" / "art" / "products" / "products.json"


@dataclass(frozen=True, slots=True)
class Words:
    """One product in one language."""

    title: str
    description: str = ""
    collection: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One product: `words` by language, the price in minor units, `image` a path below static/."""

    key: str
    words: dict[str, Words]
    price: int
    stock: int
    image: str

    @property
    def collection(self) -> str:
        """The name of its collection in addresses."""
        return self.words["en"].collection.lower().replace(" ", "-")


@cache
def articles() -> dict[str, Article]:
    """Return every product by its key, in the order in which the shop shows them."""
    return {raw["slug"]: _article(raw) for raw in json.loads(FILE.read_text("utf-8"))}


def _article(raw: dict[str, Any]) -> Article:
    words = {
        language: Words(title, raw["description"][language], raw["category"][language])
        for language, title in raw["title"].items()
    }
    return Article(raw["slug"], words, raw["price"], raw["stock"], f"art/products/{raw['slug']}.jpg")


def collections(language: str) -> dict[str, str]:
    """Return the collections' names for people by their names in addresses."""
    return {article.collection: article.words[language].collection for article in articles().values()}
