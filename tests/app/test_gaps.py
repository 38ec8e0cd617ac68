"""A draft may have gaps: whatever is not filled in yet, every page of it and every list with it in it is there."""

from __future__ import annotations

import pytest

from graph import catalogue
from tests.app.rows import a_flow

OWN = (
    "",
    "/edit",
    "/try",
    "/publish",
    "/report",
    "/start",
    "/start/count",
    "/people",
    "/export",
    "/counts",
    "/clip",
)
LISTS = ("/home", "/automations", "/reminders", "/offers", "/coupons", "/emails")


BEGINS = {"id": "n1", "kind": "order_placed", "settings": {"moment": "order.placed", "scope": "all"}}
STEPS = [kind.name for name, _title in catalogue.GROUPS[1:] for kind in catalogue.group(name)]


def drafts(shop, kind, *before):
    """An automation that ends in a step with no setting at all, and one with each of them empty."""
    for settings in ({}, {field.name: None for field in catalogue.kind(kind).fields}):
        nodes = [*before, {"id": "n2", "kind": kind, "settings": settings}]
        edges = [{"from": "n1", "port": "next", "to": "n2"}] if before else []
        graph = {"format": 1, "nodes": nodes, "edges": edges, "settings": {}}
        yield a_flow(shop, name=f"{kind} {len(settings)}", status="off", graph=graph)


def look(owner, flows):
    for page in (f"/automations/{flow.id}{own}" for flow in flows for own in (*OWN, "/steps/n2")):
        assert owner.get(page).status_code < 500, page
    for flow in flows:
        assert owner.post(f"/automations/{flow.id}/on").status_code < 500


@pytest.mark.parametrize("kind", [each.name for each in catalogue.triggers()])
def test_an_automation_whose_beginning_is_not_filled_in_breaks_no_page(owner, shop, kind):
    look(owner, list(drafts(shop, kind)))


@pytest.mark.parametrize("page", LISTS)
def test_no_list_breaks_with_such_drafts_in_it(owner, shop, page):
    for kind in [each.name for each in catalogue.triggers()]:
        list(drafts(shop, kind))
    for kind in STEPS:
        list(drafts(shop, kind, BEGINS))
    assert owner.get(page).status_code < 500


@pytest.mark.parametrize("kind", STEPS)
def test_a_step_that_is_not_filled_in_breaks_no_page(owner, shop, kind):
    look(owner, list(drafts(shop, kind, BEGINS)))
