"""How a shop's e-mails look: colours, font, and where else it can be found. The logo is kept by itself, at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import ColorField, Form, FormField, RadioField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, Regexp

from app.emails.frame import NETWORKS

FONTS = [
    ("classic", _l("Classic: headings with serifs, plain text")), ("modern", _l("Modern: no serifs at all")),
    ("literary", _l("Literary: serifs throughout")), ("friendly", _l("Friendly: round and open")),
]  # fmt: skip
HEX = Regexp(r"^#[0-9A-Fa-f]{6}$", message=_l("Choose a colour."))
WEB = Regexp(r"^https?://[^\s\"<>\\]+$", message=_l("Write the whole address, with https://."))


class SocialForm(Form):
    """The shop's profiles elsewhere, by network; an empty one is not shown."""


for _name, _title in NETWORKS.items():
    setattr(SocialForm, f"on_{_name}", URLField(_title, [Optional(), Length(max=300), WEB]))


class BrandForm(FlaskForm):
    """Colours, font and profiles; every design uses them."""

    color = ColorField(
        _l("Your colour"), [HEX],
        description=_l("Buttons and banners. Where it would be too pale for words, a darker shade is used."),
    )  # fmt: skip
    ground = ColorField(_l("Ground"), [HEX], description=_l("Around the white paper of each e-mail."))
    font = RadioField(_l("Font"), choices=[SelectChoice(*font) for font in FONTS])
    social = FormField(SocialForm)

    def values(self) -> dict[str, Any]:
        """Return the columns of the shop that this form fills."""
        said = {name: (self.social[f"on_{name}"].data or "").strip() for name in NETWORKS}
        kept = {name: address for name, address in said.items() if address}
        return {"color": self.color.data, "ground": self.ground.data, "font": self.font.data, "social": kept}


def filled(shop: Any) -> Mapping[str, Any]:
    """Return what the form shows of a shop."""
    social = {f"on_{name}": address for name, address in (shop.social or {}).items()}
    return {"color": shop.color, "ground": shop.ground, "font": shop.font, "social": social}
