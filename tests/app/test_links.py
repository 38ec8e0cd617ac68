"""Signed links: genuine ones say what they said, every other one says nothing."""

from __future__ import annotations

import random
import string
from datetime import UTC, datetime, timedelta

import pytest

from app import clock, links
from app.extensions import db
from app.links import Claim
from app.models import Shop  # noqa: F401

PURPOSES = tuple(links.LIVES)


def test_a_token_says_what_was_signed(app):
    token = links.sign("click", 7, 12345, "item:café")
    assert links.read("click", token) == Claim(7, 12345, "item:café")
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")
    assert len(links.sign("open", 7, 12345)) < 60


@pytest.mark.parametrize("signed", PURPOSES)
def test_a_token_of_one_purpose_is_nothing_for_another(app, signed):
    token = links.sign(signed, 1, 2, "cart")
    assert [purpose for purpose in PURPOSES if links.read(purpose, token)] == [signed]


def test_no_changed_token_is_taken(app):
    chance, letters = random.Random(20261121), string.ascii_letters + string.digits + "-_=.%/ é\0"
    token = links.sign("click", 7, 12345, "cart")
    changed = {mutated(token, chance, letters) for _ in range(20_000)} - {token}
    assert len(changed) > 1000
    assert not [wrong for wrong in changed if links.read("click", wrong)]


def mutated(token: str, chance: random.Random, letters: str) -> str:
    place, letter = chance.randrange(len(token)), chance.choice(letters)
    return chance.choice(
        [
            token[:place] + letter + token[place + 1 :],
            token[:place] + token[place + 1 :],
            token[:place] + letter + token[place:],
            token + letter,
            token[:place],
            token[::-1],
            token + "=",
        ]
    )


def test_every_single_letter_counts(app):
    token = links.sign("unsubscribe", 3, 4)
    for place, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        assert links.read("unsubscribe", token[:place] + other + token[place + 1 :]) is None


@pytest.mark.parametrize("target", ["", "a", "ab"])
def test_a_token_has_one_spelling(app, target):
    token = links.sign("click", 7, 1, target)
    letters = string.ascii_letters + string.digits + "-_"
    others = [token[:-1] + letter for letter in letters if letter != token[-1]] + [f"{token}=", f"{token}!"]
    assert [other for other in (token, *others) if links.read("click", other)] == [token]


@pytest.mark.parametrize(
    "nonsense", ["", "=", "a", "é" * 40, "A" * 10_000, "../../etc/passwd", "%0d%0a", "\x00" * 40]
)
def test_nonsense_is_refused_without_a_fuss(app, nonsense):
    assert links.read("click", nonsense) is None


def test_a_token_ends_with_its_day(app, monkeypatch):
    token, signed_at = links.sign("recovery", 7, 1, "cart-1"), clock.real()
    monkeypatch.setattr(clock, "real", lambda: signed_at + timedelta(days=29))
    assert links.read("recovery", token)
    monkeypatch.setattr(clock, "real", lambda: signed_at + timedelta(days=32))
    assert links.read("recovery", token) is None


def test_a_demo_shop_whose_clock_was_moved_on_sees_its_links_end(app):
    clock.start(7)
    db.session.commit()
    token = links.sign("recovery", 7, 1, "cart-1")
    clock.skip(7, timedelta(days=40))
    assert links.read("recovery", token) is None


def test_another_secret_signs_other_tokens(app):
    token = links.sign("click", 7, 1)
    app.config["SECRET_KEY"] = "another secret of the tests, as long as it"
    assert links.read("click", token) is None


@pytest.mark.parametrize("sign", ["x", "é", "猫", "😀"])
def test_a_products_longest_key_makes_a_link_in_any_writing(app, sign):
    token = links.sign("click", 7, 12345, f"item:{sign * 80}")
    assert links.read("click", token) == Claim(7, 12345, f"item:{sign * 80}")


def test_a_target_that_is_no_link_is_refused(app):
    with pytest.raises(ValueError, match="too long"):
        links.sign("click", 1, 1, "x" * 500)


@pytest.mark.parametrize("year", [2026, 2198, 2500, 9999])
@pytest.mark.parametrize("purpose", PURPOSES)
def test_links_can_be_signed_on_any_day(app, monkeypatch, purpose, year):
    monkeypatch.setattr(clock, "real", lambda: datetime(year, 12, 31, 23, 59, tzinfo=UTC))
    token = links.sign(purpose, 1, 2)
    assert (links.read(purpose, token) is not None) == (year < 2199)
