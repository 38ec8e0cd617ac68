"""Every word of the screens is in the catalogues, translated, and means the same with its values in it."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog, Message

from app.translations import gather
from app.translations.gather import LANGUAGES

PLACE = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def words() -> Catalog:
    return gather.template()


def ids(messages: list[Message]) -> list[object]:
    return [message.id for message in messages]


def strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def misplaced(catalog: Catalog) -> list[object]:
    """Messages whose translation names a value that the English does not have."""
    return [
        message.id for message in catalog
        if message.id and not set(PLACE.findall(" ".join(strings(message)))) <= set(PLACE.findall(str(message.id)))
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_sources_is_translated(language: str, words: Catalog) -> None:
    assert not ids(gather.missing(gather.refreshed(language, words)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_only_a_guess(language: str) -> None:
    assert not [message.id for message in gather.read(language) if message.id and message.fuzzy]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_asks_for_a_value_that_is_not_there(language: str) -> None:
    assert not misplaced(gather.read(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_product_loads_is_what_the_catalogue_says(language: str) -> None:
    compiled = gather.path(language).with_suffix(".mo").read_bytes()
    assert compiled == gather.compiled(gather.read(language)), "run make messages"


def test_planted_flaws_are_seen() -> None:
    catalog = Catalog(locale="fr")
    catalog.add("Open", "")
    catalog.add("%(count)s person", "%(nombre)s personne")
    catalog.add("Close", "Fermer", flags=["fuzzy"])
    catalog.add(("one step", "%(num)s steps"), ("une étape", ""))
    assert ids(gather.missing(catalog)) == ["Open", "Close", ("one step", "%(num)s steps")]
    assert misplaced(catalog) == ["%(count)s person"]
