"""Clips: chosen steps as a clipboard carries them, as JSON for another automation and as words for a letter."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, g, jsonify, request

from app.views.editor_drawing import Drawing
from app.views.editor_mine import mine
from graph.edits import clip

pages = Blueprint("clips", __name__)


def register(app: Flask) -> None:
    """Put the clipboard on the application."""
    app.register_blueprint(pages)


@pages.get("/automations/<int:flow_id>/clip")
def show(flow_id: int) -> Response:
    """Return {"clip": nodes and edges, "words": a line each} of the steps named in `?ids=n1,n2`; others are ignored."""
    drawing = Drawing(mine(flow_id), g.shop)
    taken = clip(drawing.graph, set(request.args.get("ids", "").split(",")))
    drawn = taken.to_json()
    cards = [card for card in drawing.cards.values() if card.id in taken.by_id]
    words = "\n".join(f"{card.title}: {card.line}" for card in cards)
    return jsonify(clip={"nodes": drawn["nodes"], "edges": drawn["edges"]}, words=words)
