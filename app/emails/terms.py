"""Terms: what a coupon takes off, in words, as e-mails and previews say it."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from app.models import Coupon
from app.templating import money, percent


def terms(coupon: Coupon, currency: str, locale: str) -> str:
    """Say what a coupon takes off, in one line, in the language `locale`."""
    with force_locale(locale):
        if coupon.kind == "shipping":
            said = _("Free delivery")
        elif coupon.kind == "cheapest":
            said = _("The cheapest of two pieces for nothing")
        else:
            taken = percent(coupon.value / 100) if coupon.kind == "percent" else money(coupon.value, currency)
            said = _("%(taken)s off your order", taken=taken)
        if coupon.minimum:
            said = _("%(said)s from %(minimum)s", said=said, minimum=money(coupon.minimum, currency))
        return str(said)
