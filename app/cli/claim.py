"""`flask --app app claim`: the link that opens the first account, for whoever has the machine."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app import admission


@click.command("claim")
@with_appcontext
def claim() -> None:
    """Tell the link that opens the first account, while there is none."""
    if admission.owned():
        click.echo("The first account is there already: sign in with it.")
    else:
        click.echo(f"Open the first account: {admission.first_link()}")
