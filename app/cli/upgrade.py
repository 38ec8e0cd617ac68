"""`flask --app app upgrade`: the database in today's shape."""

from __future__ import annotations

import click
import flask_migrate
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from app import restored

LOCKED = "55P03"  # PostgreSQL's word for a lock that was not to be had in time
HELD = "A backup was put back: its automations are paused, so that nothing is sent twice. Turn them on one by one."


@click.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Bring the database to today's shape. Running it again changes nothing."""
    try:
        flask_migrate.upgrade()
    except OperationalError as error:
        raise click.ClickException(_trouble(error)) from error
    if held := restored.hold_if_older(current_app.extensions["settings"].data_dir):
        click.echo(f"{HELD} ({held})")
    click.echo("The database is up to date.")


def _trouble(error: OperationalError) -> str:
    said = str(error.orig).splitlines()[0]
    if getattr(error.orig, "sqlstate", None) == LOCKED:
        return f"somebody else holds a table for too long: end their transactions, then upgrade again. It said: {said}"
    where = current_app.extensions["settings"].database_url.rpartition("@")[2]
    return f"the database {where or 'in DATA_DIR'} does not answer: check DATABASE_URL. It said: {said}"
