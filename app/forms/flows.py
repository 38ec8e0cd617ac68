"""What an automation is called, and how one that begins with nothing starts."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from app.telling import tell
from graph import catalogue
from graph.words import Words


class NameForm(FlaskForm):
    """The name of an automation."""

    name = StringField(
        _l("Name"),
        [
            DataRequired(_l("Give the automation a name.")),
            Length(max=120, message=_l("Keep the name under 120 characters.")),
        ],
        filters=[lambda text: " ".join((text or "").split())],
    )


class StartForm(NameForm):
    """A new automation from nothing: its name and what starts it."""

    trigger = RadioField(_l("What starts it?"), [InputRequired(_l("Choose what starts it."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trigger.choices = [
            SelectChoice(kind.name, tell(Words(kind.title))) for kind in catalogue.triggers()
        ]
