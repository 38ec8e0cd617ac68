"""The shelves: what the demo shop sells now. Words and pictures from the catalogue, price and stock from the rows."""

from __future__ import annotations

from sqlalchemy import select

from app.demo import catalogue
from app.demo.counter import Good
from app.extensions import db
from app.models import Product


def shelves(shop_id: int, language: str, base_url: str) -> dict[str, Good]:
    """Return everything on sale by its key, in the catalogue's order, in the shopper's language."""
    rows = db.session.scalars(select(Product).where(Product.shop_id == shop_id))
    articles = catalogue.articles()
    order = {key: place for place, key in enumerate(articles)}
    known = sorted(rows, key=lambda row: order.get(row.key, len(order)))
    return {row.key: good(row, articles.get(row.key), language, base_url) for row in known}


def good(row: Product, article: catalogue.Article | None, language: str, base_url: str) -> Good:
    """Return one product. A title that the merchant changed is shown as it is; else in the shopper's language."""
    words = article.words[language] if article else catalogue.Words(row.title)
    unchanged = article is not None and row.title == article.words["en"].title
    return Good(
        key=row.key,
        title=words.title if unchanged else row.title,
        description=words.description,
        price=row.price,
        stock=row.stock,
        image=article.image if article else "",
        image_url=row.image,
        url=f"{base_url}/demo-shop/products/{row.key}",
        collection=article.collection if article else "",
    )
