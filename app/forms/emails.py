"""The forms of a design: its subject and preview line, its name, and what is new about one that is begun."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

LINE = 200  # characters of a subject or a preview line


class LinesForm(Form):
    """What stands in the list of e-mails, before one is opened."""

    subject = StringField(_l("Subject"), [Length(max=LINE)])
    preheader = StringField(
        _l("Preview line"), [Length(max=LINE)], description=_l("Shown after the subject in most inboxes.")
    )

    def kept(self) -> dict[str, str]:
        """Return the two lines, each on one line."""
        return {name: " ".join((self[name].data or "").split())[:LINE] for name in ("subject", "preheader")}


class HtmlForm(Form):
    """A design that was taken over as HTML."""

    html = TextAreaField(_l("HTML"))


class NameForm(FlaskForm):
    """What a design is called in the lists of the shop; no customer sees it."""

    name = StringField(
        _l("Name of the e-mail"),
        [InputRequired(_l("Give the e-mail a name, so that you find it again.")), Length(max=120)],
    )
