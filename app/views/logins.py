"""The first page, signing in and signing out."""

from __future__ import annotations

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from app import clock, devices, languages, passwords
from app.demo import tongue
from app.extensions import db, limiter
from app.forms.logins import SignIn
from app.models import Login, Membership, Shop, User
from app.unit import unit
from app.urls import parted
from app.views.access import public

pages = Blueprint("logins", __name__)


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.get("/welcome")
@public
def welcome() -> str | Answer:
    """Offer the demo shop, a new account, or signing in."""
    if g.user:
        return redirect(url_for("home.index"))
    return render_template("logins/welcome.html", demo=demo_owner() is not None)


@pages.post("/welcome/demo")
@public
@limiter.limit("30/minute;300/hour")
def explore() -> Answer:
    """Sign in as the demo shop's owner."""
    if (owner := demo_owner()) is None:
        abort(404)
    unit(lambda: greet(owner.id))
    return signed_in(owner, None)


def typed_email() -> str:
    """Return the address in the form that was sent, as accounts are known by it."""
    return request.form.get("email", "").strip().lower()[:254]


def tried() -> str:
    """Return what a try to sign in counts against: this account, from this known browser or this network."""
    return f"{typed_email()} from {devices.stranger_or_known(typed_email())}"


def tries_of() -> str:
    """Return who tries, whatever the account: this known browser, or this address."""
    return devices.known(typed_email()) or request.remote_addr or ""


@pages.route("/sign-in", methods=["GET", "POST"])
@public
@limiter.limit("20/minute;120/hour", key_func=tries_of, methods=["POST"])
@limiter.limit("10/minute;60/hour", key_func=tried, methods=["POST"])
def sign_in() -> str | Answer | tuple[str, int]:
    """Let somebody in who knows the password. Both kinds of mistake get the same sentence after the same time."""
    form = SignIn()
    if not form.validate_on_submit():
        return render_template("logins/sign_in.html", form=form), 422 if form.is_submitted() else 200
    user = User.by_email((form.email.data or "").strip().lower())
    if wrong := refusal(user, form.password.data or ""):
        form.password.errors = [wrong]
        return render_template("logins/sign_in.html", form=form), 422
    assert user is not None
    return signed_in(user, request.args.get("next"))


def refusal(user: User | None, password: str) -> str:
    """Say why somebody is not let in, or nothing. That they work nowhere is said only to who knows the password."""
    if not passwords.matches(password, user.password_hash if user else None):
        return _("This e-mail and password do not go together. Check both, then try again.")
    if user is None or Membership.first_shop(user.id) is None:
        return _("You work in no shop any more. Ask a shop’s owner to invite you again.")
    return ""


@pages.post("/sign-out")
def sign_out() -> Answer:
    """Forget this browser."""
    unit(lambda: Login.end(passwords.digest(session["login"])))
    session.clear()
    response = redirect(url_for("logins.welcome"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@pages.post("/language")
@public
def language() -> Answer:
    """Remember a visitor's language in a cookie; a user's is kept with the account."""
    chosen = request.form.get("locale", "")
    response = redirect(inside(request.form.get("next")) or url_for("logins.welcome"))
    if chosen in languages.LANGUAGES:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(
            "language", chosen, max_age=31536000, samesite="Lax", httponly=True, secure=secure
        )
    return response


def signed_in(user: User, target: str | None) -> Answer:
    """Give this browser a new session of this user, whatever it carried before."""
    shop_id = Membership.first_shop(user.id)
    token, now, user_id = passwords.token(), clock.real(), user.id
    login = {
        "digest": passwords.digest(token),
        "user_id": user_id,
        "shop_id": shop_id,
        "created_at": now,
        "seen_at": now,
    }
    unit(lambda: db.session.add(Login(**login)))
    session.clear()
    session["login"] = token
    answer = redirect(inside(target) or url_for("home.index"))
    devices.remember(answer, user.email)
    return answer


def greet(owner_id: int) -> None:
    """Let the demo begin as this visitor's browser would have it."""
    tongue.forget_preferences(owner_id)
    tongue.speak(Membership.first_shop(owner_id) or 0, languages.locale())


def demo_owner() -> User | None:
    """Return the demo shop's owner, when this instance has a demo."""
    if not current_app.extensions["settings"].demo:
        return None
    demo = (
        select(User).join(Membership, Membership.user_id == User.id).join(Shop, Shop.id == Membership.shop_id)
    )
    return db.session.scalar(demo.where(Shop.is_demo, Membership.role == "owner").order_by(User.id))


def inside(target: str | None) -> str | None:
    """Return the target when it is a path of ours, else None: a sign-in must not send anybody elsewhere."""
    parts = parted(target or "")
    safe = target and target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if safe and "\\" not in target and parts.scheme == "" else None
