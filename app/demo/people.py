"""The people of the demo: invented names, half of them French, at addresses that nobody can own."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random

FIRST = {
    "fr": "Louise Camille Manon Chloé Léa Inès Jeanne Zoé Agathe Margaux Élise Noémie Clémence Juliette Anaïs Lucie "
          "Hugo Louis Gabriel Arthur Jules Raphaël Paul Antoine Maxime Théo Adrien Bastien Mathis Rémi Simon Yanis",
    "en": "Alice Amelia Beatrice Clara Daisy Edith Emma Florence Grace Hannah Isla Ivy Lucy Martha Nora Olivia "
          "Arthur Ben Callum David Edward Felix George Harry Isaac Jack Leo Max Noah Oliver Sam Thomas",
}  # fmt: skip
LAST = {
    "fr": "Bernard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia Fournier Girard Bonnet Dupont "
          "Lambert Fontaine Rousseau Vincent Muller Faure Mercier Blanc Guérin Boyer Garnier Chevalier Renard Colin",
    "en": "Abbott Barker Brooks Carter Clarke Cooper Dawson Ellis Fletcher Foster Gibson Graham Harper Holmes "
          "Hughes Jennings Knight Lawson Marsh Mason Palmer Porter Reed Shaw Spencer Turner Walsh Webb",
}  # fmt: skip
ZONES = {
    "fr": ("Europe/Paris", "Europe/Paris", "Europe/Paris", "Europe/Brussels", "America/Montreal"),
    "en": ("Europe/London", "Europe/London", "Europe/Dublin", "Europe/Berlin", "America/New_York"),
}
DOMAINS = ("example.com", "example.org", "example.net")


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody's name, address, language and time zone."""

    first: str
    last: str
    email: str
    locale: str
    zone: str


def invent(count: int, rng: Random) -> list[Name]:
    """Return so many people, half of them French, no two with the same address."""
    people: dict[str, Name] = {}
    while len(people) < count:
        locale = "fr" if len(people) % 2 else "en"
        first, last = rng.choice(FIRST[locale].split()), rng.choice(LAST[locale].split())
        email = f"{plain(first)}.{plain(last)}@{rng.choice(DOMAINS)}"
        people.setdefault(email, Name(first, last, email, locale, rng.choice(ZONES[locale])))
    return list(people.values())


def plain(name: str) -> str:
    """Return a name as it stands in an address: small letters without accents."""
    bare = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in bare if letter.isascii() and letter.isalpha())
