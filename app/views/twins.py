"""Twins: what two presses of one button would make twice is made once, and the second leads to it."""

from __future__ import annotations

from flask import flash, redirect
from flask_babel import gettext as _
from werkzeug.wrappers import Response


class Twin(Exception):
    """What is being made is there already, at `place`: nothing of a second one may be kept."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def made_once(twin: Twin) -> Response:
    """Lead to the one that the first press made."""
    flash(_("You pressed twice; it was made once."))
    return redirect(twin.place)
