"""The demo speaks the language of whoever enters it.

A shop's own words (names of automations, e-mails, coupons, products, ways of delivery, what an offer says) are data,
in one language. In the demo those that we gave are said anew when a visitor of the other language comes in; what
somebody typed stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import force_locale, gettext
from sqlalchemy import select, update

from app.demo.catalogue import articles
from app.demo.voice import WAYS
from app.extensions import db
from app.languages import LANGUAGES
from app.models import Cart, Coupon, Email, Flow, Message, Offer, Product, Shop, User, Version
from graph.model import Graph
from graph.recipes import all_recipes
from graph.words import M

NUDGE, THANKS = M("A tenth off, to come back"), M("A tenth off, as thanks")
WELCOME, NEWSLETTER = M("A tenth off, to begin with"), M("Five euros off, for readers")
AGAIN = M("Free delivery next time")
NAMED: tuple[Any, ...] = (Flow.name, Email.name, Coupon.name, Product.title, Cart.shipping)
PROMISED: tuple[Any, ...] = (Offer.title, Offer.text, Message.subject)


def speak(shop_id: int, locale: str) -> None:
    """Say the names that we gave in this language. Call it in a unit of work; a shop that is no demo stays as it is."""
    spoken = update(Shop).where(Shop.id == shop_id, Shop.is_demo, Shop.locale != locale).values(locale=locale)
    if not db.session.execute(spoken).rowcount:
        return
    names, words = given(locale), given(locale, _words)
    for columns, new in ((NAMED, names), (PROMISED, words)):
        for column in columns:
            _rename(shop_id, column, new)
    for flow in db.session.scalars(select(Flow).where(Flow.shop_id == shop_id)):
        flow.draft = _retold(flow.draft, words)
    for version in db.session.scalars(select(Version).where(Version.shop_id == shop_id)):
        version.graph = _retold(version.graph, words)  # another graph has another hash, and so another plan
        version.hash = Version.hash_of(Graph.from_json(version.graph))


def _rename(shop_id: int, column: Any, names: Mapping[str, str]) -> None:
    """Write every name of this column anew, each by one statement."""
    model = column.class_
    said = db.session.scalars(select(column).distinct().where(model.shop_id == shop_id)).all()
    for name in said:
        if names.get(name, name) != name:
            mine = update(model).where(model.shop_id == shop_id, column == name)
            db.session.execute(mine.values({column: names[name]}))


def _retold(drawn: dict[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """Return a stored graph whose steps say these words; whatever else they are set to stays."""

    def told(value: Any) -> Any:
        return words.get(value, value) if isinstance(value, str) else value

    def retold(node: dict[str, Any]) -> dict[str, Any]:
        return {**node, "settings": {name: told(value) for name, value in node["settings"].items()}}

    return {**drawn, "nodes": [retold(node) for node in drawn["nodes"]]}


def forget_preferences(user_id: int) -> None:
    """Let the next visitor of the demo begin with their own browser's language and looks."""
    db.session.execute(update(User).where(User.id == user_id).values(locale=None, theme="auto"))


def given(locale: str, of: Callable[[str], list[str]] | None = None) -> dict[str, str]:
    """Return every name that we gave (or all `of` something), in any language, with how it is said in this one."""
    spoken = {language: (of or _given)(language) for language in LANGUAGES}
    return {name: new for names in spoken.values() for name, new in zip(names, spoken[locale], strict=True)}


def _given(language: str) -> list[str]:
    recipes = all_recipes()
    msgids = [NUDGE, THANKS, WELCOME, NEWSLETTER, AGAIN, *(each.title for each in recipes)]
    msgids += [title for each in recipes for title in each.email_titles.values()]
    with force_locale(language):
        names = [gettext(msgid) for msgid in msgids] + [str(way) for way in WAYS.values()]
    return names + [article.words[language].title for article in articles().values()]


def _words(language: str) -> list[str]:
    """What the automations themselves say, where a recipe wrote it."""
    said = [each.graph.node(step).settings[name] for each in all_recipes() for step, name in each.words]
    with force_locale(language):
        return [gettext(str(words)) for words in said]
