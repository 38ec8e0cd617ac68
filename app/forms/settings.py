"""Settings of a step, or of a whole flow: the graph's own fields as a WTForms form.

Knows how each type of field comes out of a browser's inputs, and in whose language it complains. Must not know a kind
of step. Templates draw the fields by `field.spec.type` (templates/editor/fields.html).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.form import BaseForm
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from app.forms import rules
from app.telling import tell
from graph.fields import Field as Spec
from graph.fields import FieldError
from graph.words import Words

Inputs = MultiDict[str, str]


class Setting(Field):
    """One field of the graph in a form. `data` is its clean value, or what was typed while it is wrong."""

    def __init__(self, spec: Spec, currency: str, required: bool, **bound: Any) -> None:
        super().__init__(
            tell(Words(spec.label)), description=tell(Words(spec.help)) if spec.help else "", **bound
        )
        self.spec, self.currency, self.required = spec, currency, required

    def process(self, formdata: Inputs | None, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take what the browser sent for this field, or `data` when the form was not sent."""
        self.errors, self.process_errors = [], []
        self.data = self.object_data = self.spec.default if data is unset_value else data
        if formdata is not None:
            self.data = READERS.get(self.spec.type, _one)(formdata, self.name, self.currency)

    def pre_validate(self, form: BaseForm) -> None:
        """Clean the value, or stop with the field's own sentence. A blank one is kept: a draft may have gaps."""
        if self.spec.blank(self.data):
            if self.required and self.spec.required:
                raise StopValidation(tell(Words(self.spec.ask)))
            self.data = self.spec.clean(None) if self.spec.type == "yes_no" else _emptied(self.spec)
            return
        try:
            self.data = self.spec.clean(self.data)
        except FieldError as error:
            raise StopValidation(tell(error.words)) from error

    @property
    def rows(self) -> rules.Group:
        """The rules of a condition as rows to draw."""
        return rules.rows(self.data, self.name, self.currency)


class SettingsForm(BaseForm):
    """The fields that apply to `current`. After `validate`, `settings` are the whole settings to keep."""

    def __init__(
        self, specs: Iterable[Spec], current: Mapping[str, Any], currency: str, required: bool = False
    ) -> None:
        asked = [spec for spec in specs if spec.applies(current)]
        super().__init__({spec.name: Setting(spec, currency, required) for spec in asked})
        self.current = current
        self.process(data=current)

    def take(self, inputs: Inputs) -> bool:
        """Take what a browser sent and return whether every field is right."""
        self.process(formdata=inputs, data=self.current)
        return bool(self.validate())

    def process(
        self, formdata: Inputs | None = None, obj: Any = None, data: Any = None, **kwargs: Any
    ) -> None:
        """Fill each field from the inputs, even from none: an unticked box sends nothing."""
        for name, field in self._fields.items():
            field.process(formdata, (data or {}).get(name, unset_value))

    @property
    def names(self) -> list[str]:
        """The names of the fields that are asked."""
        return list(self._fields)

    @property
    def settings(self) -> dict[str, Any]:
        """The current settings with the form's values in their places."""
        return {**self.current, **{name: field.data for name, field in self._fields.items()}}


def _emptied(spec: Spec) -> Any:
    return [] if isinstance(spec.default, list) else None


def _one(inputs: Inputs, name: str, _currency: str) -> Any:
    return inputs.get(name)


def _several(inputs: Inputs, name: str, _currency: str) -> Any:
    return [each for each in inputs.getlist(name) if each]


def _duration(inputs: Inputs, name: str, _currency: str) -> Any:
    amount = inputs.get(f"{name}-amount", "").strip()
    return {"amount": amount, "unit": inputs.get(f"{name}-unit")} if amount else None


READERS: Mapping[str, Callable[[Inputs, str, str], Any]] = {
    "duration": _duration,
    "weekdays": _several,
    "products": _several,
    "events": _several,
    "conditions": rules.read,
}
