"""The report of an automation, as its page and its files say it."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app import charts, clock, csv_export
from app.extensions import db
from app.models import Policy, Run
from app.unit import unit
from tests.app.browsing import a_browser, with_pages
from tests.app.rows import (
    NOON,
    a_cart,
    a_credit,
    a_customer,
    a_flow,
    a_message,
    a_run,
    a_shop,
    a_step,
    a_visit,
    an_order,
)  # fmt: skip

RANGE = "from=2026-11-01&to=2026-11-21"


@pytest.fixture
def told(app):
    """A shop with one automation that somebody went through: (its owner's browser, flow, shop)."""
    with_pages(app)
    shop = a_shop(currency="EUR")
    flow = a_flow(shop)
    ada = a_customer(shop, "ada@example.com", first_name="Ada", last_name="Lovelace")
    ordered, waiting = a_run(flow, ada, NOON), a_run(flow, a_customer(shop), NOON)
    for run in (ordered, waiting):
        a_step(run, 1, "n1")
    a_step(ordered, 2, "n2")
    message = a_message(ordered, NOON, "n3", opened_at=NOON, clicked_at=NOON)
    a_message(waiting, NOON, "n3", machine_opened_at=NOON)
    a_visit(message, NOON)
    cart = a_cart(shop, ada, recovered_at=NOON)
    bought = {"number": "PL-7", "discount": 500, "shipping": 490, "refunded": 1000, "cart_id": cart.id}
    a_credit(ordered, an_order(shop, ada, NOON, 6000, **bought), 6000, NOON)
    a_credit(waiting, an_order(shop, ada, NOON, 900, number="PL-8"), 900, NOON)
    a_credit(
        waiting,
        an_order(shop, ada, NOON - timedelta(days=20), 1200, number="PL-6"),
        1200,
        NOON - timedelta(days=20),
    )
    return a_browser(app, shop), flow, shop


def page(told, query=RANGE):
    browser, flow, _shop = told
    answer = browser.get(f"/automations/{flow.id}/report?{query}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def table(told, name, query=RANGE):
    browser, flow, _shop = told
    answer = browser.get(f"/automations/{flow.id}/report/{name}.csv?{query}")
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    text = answer.get_data().decode("utf-8-sig")
    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.rule("AUTO-13")
@pytest.mark.rule("AUTO-19")
@pytest.mark.rule("AUTO-23")
def test_the_report_shows_the_four_figures_of_one_automation(told):
    said = words(page(told))
    for figure in ("Reach 2", "Visits 1", "Orders 3", "Sales €71.00"):
        assert figure in said.replace("before: ", ""), figure
    assert "An order is credited by its coupon first" in said and "within 5 days before it counts" in said


@pytest.mark.rule("AUTO-24")
def test_it_has_rates_step_by_step_and_the_best_orders_first(told):
    html = page(told)
    said = words(html)
    steps = html[html.index('id="steps"') : html.index('id="messages"')]
    assert re.search(r"Wait 1 hour.*?>2<.*?100%.*?>1<.*?50%", steps), words(steps)
    best = said[said.index("Best orders") :]
    assert best.index("PL-7") < best.index("PL-6") < best.index("PL-8")
    assert "€50.00" in best and "Ada Lovelace" in best


def test_each_message_has_its_funnel_with_programs_apart(told):
    html = page(told)
    funnel = words(html[html.index('id="messages"') : html.index('id="rates"')])
    assert re.search(r"Sent 2 100% Arrived 2 100% Opened 1 50% Clicked 1 50% Ordered 3", funnel), funnel
    assert "1 was fetched by a program" in funnel


def test_what_the_server_refused_stands_beside_what_it_took(told):
    browser, flow, _shop = told
    run = db.session.scalars(select(Run).where(Run.flow_id == flow.id)).first()
    for days in (0, 8):  # of which the second is too long ago to be sent again
        failed = a_message(run, None, "n3", state="failed", reason="server_failed", closed_at=NOON)
        failed.prepared_at = clock.real() - timedelta(days=days)
    db.session.commit()
    html = page(told)
    funnel = words(html[html.index('id="messages"') : html.index('id="rates"')])
    again = "1 of the last 7 days can be sent again: see Status"
    assert "Sent 2" in funnel and f"2 more could not be sent · {again}" in funnel
    assert again in words(browser.get(f"/automations/{flow.id}?{RANGE}").get_data(as_text=True))


@pytest.mark.rule("C13")
def test_it_is_beside_the_days_before_and_thirty_days_unless_asked(told):
    asked = words(page(told, "from=2026-11-20&to=2026-11-21"))
    assert "Nov 20, 2026 to Nov 21, 2026, beside the 2 days before." in asked
    assert 'aria-current="page">30 days' in page(told, "")
    assert 'aria-current="page">90 days' in page(told, "range=90")
    assert "That was no date" in page(told, "from=yesterday&to=2026-11-21")
    assert "Three years is the longest" in page(told, "from=1999-01-01&to=2026-11-21")
    assert "Nov 1, 2026 to Nov 21" in words(page(told, "from=2026-11-21&to=2026-11-01"))


@pytest.mark.rule("C5")
def test_the_shop_chooses_what_it_calls_recovered_and_sees_both(told):
    _browser, _flow, shop = told
    shop_id = shop.id
    assert "Recovered: €50.00 1 cart" in words(page(told))
    unit(lambda: Policy.change(shop_id, headline="credited"))
    credited = words(page(told))
    assert "Recovered: €71.00 3 carts" in credited and "paid after the link was pressed: €50.00" in credited


def test_the_drawing_has_a_name_and_the_same_numbers_in_a_table_beside_it(told):
    html = page(told, RANGE + "&chart=orders")
    assert 'role="img" aria-label="Orders"' in html
    beside = html[html.index('class="chart-table"') :]
    assert re.search(r"<td>Nov 21, 2026</td><td class=\"num\">2</td>", beside)


@pytest.mark.rule("AUTO-25")
@pytest.mark.rule("AUTO-26")
def test_the_report_is_reached_from_the_lists_menu_and_by_a_tap_on_a_message(told):
    browser, flow, _shop = told
    listed = browser.get(f"/automations?{RANGE}").get_data(as_text=True)
    menu = listed[listed.index('class="menu-panel"') :]
    assert f'href="/automations/{flow.id}/report?' in menu
    inside = browser.get(f"/automations/{flow.id}?{RANGE}").get_data(as_text=True)
    assert re.search(rf'class="row-target" href="/automations/{flow.id}/report[^"]*#messages"', inside)


@pytest.mark.rule("C13")
@pytest.mark.parametrize(("reset", "orders"), [(False, "Orders 3"), (True, "Orders 0")])
def test_a_deleted_automations_figures_stay_unless_the_shop_wants_them_gone(told, reset, orders):
    browser, flow, shop = told
    shop_id, flow_id = shop.id, flow.id
    a_flow(shop, "Another")
    db.session.commit()
    unit(lambda: Policy.change(shop_id, reset_on_delete=reset))
    browser.post(f"/automations/{flow_id}/delete")
    assert orders in words(browser.get(f"/automations?{RANGE}").get_data(as_text=True))


def test_every_table_is_a_file_that_a_spreadsheet_opens(told):
    assert table(told, "days")[-1] == ["2026-11-21", "2", "1", "2", "59.00", "EUR"]
    assert table(told, "steps")[2][1:3] == ["2", "1"]
    assert table(told, "messages")[1][1:] == ["2", "2", "1", "1", "1", "3"]
    assert table(told, "sales")[1] == ["EUR", "3", "81.10", "-5.00", "-10.00", "0.00", "4.90", "71.00"]
    assert [row[0] for row in table(told, "orders")[1:]] == ["PL-8", "PL-7", "PL-6"]
    browser, flow, _shop = told
    assert browser.get(f"/automations/{flow.id}/report/secrets.csv").status_code == 404


def test_nobody_reads_another_shops_report(app, told):
    _browser, flow, _shop = told
    stranger = a_browser(app, a_shop("Other"))
    assert stranger.get(f"/automations/{flow.id}/report").status_code == 404
    assert stranger.get(f"/automations/{flow.id}/report/orders.csv").status_code == 404


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "  =1", "＝1"])
def test_no_cell_is_a_formula(cell):
    assert csv_export.safe(cell) == f"'{cell}"


def test_numbers_and_plain_words_stay_as_they_are():
    assert [csv_export.safe(cell) for cell in (-5.0, 0, "a-b", "", None)] == [-5.0, 0, "a-b", "", None]
    assert list(csv_export.lines(["a"], [['say "hi", they']])) == ["\ufeffa\r\n", '"say ""hi"", they"\r\n']
    french = csv_export.lines(["a", "b"], [[Decimal("1250.50"), 0.5]], csv_export.manner("fr"))
    assert list(french) == ["\ufeffa;b\r\n", "1250,50;0,5\r\n"]  # as Excel reads it in French


def test_a_curve_spans_its_box_and_ends_in_round_numbers():
    curve = charts.curve([0, 10, 37], [5, 0, 1])
    assert [tick.value for tick in curve.ticks] == [0, 10, 20, 30, 40]
    assert curve.spots[0].y == curve.floor and curve.spots[2].y > charts.TOP
    assert curve.before and len(curve.marks) == 3
    flat = charts.curve([0], [])
    assert flat.spots[0].y == flat.floor and len(flat.marks) == 1 and not flat.before
    assert charts.curve([-500, 300], [0, 0]).ticks[0].value == -500
