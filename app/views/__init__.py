"""The pages, one file a noun. Reading this list is reading the site."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

NOUNS = (
    "access", "errors", "health", "logins", "sign_up", "home", "flows", "reports", "recipes", "editor",
    "resume", "runs", "status", "carts", "carts_letter", "carts_order", "orders", "flow_backfill", "reminders",
    "reminders_wizard", "customers", "emails", "images", "brand", "coupons", "codes", "offers", "products",
    "replies", "settings", "team", "connection", "calls", "mail_server", "notices", "mailbox", "mailbox_api",
    "tracking", "preferences", "policies", "hooks_mail", "api", "api_short", "chat", "offers_shown", "storefront",
    "clock", "backroom",
)  # fmt: skip


def register(app: Flask) -> None:
    """Put every page of the product on the application."""
    for noun in NOUNS:
        import_module(f"app.views.{noun}").register(app)
