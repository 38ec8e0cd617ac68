"""A review: what a template would become with these answers, before anything is made of it."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

from app.forms.recipes import Wizard
from app.languages import LANGUAGES
from app.models import Shop
from app.telling import names_in, tell
from app.views.preflight import reached_back
from graph.model import Graph
from graph.story import sentences
from graph.words import Names, Sentence, Words

UNMADE = -1  # stands for the coupon that is being made


class Review:
    """The e-mails, the sentences and the look back of a template with its answers."""

    def __init__(self, wizard: Wizard, shop: Shop) -> None:
        self.wizard, self.shop = wizard, shop

    @cached_property
    def graph(self) -> Graph:
        """The graph, its e-mails still by name."""
        graph = self.wizard.recipe.answered(self.wizard.answers(UNMADE))
        return replace(graph, settings={**graph.settings, "audience": self.wizard.audience})

    @property
    def sentences(self) -> list[Sentence]:
        """The flow in plain words."""
        return sentences(self.graph, self._names)

    @property
    def emails(self) -> list[dict[str, Any]]:
        """The e-mails in order: name, title, and the subject in each language of ours that it is written in."""
        found = self.wizard.recipe.emails_for(self.wizard.answers(UNMADE))
        return [
            {"name": name, "title": tell(Words(self.wizard.recipe.email_titles[name])),
             "subjects": {locale: design["subject"] for locale, design in designs.items() if locale in LANGUAGES}}
            for name, designs in found.items()
        ]  # fmt: skip

    @cached_property
    def backfill(self) -> int:
        """How many happenings of the days before it could take in, if the merchant likes."""
        return reached_back(self.graph, self.shop, first=True)

    @property
    def backfill_days(self) -> int:
        """How many days it can look back."""
        return int((self.graph.settings.get("backfill") or {}).get("days") or 0)

    @property
    def _names(self) -> Names:
        titles = {name: tell(Words(title)) for name, title in self.wizard.recipe.email_titles.items()}
        names = names_in(self.shop)
        new = {UNMADE: self.wizard.coupon.name.data} if self.wizard.makes_coupon else {}
        return replace(names, emails=titles, coupons={**names.coupons, **new})
