"""What templates can say, in both languages."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from hypothesis import given
from hypothesis import strategies as st

from app import templating

NOON = datetime(2026, 11, 21, 13, 2, tzinfo=UTC)


@pytest.fixture
def templates() -> Flask:
    app = Flask("templates")
    Babel(app, default_timezone="Europe/Paris")
    templating.init_app(app)
    return app


def say(templates: Flask, language: str, template: str, **values: object) -> str:
    with templates.test_request_context(), force_locale(language):
        return (
            templates.jinja_env.from_string(template)
            .render(values)
            .replace("\xa0", " ")
            .replace("\u202f", " ")
        )


@pytest.mark.parametrize(
    ("minor", "currency", "english", "french"),
    [
        (1250, "EUR", "€12.50", "12,50 €"),
        (841000, "EUR", "€8,410.00", "8 410,00 €"),
        (1000, "JPY", "¥1,000", "1 000 ¥"),
        (1250, "KWD", "KWD 1.250", "1,250 KWD"),
        (-500, "USD", "\u2212$5.00", "\u22125,00 $"),
    ],
)
def test_money_is_said_with_the_currencys_own_decimals(
    templates: Flask, minor: int, currency: str, english: str, french: str
) -> None:
    assert say(templates, "en", "{{ minor|money(currency) }}", minor=minor, currency=currency) == english
    assert say(templates, "fr", "{{ minor|money(currency) }}", minor=minor, currency=currency) in (
        french, french.replace("$", "$US").replace("¥", "JPY"),
    )  # fmt: skip


def test_a_large_amount_can_leave_its_cents_out(templates: Flask) -> None:
    assert say(templates, "en", "{{ 1487000|money('EUR', whole=true) }}") == "€14,870"
    assert say(templates, "fr", "{{ 1487000|money('EUR', whole=true) }}") == "14 870 €"


def test_numbers_and_shares_follow_the_language(templates: Flask) -> None:
    assert say(templates, "en", "{{ 4812|number }} {{ 0.12|percent(sign=true) }}") == "4,812 +12%"
    assert say(templates, "fr", "{{ 4812|number }} {{ 0.12|percent(sign=true) }}") == "4 812 +12 %"


@pytest.mark.parametrize("said", ["{{ -4812|number }}", "{{ -12400|compact }}", "{{ -0.12|percent }}"])
def test_what_is_taken_off_has_a_true_minus(templates: Flask, said: str) -> None:
    for language in ("en", "fr"):
        assert say(templates, language, said).startswith("\u2212")


def test_instants_are_said_in_the_zone_of_the_page(templates: Flask) -> None:
    assert say(templates, "en", "{{ at|when }}", at=NOON) == "Nov 21, 2026, 2:02 PM"
    assert say(templates, "fr", "{{ at|when }}", at=NOON) == "21 nov. 2026, 14:02"


def test_distance_is_said_from_the_given_now(templates: Flask) -> None:
    assert (
        say(templates, "en", "{{ at|relative(now) }}", at=NOON, now=NOON + timedelta(hours=3))
        == "3 hours ago"
    )
    assert (
        say(templates, "fr", "{{ at|relative(now) }}", at=NOON, now=NOON - timedelta(days=2))
        == "dans 2 jours"
    )


def test_more_than_an_hour_is_not_counted_in_minutes(templates: Flask) -> None:
    later = NOON + timedelta(minutes=70)
    assert say(templates, "fr", "{{ at|relative(now) }}", at=NOON, now=later) == "il y a 1 heure"


def test_attributes_are_named_as_html_names_them_and_escaped(templates: Flask) -> None:
    values = {"hx_post": '/a?b="c"', "class_": "x", "disabled": True, "hidden": False, "title": None}
    written = templating.attributes(values)
    assert written == ' hx-post="/a?b=&#34;c&#34;" class="x" disabled'


@given(
    st.lists(st.floats(-1e12, 1e12) | st.sampled_from([math.nan, math.inf]) | st.integers(-(10**9), 10**9))
)
def test_a_sparkline_stays_within_its_box(values: list[float]) -> None:
    for point in templating.spark_path(values).removeprefix("M").split(" L"):
        x, y = map(float, point.split())
        assert 0 <= x <= 80 and 0 <= y <= 24


def test_a_sparkline_of_equal_values_is_flat_in_the_middle() -> None:
    assert templating.spark_path([3, 3, 3]) == "M0.0 12.0 L40.0 12.0 L80.0 12.0"
