"""Time zones in words: each once, found in the reader's language, and another name is taken for the zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from app.forms import zones
from tests.app.browsing import a_browser, with_pages
from tests.app.rows import a_shop


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_the_usual_ones_come_first_and_each_zone_is_there_once(app, locale):
    with app.test_request_context(headers={"Accept-Language": locale}):
        found = zones.choices()
        assert found[0].label == "Paris (France)"
        assert len({choice.value for choice in found}) == len(found) > 300
        assert all(ZoneInfo(choice.value) and choice.optgroup for choice in found)


def test_countries_are_named_in_the_readers_language(app):
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        assert "Londres (Royaume-Uni)" in {choice.label for choice in zones.choices()}


@pytest.mark.parametrize("name", ["Asia/Calcutta", "Europe/Kyiv", "US/Eastern"])
def test_another_name_of_a_zone_is_taken_for_it(app, name):
    with_pages(app)
    owner = a_browser(app, a_shop(timezone=name))
    page = owner.get("/settings").get_data(as_text=True)
    assert f'selected value="{zones.canonical(name)}"' in page
