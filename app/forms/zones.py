"""Time zones as people know them: by city and country in the reader's language, the usual ones first."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

USUAL = ("Europe/Paris", "Europe/Brussels", "Europe/Zurich", "Europe/London", "Europe/Berlin", "Europe/Madrid",
         "Europe/Rome", "America/Toronto", "America/New_York", "America/Los_Angeles", "UTC")  # fmt: skip
# The first part of a zone's name, and the region of CLDR (UN M49) that names it.
REGIONS = {"Europe": "150", "America": "019", "Africa": "002", "Asia": "142", "Australia": "009", "Pacific": "009",
           "Indian": "", "Atlantic": "", "Antarctica": "AQ"}  # fmt: skip


class ZoneField(SelectField):
    """A choice among all time zones. Another name of a zone is taken for the zone."""

    def __init__(self, label: object = None, **told: object) -> None:
        super().__init__(label, choices=choices, coerce=canonical, **told)


def canonical(zone: str | None) -> str:
    """Return the name that a zone goes by in the list: "Asia/Calcutta" and "Asia/Kolkata" are one."""
    zone = str(zone or "UTC")
    return zone if zone in USUAL else str(get_global("zone_aliases").get(zone, zone))


def choices() -> list[SelectChoice]:
    """Return all zones as choices, grouped, in the language of this page."""
    locale = str(get_locale() or "en")
    seas = {"Indian": _("Indian Ocean"), "Atlantic": _("Atlantic Ocean")}
    usual = [SelectChoice(zone, named(zone, locale), optgroup=_("Usual")) for zone in USUAL]
    return usual + [
        SelectChoice(zone, words, optgroup=seas.get(region) or territory(REGIONS[region], locale))
        for region, zone, words in in_regions(locale)
    ]


@cache
def in_regions(locale: str) -> list[tuple[str, str, str]]:
    """Return (region, zone, words) of every zone that is not a usual one, by region and then by its words."""
    zones = [(zone.partition("/")[0], zone) for zone in {canonical(zone) for zone in available_timezones()}]
    known = [(region, zone) for region, zone in zones if region in REGIONS and zone not in USUAL]
    places = list(REGIONS)
    found = [(region, zone, named(zone, locale)) for region, zone in known]
    return sorted(found, key=lambda each: (places.index(each[0]), each[2].casefold()))


def named(zone: str, locale: str) -> str:
    """Return a zone's city and country, such as "Paris (France)"."""
    if zone == "UTC":
        return _("Universal time (UTC)")
    city = get_timezone_location(zone, locale=locale, return_city=True)
    country = territory(get_global("zone_territories").get(zone, ""), locale)
    return f"{city} ({country})" if country and country != city else city


def territory(code: str, locale: str) -> str:
    """Return a country's or region's name, or nothing where it has none."""
    return str(Locale.parse(locale).territories.get(code, ""))
