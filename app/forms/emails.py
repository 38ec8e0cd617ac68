"""The words of one language of a design, as a form: subject, preview line and the text of each block."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.emails.checking import worded
from app.emails.wording import LONGEST

LINE = 200  # characters of a subject or a preview line


def words_form(content: Mapping[str, Any], locale: str) -> FlaskForm:
    """Return the form for what this language says, filled with what it says now."""
    now = {name: words for name, words in worded(content) if not name.endswith("-url")}
    described: dict[str, Any] = {name: _field(name, content) for name in now}
    form: type[FlaskForm] = type("WordsForm", (FlaskForm,), described)
    return form(data=now, prefix=f"{locale}-")


def changed(content: Mapping[str, Any], form: FlaskForm) -> dict[str, Any]:
    """Return the content with the form's words in it; everything else stays as it is."""
    new = copy.deepcopy(dict(content))
    for field in form:
        name = field.short_name
        if name in ("subject", "preheader"):
            new[name] = " ".join((field.data or "").split())
        elif name.startswith("block-"):
            _block, place, part = name.split("-")
            new["blocks"][int(place)][part] = (field.data or "").replace("\r\n", "\n").strip()
    return new


def _field(name: str, content: Mapping[str, Any]) -> Field:
    if name == "subject":
        needed = InputRequired(_l("Give the e-mail a subject: it is what people see first."))
        return StringField(_l("Subject"), [needed, Length(max=LINE)])
    if name == "preheader":
        told = _l("Shown after the subject in most inboxes.")
        return StringField(_l("Preview line"), [Length(max=LINE)], description=told)
    _block, place, _part = name.split("-")
    kind = content["blocks"][int(place)]["kind"]
    box = TextAreaField if kind == "text" else StringField
    return box(_label(kind), [Length(max=LONGEST)], render_kw={"rows": 5} if kind == "text" else {})


def _label(kind: str) -> str:
    return {
        "heading": _("Heading"), "text": _("Text"), "button": _("Button"), "coupon": _("Above the code"),
        "image": _("Description of the picture"),
    }[kind]  # fmt: skip
