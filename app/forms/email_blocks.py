"""One form a kind of block: what a merchant can set of it. Forms read and write plain blocks; nothing is checked here.

What is wrong with a wording is `app.emails.checking`'s to say: an unfinished sentence is kept all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.emails.blocks import CELLS
from app.emails.frame import NOUNS
from app.emails.wording import LONGEST

ADDRESS = "address"
PLACES = [
    ("cart", _l("The customer’s cart")), ("order", _l("Their order")), ("product", _l("The product it is about")),
    ("shop", _l("Your shop")), (ADDRESS, _l("Another address")),
]  # fmt: skip
NOWHERE = ("", _l("Nowhere"))
ALIGNS = [("left", _l("Left")), ("center", _l("Centre"))]


def offered(*pairs: tuple[str, Any]) -> list[SelectChoice]:
    """Return pairs of value and words as the choices of a field."""
    return [SelectChoice(value, words) for value, words in pairs]


class BlockForm(Form):
    """The settings of one block; `values` is what goes into it."""

    @classmethod
    def of(cls, block: Mapping[str, Any]) -> BlockForm:
        """Return the form filled with what the block says now."""
        return cls(data=cls.flat(block), prefix=f"{block['id']}-")

    @classmethod
    def flat(cls, block: Mapping[str, Any]) -> dict[str, Any]:
        """Return the block's settings by the names of the fields."""
        return {**block, **led(block)}

    @property
    def values(self) -> dict[str, Any]:
        """Return what the form says, by the names of the block's settings."""
        said = {field.short_name: kept(field.data) for field in self}
        asked = {name: value for name, value in said.items() if name not in ("leads", "address")}
        return {**asked, **target(said)}


class _Leading(BlockForm):
    leads = SelectField(_l("Leads to"), choices=offered(*PLACES))
    address = StringField(_l("Address"), render_kw={"placeholder": "https://", "inputmode": "url"})


class HeadingForm(BlockForm):
    """Large words."""

    text = StringField(_l("Words"))
    look = SelectField(
        _l("Looks"), choices=offered(("plain", _l("On white")), ("banner", _l("On your colour")))
    )
    align = SelectField(_l("Aligned"), choices=offered(*ALIGNS))


class TextForm(BlockForm):
    """Paragraphs, with bold, italic, links and lists."""

    text = TextAreaField(_l("Words"), render_kw={"rows": 6, "data-rich": ""})
    align = SelectField(_l("Aligned"), choices=offered(*ALIGNS))


class ImageForm(_Leading):
    """A picture."""

    url = StringField(_l("Picture"), render_kw={"data-picture": ""})
    alt = StringField(
        _l("Description"), description=_l("Read aloud, and shown where pictures are not loaded.")
    )
    width = SelectField(
        _l("Width"), choices=offered(("full", _l("Full")), ("medium", _l("Medium")), ("small", _l("Small")))
    )
    leads = SelectField(_l("Leads to"), choices=offered(NOWHERE, *PLACES))


class ButtonForm(_Leading):
    """One thing to press."""

    text = StringField(_l("Words"))
    look = SelectField(_l("Looks"), choices=offered(("filled", _l("Filled")), ("outline", _l("Outlined"))))
    align = SelectField(_l("Aligned"), choices=offered(*ALIGNS))


class ItemsForm(BlockForm):
    """The lines of a cart or an order; each part of a line can be left out (C14)."""

    source = SelectField(
        _l("Which products"),
        choices=offered(
            ("cart", _l("Of the cart")), ("order", _l("Of the order")), ("product", _l("The one it is about")),
        ),
    )  # fmt: skip
    photo = BooleanField(_l("Photo"))
    name = BooleanField(_l("Name"))
    price = BooleanField(_l("Price"))
    quantity = BooleanField(_l("Quantity"))
    description = BooleanField(_l("Description"))

    @classmethod
    def flat(cls, block: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings; what an older design does not say is shown as it always was."""
        usual = {"photo": True, "name": True, "price": True, "quantity": True, "description": False}
        return {**usual, **block}


class RecommendedForm(BlockForm):
    """The shop's bestsellers that the customer does not have yet."""

    text = StringField(_l("Words above"))
    count = SelectField(_l("How many"), choices=offered(("1", "1"), ("2", "2"), ("3", "3")))
    photo = BooleanField(_l("Photo"))
    name = BooleanField(_l("Name"))
    price = BooleanField(_l("Price"))

    @classmethod
    def flat(cls, block: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings; what an older design does not say is shown."""
        return {"photo": True, "name": True, "price": True, "count": "3", **block}


class CouponForm(BlockForm):
    """The code that the automation gave, in a frame; nothing at all where it gave none."""

    text = StringField(_l("Words above the code"))
    terms = BooleanField(_l("Say what it takes off"))
    ends = BooleanField(_l("Say until when it holds"))

    @classmethod
    def flat(cls, block: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings; what an older design does not say is shown."""
        return {"terms": True, "ends": True, **block}


class ColumnsForm(BlockForm):
    """Two or three cells side by side, one under the other on a phone."""

    count = SelectField(_l("Columns"), choices=offered(("2", "2"), ("3", "3")))

    @classmethod
    def flat(cls, block: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings of every cell, each name with the place of its cell behind it."""
        cells = list(block.get("cells") or [])
        flat = {
            f"{name}_{at}": value
            for at, cell in enumerate(cells)
            for name, value in {**cell, **led(cell)}.items()
        }
        return {"count": str(max(len(cells), 2)), **flat}

    @property
    def values(self) -> dict[str, Any]:
        """Return the cells; those beyond the count are forgotten once it is lowered."""
        count = int(self.count.data) if self.count.data in ("2", "3") else 2
        return {"cells": [self._cell(at) for at in range(count)]}

    def _cell(self, at: int) -> dict[str, Any]:
        said = {
            name: kept(self[f"{name}_{at}"].data)
            for name in ("url", "alt", "text", "label", "leads", "address")
        }
        return {
            **{name: said[name] for name in ("url", "alt", "text", "label")},
            "target": target(said)["target"],
        }


for _at in range(CELLS):
    for _name, _field in {
        "url": StringField(_l("Picture"), render_kw={"data-picture": ""}),
        "alt": StringField(_l("Description")),
        "text": TextAreaField(_l("Words"), render_kw={"rows": 3, "data-rich": ""}),
        "label": StringField(_l("Words of the link")),
        "leads": SelectField(_l("Leads to"), choices=offered(NOWHERE, *PLACES)),
        "address": StringField(_l("Address"), render_kw={"placeholder": "https://", "inputmode": "url"}),
    }.items():
        setattr(ColumnsForm, f"{_name}_{_at}", _field)


class SpacerForm(BlockForm):
    """Room."""

    size = SelectField(
        _l("Height"),
        choices=offered(("small", _l("Small")), ("medium", _l("Medium")), ("large", _l("Large"))),
    )


class HtmlBlockForm(BlockForm):
    """A piece of HTML."""

    html = TextAreaField(
        _l("HTML"), render_kw={"rows": 8, "data-code": "", "spellcheck": "false"},
        description=_l("Scripts, forms and what mail programs refuse are taken out."),
    )  # fmt: skip


class FooterForm(BlockForm):
    """Words at the foot, above your address and the link to unsubscribe, which are always there."""

    text = TextAreaField(_l("Words"), render_kw={"rows": 3, "data-rich": ""})


FORMS: Mapping[str, type[BlockForm]] = {
    "heading": HeadingForm, "text": TextForm, "image": ImageForm, "button": ButtonForm, "items": ItemsForm,
    "recommended": RecommendedForm, "coupon": CouponForm, "columns": ColumnsForm, "divider": BlockForm,
    "spacer": SpacerForm, "social": BlockForm, "html": HtmlBlockForm, "footer": FooterForm,
}  # fmt: skip


def led(block: Mapping[str, Any]) -> dict[str, str]:
    """Return a target as the two fields that ask for it."""
    told = str(block.get("target") or "")
    known = told in NOUNS or not told
    return {"leads": told if known else ADDRESS, "address": "" if known else told}


def target(said: Mapping[str, Any]) -> dict[str, str]:
    """Return the target that two fields say, or nothing when they are not asked."""
    if "leads" not in said:
        return {}
    return {"target": str(said["address"]).strip() if said["leads"] == ADDRESS else str(said["leads"] or "")}


def kept(value: Any) -> Any:
    """Return a value as it is kept: line ends are one character, and no wording is endless."""
    return value.replace("\r\n", "\n")[: LONGEST + 1] if isinstance(value, str) else value
