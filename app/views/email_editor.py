"""The editor of designs: one page, one door for edits of the draft, and what makes a draft live.

Each change goes the same way: read it, apply it to the draft, keep it under the count it was made on, and answer with
the regions of the page that can differ. A draft reaches nobody; saving makes it what leaves from now on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import (
    Flask,
    Response,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from app import clock, languages
from app.emails import cleaning, editing
from app.emails.checking import check
from app.emails.editing import NotThere
from app.emails.takeover import as_html
from app.forms.email_blocks import FORMS
from app.forms.emails import HtmlForm, LinesForm
from app.models import Email, EmailRevision
from app.unit import unit
from app.views import emails
from app.views.email_drawing import Desk

Design = dict[str, Any]
Change = Callable[[Design, str], tuple[Any, str]]
REVISIONS = 50


def register(app: Flask) -> None:
    """Put the editor's pages on the application, under the name of the e-mails that they are about."""
    app.add_url_rule("/emails/<int:email_id>", "emails.show", show)
    app.add_url_rule("/emails/<int:email_id>/draft", "emails.edit", edit, methods=["POST"])
    app.add_url_rule("/emails/<int:email_id>/save", "emails.save", save, methods=["POST"])
    app.add_url_rule("/emails/<int:email_id>/revisions", "emails.revisions", revisions)
    app.add_url_rule(
        "/emails/<int:email_id>/revisions/<int:number>", "emails.restore", restore, methods=["POST"]
    )


def show(email_id: int) -> str:
    """Show the editor of a design in one of its languages."""
    email = emails.find(email_id)
    desk = Desk(email, emails.language(email.working))
    return render_template("emails/show.html", desk=desk, flows=emails.senders().get(email_id, []))


def edit(email_id: int) -> Response:
    """Take one change of the draft. `do` says which; the rest of the form is its own."""
    email, do, key = emails.find(email_id), request.form.get("do", ""), request.form.get("key", "")[:40]
    if key and key == email.edit_key:
        return answer(email)
    if email.edits != request.form.get("base", -1, int):
        return stale(email)
    if do == "name":
        return renamed(email, key)
    return redrafted(email, EDITS.get(do) or abort(400), key, whole=do not in ("lines", "set", "html"))


def redrafted(email: Email, change: Change, key: str, whole: bool) -> Response:
    """Keep the draft as a change makes it; somebody else's stands when they were faster."""
    try:
        draft, chosen = change(editing.numbered(email.working), emails.language(email.working))
    except NotThere:
        return stale(email)
    except cleaning.Refused:
        words = _("This HTML is too tangled to be made safe, so it is not kept. Close its elements in order.")
        return answer(email, whole=False, remark=words, icon="circle-alert", status=422)
    id, base, shop_id = email.id, email.edits, g.shop.id
    if not unit(lambda: Email.redraft(shop_id, id, base, draft, key)):
        return stale(email)
    return answer(emails.find(id), chosen, whole=whole)


def renamed(email: Email, key: str) -> Response:
    """Give the design another name; an empty one is not taken."""
    id, base, name = email.id, email.edits, " ".join(request.form.get("name", "").split())[:120]
    if name and not unit(lambda: Email.rename(g.shop.id, id, base, name, key)):
        return stale(email)
    return answer(emails.find(id), whole=False)


def save(email_id: int) -> Response:
    """Make the draft what leaves from now on, if every language of it can be sent."""
    email = emails.find(email_id)
    if email.edits != request.form.get("base", -1, int):
        return stale(email)
    problems = check(email.working)
    if problems:
        desk = Desk(email, problems[0].locale or emails.language(email.working))
        chosen, text = desk.id_of(problems[0].field), problems[0].text
        remark = _("Not saved yet. %(problem)s", problem=text)
        return answer(email, chosen, remark=remark, icon="circle-alert", locale=desk.locale)
    id, revision, design, now = email.id, email.revision, email.working, clock.now(g.shop.id)
    if not unit(lambda: Email.rewrite(g.shop.id, id, revision, design, now)):
        return stale(email)
    return answer(emails.find(email_id), remark=_("Saved. E-mails that leave from now on say it this way."))


def revisions(email_id: int) -> str:
    """List what the design has said, and show one of its revisions."""
    email = emails.find(email_id)
    number = request.args.get("number", email.revision, int)
    content = EmailRevision.content_of(g.shop.id, email_id, number) or abort(404)
    before = EmailRevision.before(g.shop.id, email_id, REVISIONS)
    shown = {"email": email, "before": before, "number": number, "locale": emails.language(content)}
    live = emails.sent_now(g.shop.id, email_id)
    return render_template("emails/revisions.html", **shown, content=content, live=live)


def restore(email_id: int, number: int) -> Answer:
    """Put a revision into the editor again; it is not live before it is saved."""
    email = emails.find(email_id)
    content = EmailRevision.content_of(g.shop.id, email_id, number) or abort(404)
    id, edits, shop_id = email.id, email.edits, g.shop.id
    if unit(lambda: Email.redraft(shop_id, id, edits, content, "")):
        flash(_("Revision %(number)s is in the editor again. Save it to make it live.", number=number))
    else:
        flash(_("Somebody changed this e-mail a moment ago. Look at it, then try again."))
    return redirect(url_for("emails.show", email_id=email_id))


def answer(
    email: Email, chosen: str = "", *, whole: bool = True, remark: str = "", icon: str = "circle-check",
    status: int = 200, locale: str = "",
) -> Response:  # fmt: skip
    """Return the regions as they are now: `whole`, or only what is said about the words being typed."""
    desk = Desk(email, locale or emails.language(email.working), chosen)
    regions = ("bar", "warnings", *(("languages", "lines", "blocks") if whole else ()))
    said = {"regions": regions, "remark": remark, "remark_icon": icon, "whole": whole}
    return make_response(render_template("emails/drawn.html", desk=desk, **said), status)


def stale(email: Email) -> Response:
    """Return the design as somebody else left it, with a sentence: their change stands, this one was not made."""
    words = _(
        "Somebody changed this a moment ago. Here is how it stands now: make your change again if it still fits."
    )
    return answer(emails.find(email.id), remark=words, icon="refresh-cw", status=409)


def _lines(design: Design, locale: str) -> tuple[Design, str]:
    form = LinesForm(request.form)
    return {**design, locale: {**design.get(locale, {}), **form.kept()}}, ""


def _set(design: Design, locale: str) -> tuple[Design, str]:
    id = request.form.get("block", "")
    block = editing.find(design[locale], id)
    values = FORMS[block["kind"]](request.form, prefix=f"{id}-").values
    if block["kind"] == "html":
        values["html"] = cleaning.kept(values["html"])["html"]
    return {**design, locale: editing.put(design[locale], id, values)}, id


def _add(design: Design, locale: str) -> tuple[Design, str]:
    kind = request.form.get("kind", "")
    if kind not in FORMS or _has_footer(design, locale, kind):
        abort(400)
    content, id = editing.add(design[locale], kind, request.form.get("after", ""))
    return {**design, locale: content}, id


def _has_footer(design: Design, locale: str, kind: str) -> bool:
    return kind == "footer" and any(block["kind"] == kind for block in design[locale]["blocks"])


def _move(design: Design, locale: str) -> tuple[Design, str]:
    moved = editing.move(design[locale], request.form.get("block", ""), request.form.get("to", 0, int))
    return {**design, locale: moved}, request.form.get("chosen", "")


def _duplicate(design: Design, locale: str) -> tuple[Design, str]:
    content, id = editing.duplicate(design[locale], request.form.get("block", ""))
    return {**design, locale: content}, id


def _delete(design: Design, locale: str) -> tuple[Design, str]:
    return {**design, locale: editing.delete(design[locale], request.form.get("block", ""))}, ""


def _speak(design: Design, locale: str) -> tuple[Design, str]:
    """Add a language: it begins as a copy, so that nothing but the words is left to do."""
    wanted = request.form.get("adds", "")
    if wanted not in languages.LANGUAGES or wanted in design:
        abort(400)
    return {**design, wanted: dict(design[locale])}, ""


def _hush(design: Design, locale: str) -> tuple[Design, str]:
    if len(design) < 2:
        abort(400)
    return {other: content for other, content in design.items() if other != locale}, ""


def _html(design: Design, locale: str) -> tuple[Design, str]:
    form = HtmlForm(request.form)
    return {**design, locale: {**design[locale], **cleaning.kept(form.html.data or "")}}, ""


def _take_over(design: Design, locale: str) -> tuple[Design, str]:
    return {
        **design,
        locale: {**design[locale], **cleaning.kept(as_html(design[locale], locale, g.shop))},
    }, ""


def _back(design: Design, locale: str) -> tuple[Design, str]:
    kept = {name: value for name, value in design[locale].items() if name not in ("html", "rules")}
    return {**design, locale: kept}, ""


def _discard(_design: Design, _locale: str) -> tuple[Mapping[str, Any] | None, str]:
    return None, ""


EDITS: Mapping[str, Change] = {
    "lines": _lines, "set": _set, "add": _add, "move": _move, "duplicate": _duplicate, "delete": _delete,
    "speak": _speak, "hush": _hush, "html": _html, "take_over": _take_over, "back": _back, "discard": _discard,
}  # fmt: skip
