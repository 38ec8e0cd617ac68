"""A shopper's basket: what a browser carries from page to page in one signed cookie of the shop's own.

It knows what a shopper chose and typed. It must not know a table, a price of today, or a request.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, replace

from itsdangerous import BadData, URLSafeTimedSerializer

COOKIE = "papier-lune"
LIVES = 30 * 86400  # seconds
MOST = 20  # pieces of one product
MOST_KINDS = 24


@dataclass(frozen=True, slots=True)
class Wish:
    """Some pieces of one product, at the price a piece had when the shopper saw it, in minor units."""

    quantity: int
    price: int


@dataclass(frozen=True, slots=True)
class Address:
    """Where to send the parcel, as typed."""

    first_name: str = ""
    last_name: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = "FR"


@dataclass(frozen=True, slots=True)
class Thanks:
    """What the thank-you page says about the order that was just paid."""

    number: str
    total: int
    email: str


@dataclass(frozen=True, slots=True)
class Basket:
    """One shopper's choice. `token` names the cart to the outside; `wishes` maps a product's key to a wish."""

    token: str
    wishes: dict[str, Wish] = field(default_factory=dict)
    email: str = ""
    subscribed: bool = False
    language: str = ""
    code: str = ""
    address: Address = field(default_factory=Address)
    thanks: Thanks | None = None
    way: str = "standard"  # how it shall be sent: a name of app.demo.counter

    @property
    def count(self) -> int:
        """How many pieces lie in it."""
        return sum(wish.quantity for wish in self.wishes.values())

    def with_wish(self, key: str, quantity: int, price: int) -> Basket:
        """Return the basket with exactly so many pieces of a product: none takes it out, too many are cut."""
        others = {other: wish for other, wish in self.wishes.items() if other != key}
        if quantity <= 0:
            return replace(self, wishes=others)
        if len(others) >= MOST_KINDS:
            return self
        return replace(self, wishes=self.wishes | {key: Wish(min(quantity, MOST), price)})

    def paid(self, thanks: Thanks) -> Basket:
        """Return an empty basket of the same shopper, who is thanked."""
        return replace(fresh(), email=self.email, language=self.language, address=self.address, thanks=thanks)


def fresh() -> Basket:
    """An empty basket with a token that nobody can guess."""
    return Basket(token=secrets.token_urlsafe(12))


def write(basket: Basket, secret: str) -> str:
    """Return the cookie's text."""
    return _signer(secret).dumps(asdict(basket))


def read(text: str, secret: str) -> Basket | None:
    """Return the basket of a cookie that we wrote in the last thirty days, else None. Never raises."""
    try:
        kept = _signer(secret).loads(text, max_age=LIVES)
        wishes = {key: Wish(**wish) for key, wish in kept.pop("wishes").items()}
        address, thanks = Address(**kept.pop("address")), kept.pop("thanks")
        return Basket(wishes=wishes, address=address, thanks=Thanks(**thanks) if thanks else None, **kept)
    except (BadData, KeyError, TypeError, AttributeError):
        return None


def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="basket of the demo shop")
