"""Settings: the shop, the account, and what this is."""

from __future__ import annotations

from importlib.metadata import version

from flask import Blueprint, Flask, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from sqlalchemy import update
from werkzeug.wrappers import Response

from app import languages, passwords
from app.demo import tongue
from app.extensions import db, limiter
from app.forms.accounts import THEMES, AccountForm, PasswordForm
from app.forms.shops import ShopForm
from app.models import Login, Shop, User
from app.models.attention import missing
from app.unit import unit
from app.views import permissions
from app.views.logins import inside, signed_in

pages = Blueprint("settings", __name__)


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.route("/settings", methods=["GET", "POST"])
def show() -> str | Response | tuple[str, int]:
    """Show and change what a message says about its sender, and how the shop counts."""
    form = ShopForm(obj=g.shop)
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("settings/shop.html", form=form, missing=missing(g.shop)), status
    values = {name: (field.data or "") for name, field in form._fields.items() if name != "csrf_token"}
    unit(lambda: db.session.execute(update(Shop).where(Shop.id == g.shop.id).values(**values)))
    flash(_("Saved."))
    return redirect(url_for("settings.show"))


@pages.route("/settings/account", methods=["GET", "POST"])
def account() -> str | Response | tuple[str, int]:
    """Change the name, the language and the looks."""
    form = AccountForm(data=preferences())
    if not form.validate_on_submit():
        return account_page(form, PasswordForm(formdata=None)), 422 if form.is_submitted() else 200
    unit(
        lambda: change_user(
            name=(form.name.data or "").strip(), locale=form.locale.data, theme=form.theme.data
        )
    )
    refresh()
    flash(_("Saved."))
    return redirect(url_for("settings.account"))


@pages.post("/settings/password")
@limiter.limit("10/hour")
def password() -> Response | tuple[str, int]:
    """Change the password; every other browser is signed out."""
    form = PasswordForm()
    if form.validate_on_submit() and not passwords.matches(form.current.data or "", g.user.password_hash):
        form.current.errors = [_("This is not your password. Check it, then try again.")]
    if form.errors:
        return account_page(AccountForm(formdata=None, data=preferences()), form), 422
    unit(lambda: change_password(passwords.hashed(form.chosen.data or "")))
    answer = signed_in(g.user, url_for("settings.account"))
    flash(_("Your password is changed. Every other browser was signed out."))
    return answer


@pages.post("/settings/prefer")
def prefer() -> Response:
    """Take one preference from the account menu: the language or the looks."""
    locale, theme = request.form.get("locale"), request.form.get("theme")
    if locale in languages.LANGUAGES:
        unit(lambda: speak(locale))
    if theme in [choice.value for choice in THEMES]:
        unit(lambda: change_user(theme=theme))
    return redirect(inside(request.form.get("next")) or url_for("home.index"))


@pages.get("/settings/about")
def about() -> str:
    """Say what this is, and which pieces it stands on."""
    settings = current_app.extensions["settings"]
    pieces = [(name, version(name)) for name in ("flask", "sqlalchemy", "dramatiq", "networkx", "wtforms")]
    return render_template("settings/about.html", pieces=pieces, database=db.engine.dialect.name,
                           smtp=not settings.mail_stays(g.shop.is_demo), address=settings.base_url,
                           features_off=[permissions.WORDS[name] for name in settings.features_off])  # fmt: skip


def account_page(form: AccountForm, password_form: PasswordForm) -> str:
    """Return the account's page with its two forms."""
    return render_template("settings/account.html", form=form, password_form=password_form)


def preferences() -> dict[str, str]:
    """Return what the account's form shows of the signed-in user."""
    return {"name": g.user.name, "locale": g.user.locale or languages.locale(), "theme": g.user.theme}


def change_user(**values: str | None) -> None:
    """Change the signed-in user's own row."""
    db.session.execute(update(User).where(User.id == g.user.id).values(**values))


def speak(locale: str) -> None:
    """Keep the user's language; the demo shop follows it."""
    change_user(locale=locale)
    tongue.speak(g.shop.id, locale)


def change_password(hashed: str) -> None:
    """Keep the new hash and forget every browser of this user."""
    change_user(password_hash=hashed)
    Login.end_all(g.user.id)
