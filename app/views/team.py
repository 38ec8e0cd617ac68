"""Team: who works in the shop and as what, invitations by a signed link, and the door they come in by (REMIND-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from app import clock, languages, links, passwords
from app.emails import courier, mime
from app.emails.courier import NotSent
from app.emails.preview import preview
from app.extensions import db, limiter
from app.forms.team import InviteForm, JoinForm, KnownForm, RoleForm
from app.models import Audit, Invitation, Login, Membership, Shop, User
from app.unit import unit
from app.views.access import public
from app.views.emails import sender
from app.views.logins import signed_in
from app.views.permissions import NAMES

pages = Blueprint("team", __name__)
Page = str | Response | tuple[str, int]


def register(app: Flask) -> None:
    """Put these pages on the application, and the shops that somebody may turn to into the account's menu."""
    app.jinja_env.globals.update(my_shops=my_shops, area_names=NAMES)
    app.register_blueprint(pages)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works here, and the form by which that is changed; none for owners."""

    user: User
    membership: Membership
    form: RoleForm | None


@pages.route("/settings/team", methods=["GET", "POST"])
@limiter.limit("30/hour", methods=["POST"])
def show() -> Page:
    """List who works here; invite somebody."""
    form = InviteForm()
    if form.validate_on_submit() and not barred(form) and not known(form):
        return invited(form)
    page = render_template("team/show.html", form=form, members=members(), invitations=Invitation.open(g.shop.id),
                           address=address)  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@pages.post("/settings/team/<int:member_id>/role")
def role(member_id: int) -> Response:
    """Let somebody work as something else, from their next page on."""
    form, shop_id = RoleForm(), g.shop.id
    if not form.validate():
        abort(422)
    done = unit(
        lambda: Membership.change(shop_id, member_id, form.role.data, form.areas) and noted("role", member_id)
    )
    if not done:
        abort(404)
    flash(_("Saved. It counts from their next page on."))
    return redirect(url_for("team.show"))


@pages.post("/settings/team/<int:member_id>/remove")
def remove(member_id: int) -> Response:
    """Let somebody work here no longer, at once."""
    shop_id = g.shop.id
    if not unit(lambda: Membership.end(shop_id, member_id) and noted("removed", member_id)):
        abort(404)
    flash(_("They no longer work here."))
    return redirect(url_for("team.show"))


@pages.post("/settings/team/invitations/<int:invitation_id>/withdraw")
def withdraw(invitation_id: int) -> Response:
    """Take an invitation back: its link opens nothing any more."""
    shop_id, now = g.shop.id, clock.real()
    if not unit(lambda: Invitation.end(shop_id, invitation_id, now)):
        abort(404)
    flash(_("The invitation is taken back."))
    return redirect(url_for("team.show"))


@pages.post("/settings/shop")
def turn() -> Response:
    """Work in another of one's shops with this browser."""
    typed, digest, user_id = request.form.get("shop", ""), passwords.digest(session["login"]), g.user.id
    if typed.isascii() and typed.isdigit() and len(typed) < 10:
        unit(lambda: Login.turn(digest, user_id, int(typed)))
    return redirect(url_for("home.index"))


@pages.route("/join/<token>", methods=["GET", "POST"])
@public
@limiter.limit("10/minute;60/hour", methods=["POST"])
def join(token: str) -> Page:
    """Let somebody in who was invited: with a new account, or with the one that they have."""
    claim = links.read("invite", token)
    invitation = Invitation.waiting(claim.shop_id, claim.message_id) if claim else None
    if invitation is None or Shop.is_a_demo(invitation.shop_id):
        return render_template("team/gone.html"), 410
    user = User.by_email(invitation.email)
    form: Any = KnownForm() if user else JoinForm()
    if form.validate_on_submit() and proven(form, user):
        return entered(invitation, user, form)
    shop = db.session.get_one(Shop, invitation.shop_id)
    page = render_template(
        "team/join.html", form=form, invitation=invitation, shop=shop, known=user is not None
    )
    return page, 422 if form.is_submitted() else 200


def proven(form: Any, user: User | None) -> bool:
    """Whether somebody who has an account knows its password; the form says it when not."""
    if user is None or passwords.matches(form.password.data or "", user.password_hash):
        return True
    form.password.errors = [_("This is not your password. Check it, then try again.")]
    return False


def entered(invitation: Invitation, user: User | None, form: Any) -> Response:
    """Use the invitation up, make the member, and sign them in here."""
    shop_id, invitation_id, now = invitation.shop_id, invitation.id, clock.real()
    told = {"email": invitation.email, "role": invitation.role, "areas": list(invitation.areas)}
    user_id = user.id if user else 0
    hash = "" if user else passwords.hashed(form.password.data or "")

    def work() -> int:
        if not Invitation.end(shop_id, invitation_id, now):
            return 0
        id = user_id or new_user(told["email"], form.name.data, hash)
        if db.session.get(Membership, (id, shop_id)) is None:
            db.session.add(Membership(user_id=id, shop_id=shop_id, role=told["role"], areas=told["areas"]))
        return id

    try:
        id = unit(work)
    except IntegrityError:  # another invitation made this account a moment ago: its password is asked for now
        return redirect(request.path)
    return working(id, shop_id) if id else abort(410)


def working(user_id: int, shop_id: int) -> Response:
    """Sign somebody in, at work in this shop."""
    answer = signed_in(db.session.get_one(User, user_id), None)
    digest = passwords.digest(session["login"])
    unit(lambda: Login.turn(digest, user_id, shop_id))
    return answer


def new_user(email: str, name: str, hash: str) -> int:
    """Add an account for somebody who was invited, inside the caller's unit; return its id."""
    user = User(email=email, name=(name or "").strip(), password_hash=hash, locale=languages.locale(),
                created_at=clock.real())  # fmt: skip
    db.session.add(user)
    db.session.flush()
    return user.id


def barred(form: InviteForm) -> bool:
    """Whether this shop is the demo, whose visitors are strangers; the form then says why nobody is invited.

    They read the demo's mail, links included: they could take an account for an address that is not theirs.
    """
    if g.shop.is_demo:
        form.email.errors = [
            _(
                "Nobody can be invited into the demo: its visitors would see the link. In a shop of your own you can."
            )
        ]
    return bool(g.shop.is_demo)


def known(form: InviteForm) -> bool:
    """Whether the one who is invited works here already; the form then says so."""
    member = select(Membership.user_id).join(User, User.id == Membership.user_id)
    here = member.where(Membership.shop_id == g.shop.id, User.email == form.email.data)
    if db.session.scalar(here) is None:
        return False
    form.email.errors = [_("They work here already. Change their role in the list.")]
    return True


def invited(form: InviteForm) -> Response:
    """Write the invitation down and send it; when the mail does not leave, the link can be handed over."""
    shop_id, user_id, now = g.shop.id, g.user.id, clock.real()
    row = {"email": form.email.data, "role": form.role.data, "areas": form.areas}

    def work() -> Invitation:
        invitation = Invitation(shop_id=shop_id, invited_by=user_id, invited_at=now, **row)
        db.session.add(invitation)
        db.session.flush()
        noted("invited", invitation.id)
        return invitation

    invitation = unit(work)
    try:
        courier.send(shop_id, sender(), str(row["email"]), letter(invitation))
        flash(_("The invitation is on its way. It can be answered for seven days."))
    except (NotSent, mime.BadAddress):
        flash(_("The invitation could not be sent. Hand over its link, which stands in the list."))
    return redirect(url_for("team.show"))


def letter(invitation: Invitation) -> bytes:
    """Return the invitation as a mail."""
    who, shop = g.user.name or g.user.email, g.shop.name
    with force_locale(languages.locale()):
        said = _("%(who)s invites you to work with them on the automations of %(shop)s. The link works for seven days.",
                 who=who, shop=shop)  # fmt: skip
        blocks = [{"kind": "text", "text": said},
                  {"kind": "button", "text": _("Accept the invitation"), "target": address(invitation)}]  # fmt: skip
        design = {
            languages.locale(): {
                "subject": _("Work with %(shop)s", shop=shop),
                "preheader": "",
                "blocks": blocks,
            }
        }
    me, you = mime.Mailbox(sender(), g.shop.sender_name or shop), mime.Mailbox(invitation.email)
    mail_id = f"invitation-{invitation.id}-{passwords.token()[:16]}@relance"
    return mime.compose(preview(design, languages.locale(), g.shop), me, you, mail_id, clock.now(g.shop.id))


def address(invitation: Invitation) -> str:
    """Return the link of an invitation."""
    base = current_app.extensions["settings"].base_url
    return f"{base}{url_for('team.join', token=links.sign('invite', invitation.shop_id, invitation.id))}"


def members() -> list[Member]:
    """Return who works here, owners first."""
    here = select(User, Membership).join(Membership, Membership.user_id == User.id)
    rows = db.session.execute(
        here.where(Membership.shop_id == g.shop.id).order_by(Membership.role != "owner", User.id)
    )
    return [
        Member(
            user,
            membership,
            None if membership.role == "owner" else RoleForm.of(membership.role, membership.areas),
        )
        for user, membership in rows
    ]


def my_shops() -> list[Shop]:
    """Return the shops of the signed-in user, when there are several."""
    ids = Membership.shops(g.user.id) if g.get("user") else []
    return (
        list(db.session.scalars(select(Shop).where(Shop.id.in_(ids)).order_by(Shop.id)))
        if len(ids) > 1
        else []
    )


def noted(act: str, id: int) -> bool:
    """Keep who did what about the team, inside the caller's unit; always true."""
    db.session.add(Audit(shop_id=g.shop.id, user_id=g.user.id, act=f"team_{act}", subject=f"user:{id}", data={},
                         at=clock.now(g.shop.id)))  # fmt: skip
    return True
