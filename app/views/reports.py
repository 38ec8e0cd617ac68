"""Reports: what one automation brought over a range of days, drawn, in tables and as files (AUTO-13, 19 to 26)."""

from __future__ import annotations

import re

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    g,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)  # fmt: skip
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from app import csv_export
from app.models import figures
from app.models.figures import MEASURES
from app.views import ranges, report_tables
from app.views.flows import find
from app.views.report_page import Report
from graph.recipes import offers

pages = Blueprint("reports", __name__)


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.get("/automations/<int:flow_id>/report")
def show(flow_id: int) -> str | Answer:
    """Show the report of one automation; `?chart=` says which of the four figures is drawn."""
    if offers.only(find(flow_id).draft):  # its figures stand in the shop channel (OFFER-16)
        return redirect(url_for("offers.show", flow_id=flow_id))
    chosen, shown = ranges.asked(), request.args.get("chart", "")
    shown = shown if shown in MEASURES else "sales"
    report, titles = Report(find(flow_id), g.shop, chosen), measure_titles()
    charts = [
        (
            url_for("reports.show", flow_id=flow_id, chart=name, **chosen.args) + "#chart",
            titles[name],
            name == shown,
        )
        for name in MEASURES
    ]
    return render_template(
        "reports/show.html", report=report, flow=report.flow, range=chosen, shown=shown, titles=titles, charts=charts,
        change=figures.change,
    )  # fmt: skip


@pages.get("/automations/<int:flow_id>/report/<table>.csv")
def table(flow_id: int, table: str) -> Response:
    """Answer with one table of the report as a file, a line at a time."""
    if table not in report_tables.TABLES:
        abort(404)
    report = Report(find(flow_id), g.shop, ranges.asked())
    head, rows = report_tables.TABLES[table](report)
    lines = stream_with_context(csv_export.lines(head, rows, csv_export.manner(str(get_locale()))))
    name = f"{_plain(report.flow.name)}-{table}-{report.period.first}-{report.period.last}.csv"
    return Response(
        lines, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def measure_titles() -> dict[str, str]:
    """Return what the four figures are called."""
    return {"reach": _("Reach"), "visits": _("Visits"), "orders": _("Orders"), "sales": _("Sales")}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "automation"
