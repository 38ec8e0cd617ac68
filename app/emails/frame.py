"""The frame of a mail: who sends it, in which colours, where its links lead, and why one gets it.

Knows what stands around the blocks. Must not know the blocks, nor how a link is signed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from app.models import Shop

Link = Callable[[str], str]
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_UNFIT = re.compile(r"[\s\\\"<>\x00-\x1f]")
# What nearly all addresses look like; only of the others must be asked where their host is.
_ORDINARY = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:[/?#]|\Z)")
NOUNS = ("cart", "order", "product", "shop")  # what a link may lead to by name
INK, GROUND, PAPER = "#0E6453", "#F5F3EE", "#FFFFFF"
DARK_PAPER = "#201E1B"
READABLE = 4.5  # to 1: WCAG 2.2, 1.4.3
SEEN = 3.0  # to 1: WCAG 2.2, 1.4.11
_SANS = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Helvetica, Arial, sans-serif"
_SERIF = "'Iowan Old Style', 'Palatino Linotype', Palatino, Georgia, serif"
# Headings and text. Only fonts that readers already have: what a mail would have to fetch, most programs leave out.
FONTS = {
    "classic": (_SERIF, _SANS),
    "modern": (_SANS, _SANS),
    "literary": (_SERIF, "Georgia, 'Times New Roman', serif"),
    "friendly": (
        "'Trebuchet MS', 'Segoe UI', Verdana, sans-serif",
        "Verdana, 'Segoe UI', Geneva, sans-serif",
    ),
}
# In the order in which they are shown, each by the name that it goes by.
NETWORKS = {
    "instagram": "Instagram", "facebook": "Facebook", "pinterest": "Pinterest", "tiktok": "TikTok",
    "youtube": "YouTube", "linkedin": "LinkedIn", "bluesky": "Bluesky", "x": "X",
}  # fmt: skip


def _nowhere(target: str) -> str:
    return target if is_address(target) else "#"


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything around the blocks. `link` gives the address of a target; without one, links lead nowhere.

    `reason` is the sentence that says why somebody gets this (already in their language; "" for the usual
    one); `open_url`, `unsubscribe_url` and `preferences_url` are left out of the mail when empty.
    """

    shop_name: str
    base_url: str
    locale: str = "en"
    currency: str = "EUR"
    timezone: str = "UTC"
    color: str = INK
    shop_url: str = ""
    business_name: str = ""
    postal_address: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    unsubscribe_url: str = ""
    preferences_url: str = ""
    open_url: str = ""
    reason: str = ""
    ground: str = GROUND
    font: str = "classic"
    logo: str = ""
    social: tuple[tuple[str, str], ...] = ()
    link: Link = field(default=_nowhere, repr=False, compare=False)

    @classmethod
    def of(
        cls, shop: Shop, base_url: str, link: Link = _nowhere, unsubscribe_url: str = "", open_url: str = ""
    ) -> Frame:
        """Return the frame of a shop's mail. `link` is asked once for each target."""
        return cls(
            shop_name=shop.name, base_url=base_url, locale=shop.locale, currency=shop.currency,
            timezone=shop.timezone, color=shop.color, shop_url=shop.url, business_name=shop.business_name,
            postal_address=shop.postal_address, contact_email=shop.contact_email,
            contact_phone=shop.contact_phone, ground=shop.ground, font=shop.font, logo=shop.logo,
            social=_followed(shop.social), unsubscribe_url=unsubscribe_url, open_url=open_url, link=cache(link),
        )  # fmt: skip

    def picture(self, address: str) -> str:
        """Return the absolute address of a picture that mail programs can show, or "" for none."""
        return _picture(self.base_url, address) if address else ""

    def colours(self) -> dict[str, str]:
        """Return every colour that is drawn with, by what it is for."""
        return dict(_colours(self.color, self.ground))

    @property
    def fonts(self) -> tuple[str, str]:
        """The stacks of fonts for headings and for everything else."""
        return FONTS.get(self.font, FONTS["classic"])


def is_address(text: str) -> bool:
    """Whether this is an http(s) address with a host, and nothing that a mail must not carry."""
    if not text.startswith(("http://", "https://")) or _UNFIT.search(text):
        return False
    if _ORDINARY.match(text):
        return True
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False


@lru_cache(maxsize=1024)  # a shop shows the same goods to everybody
def _picture(base_url: str, address: str) -> str:
    try:
        absolute = urljoin(f"{base_url}/", address)
        drawing = urlsplit(address).path.lower().endswith(".svg")
    except ValueError:  # "http://[": a shop's slip costs its picture, not the mail
        return ""
    return absolute if not drawing and is_address(absolute) else ""


@lru_cache(maxsize=256)
def _colours(color: str, ground: str) -> tuple[tuple[str, str], ...]:
    """Return what a brand's two colours become: words keep 4.5 to 1 on their ground, however pale the brand."""
    ink = color if _COLOR.fullmatch(color) else INK
    page = ground if _COLOR.fullmatch(ground) else GROUND
    soft = "#" + "".join(f"{round(255 - (255 - part) * 0.1):02X}" for part in _parts(ink))
    return tuple({
        "ink": ink, "on_ink": max("#FFFFFF", "#1D1C1A", key=lambda each: contrast(each, ink)),
        "link_ink": _legible(ink, PAPER), "page": page, "name_ink": _legible(ink, page),
        "faint_ink": _legible("#6E6A62", page), "soft": soft, **_in_the_dark(ink),
    }.items())  # fmt: skip


def _in_the_dark(ink: str) -> dict[str, str]:
    """Return a button's colours on dark paper: the brand's where they stand out, else light with dark words."""
    if contrast(ink, DARK_PAPER) >= SEEN:
        return {
            "dark_ink": ink,
            "on_dark_ink": max("#FFFFFF", "#1D1C1A", key=lambda each: contrast(each, ink)),
        }
    return {"dark_ink": "#F3F0EA", "on_dark_ink": "#1D1C1A"}


def contrast(one: str, other: str) -> float:
    """Return how far two colours stand apart, from 1 to 21 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _legible(ink: str, ground: str) -> str:
    """Return the ink, moved towards black or white, whichever the ground is farther from, until it can be read."""
    end = 0 if contrast("#000000", ground) > contrast("#FFFFFF", ground) else 255
    for share in range(0, 105, 5):
        mixed = [round(part + (end - part) * share / 100) for part in _parts(ink)]
        found = "#" + "".join(f"{part:02X}" for part in mixed)
        if contrast(found, ground) >= READABLE:
            return found
    return found


def _followed(social: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    told = social or {}
    return tuple(
        (name, told[name]) for name in NETWORKS if name in told and is_address(str(told[name] or ""))
    )


def _parts(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    # https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    shares = [part / 255 for part in _parts(color)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
