"""The tables of a report as rows of cells, for files: dates as ISO writes them, amounts as plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from babel.numbers import get_currency_precision
from flask_babel import gettext as _

from app.csv_export import Cell
from app.models import figures
from app.telling import called
from app.views.report_page import Report

Table = tuple[list[str], Iterable[list[Cell]]]


def amount(minor: int, currency: str) -> Decimal:
    """Return minor units as a number that a spreadsheet can add up: 1250 of EUR is 12.50."""
    return Decimal(minor).scaleb(-get_currency_precision(currency))


def days(report: Report) -> Table:
    """The four figures of each day, in the shop's currency."""
    brought, currency = report.brought, report.shop.currency
    rows: Iterator[list[Cell]] = (
        [day.isoformat(), reach, visits, orders, amount(sales, currency), currency]
        for day, reach, visits, orders, sales in zip(
            report.period.dates(), brought.reach, brought.visits, brought.orders, brought.sales, strict=True
        )
    )
    return [_("Day"), _("Reach"), _("Visits"), _("Orders"), _("Sales"), _("Currency")], rows


def steps(report: Report) -> Table:
    """Each step with who came and who went on."""
    rows: Iterator[list[Cell]] = (
        [stage.card.title, stage.came, stage.passed, round(stage.of_came, 4), round(stage.of_all, 4)]
        for stage in report.stages
    )
    return [_("Step"), _("Came"), _("Went on"), _("Rate"), _("Of all who came in")], rows


def messages(report: Report) -> Table:
    """Each message's funnel."""
    rows: Iterator[list[Cell]] = (
        [card.title, told.sent, told.delivered, told.opened, told.fetched, told.clicked, told.orders]
        for card, told in report.funnels
    )
    head = [
        _("Message"),
        _("Sent"),
        _("Arrived"),
        _("Opened"),
        _("Opened by a program"),
        _("Clicked"),
        _("Ordered"),
    ]
    return head, rows


def sales(report: Report) -> Table:
    """What the sales are made of, a currency a row."""
    rows: Iterator[list[Cell]] = (_bill(each) for each in report.sales)
    head = [
        _("Currency"),
        _("Orders"),
        _("Gross"),
        _("Discounts"),
        _("Returns"),
        _("Taxes"),
        _("Shipping"),
        _("Sales"),
    ]
    return head, rows


def _bill(each: figures.Sales) -> list[Cell]:
    parts = (each.gross, -each.discounts, -each.returns, each.taxes, each.shipping, each.sales)
    return [each.currency, each.orders, *[amount(part, each.currency) for part in parts]]


def orders(report: Report) -> Table:
    """Every order that is credited, the latest first, whatever its currency."""
    rows: Iterator[list[Cell]] = (
        [order.number or order.token, called(customer) if customer else "", order.placed_at.isoformat(), credit.rule,
         amount(credit.sales - (order.refunded or 0), order.currency), order.currency]
        for order, credit, customer in figures.credited_orders(report.shop.id, report.flow.id, report.period)
    )  # fmt: skip
    return [_("Order"), _("Customer"), _("When"), _("Credited by"), _("Sales"), _("Currency")], rows


TABLES: dict[str, Callable[[Report], Table]] = {
    "days": days, "steps": steps, "messages": messages, "sales": sales, "orders": orders,
}  # fmt: skip
