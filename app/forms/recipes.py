"""The wizard of a template: its name, who gets the e-mails, its own few questions, and a coupon if one likes.

Knows how the parts are typed, kept and checked together. Must not know what is made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError

from app.forms.coupons import CouponForm
from app.forms.flows import NameForm
from app.forms.sender import PREFIX as WHO
from app.forms.settings import SettingsForm
from app.telling import tell
from graph.flow import AUDIENCES
from graph.recipes import Recipe
from graph.topics import MARKETING
from graph.words import Words

NONE, EXISTING, NEW = "none", "existing", "new"
INLINE = "new-"  # begins the names of the inline coupon's fields


class RecipeForm(NameForm):
    """What every template asks. Its choices are set by the Wizard."""

    audience = RadioField(_l("Who gets the e-mails?"))
    coupon_how = RadioField(_l("Coupon"))
    coupon_id = SelectField(_l("Which coupon?"), [Optional()], coerce=int, validate_choice=False)
    backfill = BooleanField(_l("Also write to those of the last days"))

    def validate_coupon_id(self, field: SelectField) -> None:
        """Refuse a coupon that is not offered here."""
        if self.coupon_how.data == EXISTING and field.data not in [choice.value for choice in field.choices]:
            raise ValidationError(_("Choose one of your coupons."))


class Wizard:
    """The forms of one template, filled from its defaults or from what was typed so far."""

    def __init__(
        self, recipe: Recipe, coupons: Mapping[int, str], currency: str, typed: MultiDict[str, str]
    ) -> None:
        self.recipe, self.typed = recipe, typed
        self.coupon_field = next((field for field in recipe.fields if field.type == "coupon"), None)
        plain = [field for field in recipe.fields if field is not self.coupon_field]
        self.questions = SettingsForm(
            plain, {field.name: field.default for field in plain}, currency, required=True
        )
        self.base = RecipeForm(formdata=typed or None, data=self._defaults(coupons))
        self.coupon = CouponForm(
            formdata=typed or None, prefix=INLINE, meta={"currency": currency, "csrf": False},
            data={"name": tell(Words(recipe.title))},
        )  # fmt: skip
        self._offer(coupons)
        self.coupons, self.currency = coupons, currency
        if typed:
            self.questions.process(formdata=typed)

    def valid(self) -> bool:
        """Whether all that was typed so far is right; each form says what is not."""
        parts = [self.base.validate(), self.questions.take(self.typed)]
        return all([*parts, self.coupon.validate()] if self.makes_coupon else parts)

    def as_it_comes(self) -> Wizard:
        """Return the wizard as if every question had been answered with its default."""
        typed: MultiDict[str, str] = MultiDict(
            (name, str(value)) for name, value in self.base.data.items() if value
        )
        for name, value in self.questions.data.items():
            parts = value.items() if isinstance(value, dict) else ()
            typed.update({f"{name}-{part}": str(each) for part, each in parts})
            typed.update({name: "on" if value is True else str(value)} if value and not parts else {})
        return Wizard(self.recipe, self.coupons, self.currency, typed)

    @property
    def audience(self) -> str:
        """Who gets the e-mails: as chosen, else as the template has it."""
        chosen = (
            self.base.audience.data if "audience" in self.base else self.recipe.graph.settings["audience"]
        )
        return str(chosen)

    @property
    def makes_coupon(self) -> bool:
        """Whether a new coupon is wanted."""
        return self.coupon_field is not None and self.base.coupon_how.data == NEW

    def answers(self, new_coupon: int) -> dict[str, Any]:
        """Return the clean answers, the coupon's by id (`new_coupon` for one that is being made)."""
        given = dict(self.questions.settings)
        if self.coupon_field is not None:
            chosen = {EXISTING: self.base.coupon_id.data, NEW: new_coupon}
            given[self.coupon_field.name] = chosen.get(self.base.coupon_how.data)
        return given

    @property
    def gives_coupon(self) -> bool:
        """Whether a coupon is part of it."""
        return self.coupon_field is not None and self.base.coupon_how.data in (EXISTING, NEW)

    def kept(self) -> list[tuple[str, str]]:
        """Return what was typed, to travel along to the next step."""
        return [
            (name, value)
            for name, value in self.typed.items(multi=True)
            if name not in ("csrf_token", "step") and not name.startswith(WHO)
        ]

    def _defaults(self, coupons: Mapping[int, str]) -> dict[str, Any]:
        how = (
            NONE
            if self.coupon_field is None or not self.coupon_field.required
            else EXISTING
            if coupons
            else NEW
        )
        audience = self.recipe.graph.settings["audience"]
        return {"name": tell(Words(self.recipe.title)), "audience": audience, "coupon_how": how}

    def _offer(self, coupons: Mapping[int, str]) -> None:
        self._address()
        self.base.coupon_id.choices = [SelectChoice(id, name) for id, name in coupons.items()]
        offered = (
            [SelectChoice(NONE, _("No coupon"))]
            if self.coupon_field and not self.coupon_field.required
            else []
        )
        offered += [SelectChoice(EXISTING, _("One of my coupons"))] if coupons else []
        self.base.coupon_how.choices = [*offered, SelectChoice(NEW, _("A new coupon"))]
        if self.coupon_field is None:
            del self.base.coupon_how

    def _address(self) -> None:
        """Ask to whom it writes, where that is for the merchant to say: a checkout may be open to all (AUTO-08)."""
        topics = {node.settings.get("topic") for node in self.recipe.graph.nodes}
        if topics.isdisjoint(MARKETING):
            del self.base.audience
        elif self.recipe.to_all:
            self.base.audience.label.text = _("To")
            whom = (("subscribers", _("Subscribers only")), ("everyone", _("All customers")))
            self.base.audience.choices = [SelectChoice(value, title) for value, title in whom]
        else:
            self.base.audience.choices = [
                SelectChoice(value, tell(Words(title))) for value, title in AUDIENCES
            ]
