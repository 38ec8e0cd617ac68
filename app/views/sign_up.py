"""Opening an account. Whoever asks, the answer never tells whether an address has one: its owner is told by mail."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from app import admission, clock, languages, passwords
from app.emails import courier, mime
from app.emails.addresses import base_url
from app.emails.courier import NotSent
from app.emails.preview import preview
from app.extensions import db, limiter
from app.forms.logins import AskForm, SignUp
from app.mail_ids import mail_id
from app.models import Membership, Shop, User
from app.unit import unit
from app.views.access import public
from app.views.logins import signed_in

pages = Blueprint("sign_up", __name__)
Page = str | Answer | tuple[str, int]
COMMAND = ".venv/bin/flask --app app claim"


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.route("/sign-up", methods=["GET", "POST"])
@public
@limiter.limit("10/hour", methods=["POST"])
def show() -> Page:
    """Open an account with a shop of its own, in the way that this instance allows now."""
    way = admission.today()
    if way == "closed" or (way == "claim" and not admission.claimed(request.args.get("claim", ""))):
        return render_template("logins/closed.html", way=way, command=COMMAND), 403
    return _ask() if way == "mail" else _fill_in(SignUp(timezone=_zone()))


@pages.route("/sign-up/<token>", methods=["GET", "POST"])
@public
@limiter.limit("20/hour", methods=["POST"])
def confirm(token: str) -> Page:
    """Open the account of an address whose owner followed the link in the mail."""
    email = admission.read(token)
    if not email or User.by_email(email):
        return render_template("logins/closed.html", way="over"), 410
    form = SignUp(timezone=_zone(), email=email)
    form.email.data, form.email.raw_data = (
        email,
        [email],
    )  # whatever was sent: the link says whose account it is
    return _fill_in(form, proven=True)


def _ask() -> Page:
    form = AskForm()
    if not form.validate_on_submit():
        return render_template("logins/ask.html", form=form), 422 if form.is_submitted() else 200
    tell(form.email.data or "", known=User.by_email(form.email.data or "") is not None)
    return render_template("logins/look.html", email=form.email.data)


def _fill_in(form: SignUp, proven: bool = False) -> Page:
    if not form.validate_on_submit():
        page = render_template("logins/sign_up.html", form=form, proven=proven)
        return page, 422 if form.is_submitted() else 200
    hash = passwords.hashed(form.password.data or "")  # always: it takes as long for an address that is known
    user = unit(lambda: open_account(form, hash))
    if user is not None and (proven or user.is_owner):
        flash(_("Welcome. Pick a template: your first automation takes two minutes."))
        return signed_in(user, url_for("recipes.index"))
    if user is None:
        tell(form.email.data or "", known=True)
    flash(_("If this address had no account, it has one now. Sign in with the password that you chose."))
    return redirect(url_for("logins.sign_in"))


def open_account(form: SignUp, hash: str) -> User | None:
    """Add the user, the shop and the membership, inside the caller's unit; None when the address has an account.

    The first account owns the instance.
    """
    if User.by_email(form.email.data or ""):
        return None
    now, chosen = clock.real(), languages.locale()
    user = User(email=form.email.data, password_hash=hash, locale=chosen, is_owner=not admission.owned(),
                created_at=now)  # fmt: skip
    shop = Shop(name=form.shop.data, business_name=form.shop.data, locale=chosen, timezone=form.timezone.data,
                currency=form.currency.data, contact_email=form.email.data, staff_email=form.email.data,
                sender_name=form.shop.data, created_at=now)  # fmt: skip
    db.session.add_all([user, shop])
    db.session.flush()
    db.session.add(Membership(user_id=user.id, shop_id=shop.id))
    return user


def tell(email: str, known: bool) -> None:
    """Mail the owner of an address: the link that opens an account, or that they have one. Nobody else learns which."""
    owner = select(User.id).where(User.is_owner).order_by(User.id)
    shop = db.session.get(Shop, Membership.first_shop(db.session.scalar(owner) or 0) or 0)
    if shop is None:
        return
    sender = shop.sender_email or shop.contact_email or "relance@localhost"
    try:
        courier.send(shop.id, sender, email, letter(shop, sender, email, known))
    except (NotSent, mime.BadAddress):
        pass  # who asked must not learn from it either


def letter(shop: Shop, sender: str, email: str, known: bool) -> bytes:
    """Return the mail to somebody who asked for an account."""
    if known:
        text = _("Somebody asked for an account with your address. You have one already: sign in with your password. "
                 "If it was not you, there is nothing to do.")  # fmt: skip
        button, target = _("Sign in"), f"{base_url()}/sign-in"
    else:
        text = _("Press the button to open your account; it works for half an hour. "
                 "If you did not ask for one, there is nothing to do.")  # fmt: skip
        button, target = _("Open my account"), f"{base_url()}/sign-up/{admission.ticket(email)}"
    blocks = [{"kind": "text", "text": text}, {"kind": "button", "text": button, "target": target}]
    design = {languages.locale(): {"subject": _("Your account"), "preheader": "", "blocks": blocks}}
    key = mail_id(f"account:{email}:{clock.real().timestamp()}", shop.id)
    me, you = mime.Mailbox(sender, "Relance"), mime.Mailbox(email)
    return mime.compose(preview(design, languages.locale(), shop), me, you, key, clock.real())


def _zone() -> str:
    return "Europe/Paris" if languages.locale() == "fr" else "UTC"
