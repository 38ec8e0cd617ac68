"""Which language and which time zone a page is written in: the user's choice, then the browser's; and a customer's."""

from __future__ import annotations

from flask import g, has_request_context, request

LANGUAGES = {"en": "English", "fr": "Français"}


def locale() -> str:
    """The language of this page: its own choice, the user's, a visitor's cookie, the browser's, else English."""
    if not has_request_context():
        return "en"
    user = getattr(g, "user", None)
    chosen = g.get("language") or getattr(user, "locale", None) or request.cookies.get("language")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES), "en")


def spoken(told: str, otherwise: str) -> str:
    """Return the language of ours that a shop's word for one means, "fr-FR" or "fr_CA" as well; else the other one."""
    own = told.replace("-", "_").partition("_")[0].lower()
    return own if own in LANGUAGES else otherwise


def timezone() -> str:
    """The zone of this page's instants: the shop's, else UTC."""
    return getattr(getattr(g, "shop", None), "timezone", None) or "UTC"
