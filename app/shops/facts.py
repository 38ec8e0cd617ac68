"""What a shop can tell us, whatever platform it is built on: the body of one event, checked field by field.

Every platform's file turns its own deliveries into these; the API takes them as they are. Prices are minor units.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)

from app.characters import misleading

Name = Literal[
    "product.saved", "product.viewed", "product.wanted", "cart.updated", "checkout.started", "order.placed",
    "order.paid", "order.shipped", "order.delivered", "order.cancelled", "order.refunded", "customer.saved",
    "customer.subscribed", "customer.unsubscribed", "custom",
]  # fmt: skip

# Which parts an event cannot do without.
NEEDS = {
    "product.saved": ("product",),
    "product.viewed": ("product", "customer"),
    "product.wanted": ("product", "customer"),
    "cart.updated": ("cart",),
    "checkout.started": ("cart", "customer"),
    "order.placed": ("order", "customer"),
    "order.paid": ("order",),
    "order.shipped": ("order",),
    "order.delivered": ("order",),
    "order.cancelled": ("order",),
    "order.refunded": ("order",),
    "customer.saved": ("customer",),
    "customer.subscribed": ("customer",),
    "customer.unsubscribed": ("customer",),
    "custom": ("name", "customer"),
}

LEAP = 2000  # a year in which every day of a year exists
MOST = 10**12  # minor units of a price or a sum
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
LONG = 32  # letters; names before the @ are seldom longer
_COMMON_NAME = re.compile(r"[A-Za-z0-9_-]+(?:[.+][A-Za-z0-9_-]+)*")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")


def _printable(text: str) -> str:
    # NUL is refused by PostgreSQL and lone surrogates by both databases; nothing honest contains either.
    if not text.isprintable() and _UNPRINTABLE.search(text):  # the first look is a tenth of the second
        raise ValueError("must not contain control characters")
    return text


def _straight(text: str) -> str:
    if misleading(text):
        raise ValueError("must not contain characters that turn the direction of reading")
    return text


def _mailable(address: str) -> str:
    name, _at, domain = address.partition("@")
    # Nearly all of a shop's customers are at a few domains: what was right for one name is right for a shorter one.
    common = len(name) <= LONG and _COMMON_NAME.fullmatch(name) and _receives(domain)
    if not common and not _is_address(address):
        raise ValueError("is not an address that mail can be sent to")
    return address.lower()  # one spelling: customers are told apart by it


@lru_cache(1000)
def _receives(domain: str) -> bool:
    return _is_address(f"{'a' * LONG}@{domain}")


def _is_address(text: str) -> bool:
    try:
        validate_email(text, allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError:  # its own words quote the address, and ours are kept
        return False
    return True


def _known_zone(name: str) -> str:
    if name and name not in _zones():
        raise ValueError("is no time zone of the IANA database, such as Europe/Paris")
    return name


def _known_currency(code: str) -> str:
    if code not in _currencies():
        raise ValueError("is no currency of ISO 4217, such as EUR")
    return code


def _plausible(at: datetime) -> datetime:
    if not EARLIEST <= at <= LATEST:
        raise ValueError("must be between the years 2000 and 2100")
    return at


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def _birthday(day: str) -> str:
    """Return month and day, "02-29": more than that nobody needs to congratulate somebody."""
    found = re.fullmatch(r"(?:(\d{4})-|--)?(\d\d)-(\d\d)", day)
    try:
        date(
            int(found[1] or LEAP) if found else 0,
            int(found[2]) if found else 0,
            int(found[3]) if found else 0,
        )
    except ValueError:
        raise ValueError("is no day of a year, such as 1990-05-17 or 05-17") from None
    return day[-5:]


def _web(url: str) -> str:
    if url and not url.startswith(("https://", "http://")):
        raise ValueError("must start with https:// or http://")
    return url


PRINTABLE = AfterValidator(_printable)  # behind the lengths, which are looked at faster
OwnName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,59}$")]
Short = Annotated[str, Field(max_length=120), PRINTABLE, AfterValidator(_straight)]
Title = Annotated[str, Field(max_length=200), PRINTABLE, AfterValidator(_straight)]
Zone = Annotated[str, Field(max_length=64), PRINTABLE, AfterValidator(_known_zone)]
Address = Annotated[str, Field(min_length=3, max_length=254), PRINTABLE, AfterValidator(_mailable)]
Number = Annotated[str, Field(max_length=40), PRINTABLE]
Token = Annotated[str, Field(min_length=1, max_length=80), PRINTABLE]
Delivery = Annotated[str, Field(min_length=1, max_length=120), PRINTABLE]
Url = Annotated[str, Field(max_length=500), PRINTABLE, AfterValidator(_web)]
Minor = Annotated[int, Field(ge=0, le=MOST)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$"), AfterValidator(_known_currency)]
Birthday = Annotated[str, AfterValidator(_birthday)]
Said = Annotated[str, Field(max_length=200), PRINTABLE] | int | bool | None
Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]


class Part(BaseModel):
    """A part of an event. A field that we do not know is refused, so that a slip of the pen is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Customer(Part):
    """Who it is about. `subscribed`: true or false when the shop knows, null when it does not."""

    email: Address
    first_name: Short = ""
    last_name: Short = ""
    locale: Annotated[str, Field(pattern=r"^([a-z]{2}([_-][A-Za-z]{2})?)?$")] = ""
    timezone: Zone = ""
    subscribed: bool | None = None
    consent_wording: Annotated[str, Field(max_length=500), PRINTABLE] = ""  # the words that they agreed to
    birthday: Birthday | None = None  # a year may be told, and is not kept


class Item(Part):
    """One line of a cart or an order; `price` is of one piece."""

    product: Token
    title: Title
    quantity: Annotated[int, Field(ge=1, le=100_000)] = 1
    price: Minor
    image: Url = ""
    url: Url = ""


def _bounded(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if sum(item.price * item.quantity for item in items) > MOST:
        raise ValueError("come to more than an amount may be")
    return items


Items = Annotated[tuple[Item, ...], Field(max_length=200), AfterValidator(_bounded)]


class Cart(Part):
    """What lies in a cart now; an empty list empties it."""

    token: Token
    currency: Currency
    items: Items
    checkout: bool = False
    url: Url = ""
    shipping: Short = ""  # the way of delivery that was chosen, in the shop's words


class Order(Part):
    """What was bought. `cart` is the token of the cart that it came from."""

    token: Token
    number: Number = ""
    cart: Token | None = None
    currency: Currency
    items: Items
    total: Minor
    discount: Minor = 0
    shipping: Minor = 0
    tax: Minor = 0
    codes: Annotated[tuple[Number, ...], Field(max_length=20)] = ()
    paid: bool = False
    refunded: Minor | None = None  # what was given back so far
    url: Url = ""  # where the customer sees it, or pays for it
    tracking: Short = ""  # the parcel's number


class Product(Part):
    """Something that the shop sells."""

    id: Token
    title: Title
    description: Annotated[str, Field(max_length=500), PRINTABLE] = ""
    price: Minor
    currency: Currency
    image: Url = ""
    url: Url = ""
    stock: Annotated[int, Field(ge=-1_000_000, le=10**9)] | None = None


class Reading(Part):
    """One happening in a shop. `name` and `data` belong to the event "custom": they are the merchant's own."""

    event: Name
    id: Delivery | None = None
    at: Moment | None = None
    customer: Customer | None = None
    cart: Cart | None = None
    order: Order | None = None
    product: Product | None = None
    name: OwnName | None = None
    data: Annotated[dict[OwnName, Said], Field(max_length=20)] = {}

    @model_validator(mode="after")
    def whole(self) -> Reading:
        """Refuse an event that lacks the part it is about."""
        for part in NEEDS[self.event]:
            if getattr(self, part) is None:
                raise ValueError(f"{self.event} needs {part}")
        return self

    def happened(self, received: datetime) -> datetime:
        """Return when it happened: what the shop says, but never in our future."""
        return min(self.at, received) if self.at else received
