"""The frame of a mail: who sends it, in which colours, where its links lead, and why one gets it.

Knows what stands around the blocks. Must not know the blocks, nor how a link is signed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from app.models import Shop

Link = Callable[[str], str]
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


def _nowhere(target: str) -> str:
    return target if is_address(target) else "#"


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything around the blocks. `link` gives the address of a target; without one, links lead nowhere.

    `reason` is the sentence that says why somebody gets this (already in their language; "" for the usual
    one); `open_url` and `unsubscribe_url` are left out of the mail when empty.
    """

    shop_name: str
    base_url: str
    locale: str = "en"
    currency: str = "EUR"
    timezone: str = "UTC"
    color: str = "#0E6453"
    shop_url: str = ""
    business_name: str = ""
    postal_address: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    unsubscribe_url: str = ""
    open_url: str = ""
    reason: str = ""
    link: Link = field(default=_nowhere, repr=False, compare=False)

    @classmethod
    def of(
        cls, shop: Shop, base_url: str, link: Link = _nowhere, unsubscribe_url: str = "", open_url: str = ""
    ) -> Frame:
        """Return the frame of a shop's mail."""
        return cls(
            shop_name=shop.name, base_url=base_url, locale=shop.locale, currency=shop.currency,
            timezone=shop.timezone, color=shop.color, shop_url=shop.url, business_name=shop.business_name,
            postal_address=shop.postal_address, contact_email=shop.contact_email,
            contact_phone=shop.contact_phone, unsubscribe_url=unsubscribe_url, open_url=open_url, link=link,
        )  # fmt: skip

    def picture(self, address: str) -> str:
        """Return the absolute address of a picture that mail programs can show, or "" for none."""
        if not address or urlsplit(address).path.lower().endswith(".svg"):
            return ""
        absolute = urljoin(f"{self.base_url}/", address)
        return absolute if is_address(absolute) else ""

    @property
    def ink(self) -> str:
        """The shop's colour as ink: the default when it is no colour at all."""
        return self.color if _COLOR.fullmatch(self.color) else "#0E6453"

    @property
    def on_ink(self) -> str:
        """White or near-black, whichever reads better on the shop's colour (WCAG relative luminance)."""
        return "#FFFFFF" if _luminance(self.ink) < 0.4 else "#1D1C1A"

    @property
    def soft(self) -> str:
        """The shop's colour as a ground: one part in ten on white."""
        return "#" + "".join(f"{round(255 - (255 - part) * 0.1):02X}" for part in _parts(self.ink))


def is_address(text: str) -> bool:
    """Whether this is an http(s) address with a host, and nothing that a mail must not carry."""
    if not text.startswith(("http://", "https://")) or re.search(r"[\s\\\"<>\x00-\x1f]", text):
        return False
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False


def _parts(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    # https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    shares = [part / 255 for part in _parts(color)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
