"""Replies to purchases: a wizard from nothing, whose answers become an ordinary automation (REPLY-01, REPLY-13)."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app import clock, doorbell
from app.emails import starters
from app.extensions import db
from app.forms.coupons import CouponForm
from app.forms.replies import NEW, AnswerForm, Answers, ReplyForm
from app.models import Email
from app.unit import unit
from app.views import coupon_warnings, coupons, flows
from app.views.preflight import lacks
from app.views.recipes import offered
from graph.recipes import replies
from graph.recipes.replies import Answer

pages = Blueprint("replies", __name__)
ICON = "heart"


def register(app: Flask) -> None:
    """Put the wizard on the application."""
    app.register_blueprint(pages)


@pages.route("/replies/new", methods=["GET", "POST"])
def new() -> str | Response | tuple[str, int]:
    """Ask for a reply, one answer or more, and make it; a press of "and then" asks for one answer more."""
    form, answers = forms()
    step, _dash, place = request.form.get("step", "").partition("-")
    if request.method == "GET" or step in ("add", "drop"):
        answers.add() if step == "add" else answers.drop(int(place)) if place.isdecimal() else None
        return screen(form, answers)
    if not all([form.validate(), answers.valid(), not clashes(answers)]):
        return screen(form, answers), 422
    if step == "on" and "warned" not in request.form and (told := warnings(form, answers)):
        return screen(form, answers, told)
    return finished(unit(lambda: make(form, answers)), on=step == "on")


def forms() -> tuple[ReplyForm, Answers]:
    """Return the wizard's forms as they were typed so far."""
    mine = select(Email.id, Email.name).where(Email.shop_id == g.shop.id).order_by(Email.name)
    emails = {id: name for id, name in db.session.execute(mine)}
    form = ReplyForm(g.shop.name, data={"name": _("Thank you for a purchase")})
    return form, Answers(request.form, emails, offered(), g.shop.currency)


def screen(form: ReplyForm, answers: Answers, warned: list[str] | None = None) -> str:
    """Return the wizard's page."""
    return render_template("replies/new.html", form=form, answers=answers, warned=warned or [])


def clashes(answers: Answers) -> bool:
    """Whether the shared code of a new coupon is taken, by a kept one or by another answer; its form then says so."""
    made = [coupon for _place, form, coupon in answers.all if form.makes_coupon]
    shared = [coupon for coupon in made if coupon.personal.data == "no"]
    for coupon in shared[1:]:
        if coupon.prefix.data in [other.prefix.data for other in shared[: shared.index(coupon)]]:
            coupon.prefix.errors = [_("Another answer has this code already. Choose another.")]
            return True
    return any([coupons.taken(coupon, None) for coupon in made])  # noqa: C419 - each form says its own


def warnings(form: ReplyForm, answers: Answers) -> list[str]:
    """Return what there is to know about the coupons that were chosen."""
    chosen = [Answer(coupon=each.coupon_id.data or None) for _place, each, _coupon in answers.all
              if each.kind.data == "coupon"]  # fmt: skip
    return coupon_warnings.of_template(g.shop.id, replies.build(form.trigger, chosen, "once", "everyone"))


def make(form: ReplyForm, answers: Answers) -> int:
    """Make the automation with its e-mails and coupons inside the caller's unit; return its id."""
    told = list(_told(form, answers))
    graph = replies.build(
        form.trigger, told, form.reentry.data or "once", form.audience.data or "subscribers"
    )
    return flows.add(form.name.data or "", ICON, graph).id


def _told(form: ReplyForm, answers: Answers) -> Iterator[Answer]:
    for number, (_place, answer, coupon) in enumerate(answers.all, 1):
        if answer.kind.data == "chat":
            yield Answer(answer.wait, chat=answer.chat.data or "")
            continue
        name = f"{form.name.data} {number}" if len(answers.all) > 1 else form.name.data or ""
        yield Answer(
            answer.wait, answer.email_id.data or _written(answer, name[:120]), _given(answer, coupon)
        )


def _given(answer: AnswerForm, coupon: CouponForm) -> int | None:
    """Return the coupon that an answer gives, made now when it is a new one; None when it gives none."""
    if answer.kind.data != "coupon":
        return None
    return coupons.add(coupon).id if answer.coupon_id.data == NEW else answer.coupon_id.data


def _written(answer: AnswerForm, name: str) -> int:
    """Add an e-mail that suits the answer, for the merchant to change; return its id."""
    starter = starters.find(
        "present" if answer.kind.data == "coupon" else "letter" if answer.wait else "thanks"
    )
    assert starter
    email = Email(
        shop_id=g.shop.id, name=name, content=dict(starter.content), updated_at=clock.now(g.shop.id)
    )
    db.session.add(email)
    db.session.flush()
    return email.id


def finished(flow_id: int, on: bool) -> Response:
    """Turn it on when asked to and nothing is missing, and lead to its page."""
    if on and lacks(flows.find(flow_id), g.shop):
        flash(_("It is kept, but not on yet: something is missing first."))
    elif on and unit(lambda: flows.switched_on(flow_id)):
        doorbell.ring("enrol", g.shop.id)
        flash(_("It is on. From now on it works by itself."))
    else:
        flash(_("Kept. Turn it on whenever you like."))
    return redirect(url_for("flows.show", flow_id=flow_id))
