"""`flask --app app doctor`: what is wrong with this instance, and how to mend it."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from app import doctor as examination

SIGNS = {True: "  well   ", False: "  WRONG  "}


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Look at everything the instance rests on; exits with 1 when something is wrong."""
    findings = list(examination.findings(current_app.extensions["settings"]))
    for finding in findings:
        click.echo(f"{SIGNS[finding.well]}{finding.what}")
        if finding.mend:
            click.echo(f"         → {finding.mend}")
    wrong = sum(not finding.well for finding in findings)
    click.echo("All is well." if not wrong else f"{wrong} of {len(findings)} things are wrong.")
    raise SystemExit(1 if wrong else 0)
