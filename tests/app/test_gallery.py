"""The gallery of templates: what is shown, what a search finds, and what the shop has already."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.models import Flow
from graph import recipes
from tests.app.browsing import words
from tests.app.rows import NOON
from tests.app.test_recipes import only_flow, typed


@pytest.mark.rule("AUTO-05")
def test_the_gallery_finds_what_was_typed_and_says_when_there_is_nothing(owner):
    found = words(owner.get("/templates?q=Happy"))
    assert "Birthday" in found and "Win back customers" not in found
    assert "No template has these words" in words(owner.get("/templates?q=xyzzy"))


@pytest.mark.rule("AUTO-05")
@pytest.mark.rule("AUTO-06")
def test_the_gallery_draws_each_template_and_filters_by_purpose(owner):
    page = owner.get("/templates")
    for recipe in recipes.all_recipes():
        assert recipe.title in words(page)
    assert page.get_data(as_text=True).count('<svg class="miniature') == 20
    assert "Win back" in words(owner.get("/templates?purpose=win_back"))
    assert "Abandoned cart" not in words(owner.get("/templates?purpose=win_back"))


def test_a_template_in_use_leads_to_its_automation_and_another_is_made_on_purpose(owner):
    owner.post("/templates/thank_you", data=typed(recipes.recipe("thank_you"), "on"))
    mine = f'href="/automations/{only_flow().id}"'
    gallery = owner.get("/templates")
    assert "You have it" in words(gallery) and mine in gallery.text and "Make another" in words(gallery)
    wizard = owner.get("/templates/thank_you")
    assert "You have this automation already: Mine On" in words(wizard) and mine in wizard.text
    assert "You have this automation already" not in words(owner.get("/templates/welcome"))
    Flow.delete(only_flow().shop_id, only_flow().id, NOON)
    db.session.commit()
    assert "Make another" not in words(owner.get("/templates"))
