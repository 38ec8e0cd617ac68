"""What the demo's merchant writes on a shelf: its price and how many pieces there are."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from app.forms.money import MoneyField


class Shelf(FlaskForm):
    """One product's price and stock: the demo's goods are counted."""

    price = MoneyField(_l("Price"), [InputRequired(_l("Write a price."))])
    stock = IntegerField(_l("Stock"), [InputRequired(_l("Write how many there are.")), NumberRange(0, 9999)])
