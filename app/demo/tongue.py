"""The demo speaks the language of whoever enters it.

A shop's own names (of automations, e-mails, coupons, products) are data, in one language. In the demo those that we
gave are said anew when a visitor of the other language comes in; a name that somebody typed stays as it is.
"""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale, gettext
from sqlalchemy import select, update

from app.demo.catalogue import articles
from app.extensions import db
from app.languages import LANGUAGES
from app.models import Coupon, Email, Flow, Product, Shop, User
from graph.recipes import all_recipes
from graph.words import M

NUDGE, THANKS = M("A tenth off, to come back"), M("A tenth off, as thanks")
WELCOME, NEWSLETTER = M("A tenth off, to begin with"), M("Five euros off, for readers")
AGAIN = M("Free delivery next time")
NAMED: tuple[tuple[Any, Any], ...] = (
    (Flow, Flow.name),
    (Email, Email.name),
    (Coupon, Coupon.name),
    (Product, Product.title),
)


def speak(shop_id: int, locale: str) -> None:
    """Say the names that we gave in this language. Call it in a unit of work; a shop that is no demo stays as it is."""
    spoken = update(Shop).where(Shop.id == shop_id, Shop.is_demo, Shop.locale != locale).values(locale=locale)
    if not db.session.execute(spoken).rowcount:
        return
    names = given(locale)
    for model, column in NAMED:
        for id, name in db.session.execute(select(model.id, column).where(model.shop_id == shop_id)).all():
            if names.get(name, name) != name:
                db.session.execute(update(model).where(model.id == id).values({column: names[name]}))


def forget_preferences(user_id: int) -> None:
    """Let the next visitor of the demo begin with their own browser's language and looks."""
    db.session.execute(update(User).where(User.id == user_id).values(locale=None, theme="auto"))


def given(locale: str) -> dict[str, str]:
    """Return every name that we gave, in any language, with how it is said in this one."""
    spoken = {language: _given(language) for language in LANGUAGES}
    return {name: new for names in spoken.values() for name, new in zip(names, spoken[locale], strict=True)}


def _given(language: str) -> list[str]:
    recipes = all_recipes()
    msgids = [NUDGE, THANKS, WELCOME, NEWSLETTER, AGAIN, *(each.title for each in recipes)]
    msgids += [title for each in recipes for title in each.email_titles.values()]
    with force_locale(language):
        names = [gettext(msgid) for msgid in msgids]
    return names + [article.words[language].title for article in articles().values()]
