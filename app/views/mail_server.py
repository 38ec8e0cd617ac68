"""The shop's own mail server: where its e-mails go, a test that says what the server says, and how it is doing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, current_app, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app import clock, languages, links
from app.emails import courier, mime
from app.emails.courier import NotSent
from app.emails.preview import preview
from app.extensions import db, limiter
from app.forms.mail_server import MailServerForm
from app.mailbox.sink import TEST
from app.models import ChannelTrouble, MailServer, Message
from app.unit import unit
from app.views.emails import sender

pages = Blueprint("mail_server", __name__)
CHANNEL = "email"
# What to do about an answer, in plain words; the server's own words stand below them.
ADVICE: Mapping[str, Any] = {
    "login": _l(
        "The server refuses the user name or the password. Some providers want a password made for programs."
    ),
    "sender": _l(
        "The server refuses your sender's address. Confirm the address with your provider, or use another."
    ),
    "recipient": _l("The server refuses the address of the test. Your own address stands under Account."),
    "inside": _l("This name leads into a private network, which is not allowed here."),
    "unknown": _l("There is no server of this name. Check its spelling."),
    "unreachable": _l(
        "The server does not answer as it should. Check the name, the port and the encryption."
    ),
}


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.route("/settings/mail", methods=["GET", "POST"])
def show() -> str | Response | tuple[str, int]:
    """Show and change where the shop's e-mails are handed over."""
    own = db.session.get(MailServer, g.shop.id)
    form = MailServerForm(obj=own)
    if g.shop.is_demo or not form.validate_on_submit():  # the demo writes to nobody, whatever is typed
        return page(form, own), 422 if form.is_submitted() else 200
    told = {name: form[name].data or "" for name in ("host", "security", "username")} | {
        "port": form.port.data
    }
    shop_id, now, password = g.shop.id, clock.real(), form.password.data or ""
    unit(lambda: MailServer.keep(shop_id, password, now, **told))
    go_on(shop_id)
    flash(_("Saved. Send yourself a test now."))
    return redirect(url_for("mail_server.show"))


@pages.post("/settings/mail/test")
@limiter.limit("20/hour")
def test() -> str | Response | tuple[str, int]:
    """Send the signed-in user a test, and say in plain words what the server answered."""
    own = db.session.get(MailServer, g.shop.id)
    shop_id, to = g.shop.id, g.user.email
    try:
        courier.send(shop_id, sender(), to, letter())
    except (NotSent, mime.BadAddress) as error:
        trouble = getattr(error, "trouble", "sender")
        return page(MailServerForm(formdata=None, obj=own), own, failed=(ADVICE[trouble], str(error))), 422
    go_on(shop_id)
    flash(_("The server took the test. Look into your mailbox: %(address)s", address=to))
    return redirect(url_for("mail_server.show"))


@pages.post("/settings/mail/forget")
def forget() -> Response:
    """Hand e-mails over to the instance's own server again."""
    shop_id = g.shop.id
    unit(lambda: MailServer.forget(shop_id))
    go_on(shop_id)
    flash(_("Your server is forgotten, with its password."))
    return redirect(url_for("mail_server.show"))


def letter() -> bytes:
    """Return the test mail; its Message-ID says by a signed token which shop's mailbox it belongs to."""
    locale, words = (
        languages.locale(),
        _("This e-mail came by your mail server: those of your customers can, too."),
    )
    design = {
        locale: {"subject": _("It works"), "preheader": "", "blocks": [{"kind": "text", "text": words}]}
    }
    me, you = (
        mime.Mailbox(sender(), g.shop.sender_name or g.shop.name),
        mime.Mailbox(g.user.email, g.user.name),
    )
    mail_id = f"{TEST}{links.sign('test', g.shop.id)}@relance"
    return mime.compose(preview(design, locale, g.shop), me, you, mail_id, clock.now(g.shop.id))


def go_on(shop_id: int) -> None:
    """Try the channel again at once: something about it has changed, or works."""
    now = clock.now(shop_id)
    unit(lambda: (ChannelTrouble.end(shop_id, CHANNEL), Message.resume(shop_id, CHANNEL, now)))


def page(form: MailServerForm, own: MailServer | None, failed: tuple[Any, str] | None = None) -> str:
    """Return the page; `failed` is what to do about a test, and what the server said."""
    trouble = ChannelTrouble.of(g.shop.id).get(CHANNEL)
    advice = ADVICE[trouble.trouble] if trouble else ""
    stays = current_app.extensions["settings"].mail_stays(g.shop.is_demo)
    return render_template("settings/mail.html", form=form, own=own, failed=failed, trouble=trouble, advice=advice,
                           stays=stays)  # fmt: skip
