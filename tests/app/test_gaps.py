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
LISTS = ("/home", "/automations", "/reminders", "/offers", "/coupons", "/emails", "/status", "/templates")


def a_draft(shop, kind, settings):
    nodes = [{"id": "start", "kind": kind, "settings": settings, "pin": None}]
    graph = {"format": 1, "nodes": nodes, "edges": [], "settings": {}, "notes": []}
    return a_flow(shop, name=f"{kind} {len(settings)}", status="off", graph=graph)


@pytest.mark.parametrize("kind", [each.name for each in catalogue.triggers()])
def test_an_automation_whose_beginning_is_not_filled_in_breaks_no_page(owner, shop, kind):
    fields = catalogue.kind(kind).fields
    flows = [a_draft(shop, kind, {}), a_draft(shop, kind, {field.name: None for field in fields})]
    for flow in flows:
        for page in (*LISTS, *(f"/automations/{flow.id}{own}" for own in OWN)):
            assert owner.get(page).status_code < 500, page
        assert owner.post(f"/automations/{flow.id}/on").status_code < 500
