"""What the drafts promise, counted: undo to the byte, no silent overwrite, nothing lost after "Saved".

Prints one JSON line a figure. `python -m tests.bench.drafts`
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from app.extensions import db
from app.models import Flow, Gesture, drafts
from app.models.drafts import Stamp
from app.unit import unit
from graph import edits
from graph.edits import AddNode, Refused
from graph.model import Graph
from tests.app.browsing import a_browser, with_pages
from tests.app.rows import NOON, a_flow, a_shop
from tests.bench.figure import Figure
from tests.conftest import make_app
from tests.graph.drawing import FILLED, STARTS, STEPS

SEQUENCES, TURNS = 1_000, 200
OF_TURNS = f"of {TURNS}"
LONGEST = 12
PORTS = ("next", "yes", "no", "a", "b", "happened", "timed_out")


def gesture(rolls: random.Random) -> dict[str, Any]:
    """Return what a hand might do to a drawing next; much of it is refused."""
    id, other = (f"n{rolls.randint(1, 9)}" for _each in range(2))
    port, kind = rolls.choice(PORTS), rolls.choice(STEPS)
    return rolls.choice((
        {"edit": "add_node", "kind": kind, "after": [id, port]}, {"edit": "delete_node", "id": id, "keep": port},
        {"edit": "move_after", "id": id, "node": other, "port": port},
        {"edit": "duplicate", "id": id, "node": other, "port": port},
        {"edit": "connect", "source": id, "port": port, "target": other},
        {"edit": "disconnect", "source": id, "port": port}, {"edit": "annotate", "id": id, "note": f"{rolls.random()}"},
        {"edit": "move_node", "id": id, "pin": [rolls.randint(-900, 900), rolls.randint(-900, 900)]},
        {"edit": "change_trigger", "kind": rolls.choice(STARTS)}, {"edit": "tidy"},
    ))  # fmt: skip


def a_graph(rolls: random.Random) -> Graph:
    """Return a drawing of up to eight steps."""
    graph = AddNode(rolls.choice(STARTS)).apply(Graph())
    for _step in range(rolls.randint(2, 7)):
        places = [(node.id, port.name) for node in graph.nodes for port in node.ports]
        kind = rolls.choice(STEPS)
        try:
            graph = AddNode(kind, rolls.choice(places), settings=FILLED.get(kind)).apply(graph)
        except Refused:
            continue
    return graph


def written(flow: Flow) -> str:
    """Return the draft as the database has it, as text."""
    db.session.expire(flow)
    return json.dumps(flow.draft, sort_keys=True)


def stamp(flow: Flow) -> Stamp:
    """Return what an edit of whoever sees the draft of now carries."""
    return Stamp(flow.revision, "", NOON)


def undone(flow_id: int, rolls: random.Random) -> bool:
    """Draw at random, and undo it all, redo it all, and undo it all again: each time to the same bytes."""
    db.session.execute(delete(Gesture).where(Gesture.flow_id == flow_id))
    db.session.expunge_all()
    flow = db.session.get_one(Flow, flow_id)
    flow.draft, flow.cursor = a_graph(rolls).to_json(), 0
    db.session.flush()
    story = [written(flow)]
    for _gesture in range(rolls.randint(1, LONGEST)):
        before = Graph.from_json(flow.draft)
        try:
            edit = edits.parse(gesture(rolls))
            after, label = edit.apply(before), edit.label(before)
        except Refused:
            continue
        if after != before and drafts.save(flow, after.to_json(), label, stamp(flow)):
            story.append(written(flow))
    return all(_turned(flow, turn, way) for turn, way in
               ((drafts.undo, story[-2::-1]), (drafts.redo, story[1:]), (drafts.undo, story[-2::-1])))  # fmt: skip


def _turned(flow: Flow, turn: Any, way: list[str]) -> bool:
    return all(turn(flow, stamp(flow)) and written(flow) == then for then in way) and not turn(
        flow, stamp(flow)
    )


def sequences(flow_id: int, number: int, seed: int = 4) -> int:
    """Return how many of so many random sequences were undone to byte-equal JSON."""
    rolls = random.Random(seed)
    return sum(unit(lambda: undone(flow_id, rolls)) for _sequence in range(number))


def annotate(tab: FlaskClient, flow_id: int, base: int, note: str) -> int:
    """Write a note on the wait, as a tab that saw revision `base`; return the status of the answer."""
    edit = {"edit": "annotate", "id": "n2", "note": note}
    return tab.post(
        f"/automations/{flow_id}/edits", json={"base": base, "key": note, "edit": edit}
    ).status_code


def seen(flow_id: int) -> tuple[int, str]:
    """Return revision and note as a fresh look at the database has them."""
    db.session.remove()
    flow = db.session.get_one(Flow, flow_id)
    return flow.revision, next(each.get("note", "") for each in flow.draft["nodes"] if each["id"] == "n2")


def overwrites(tabs: tuple[FlaskClient, FlaskClient], flow_id: int, turns: int, seed: int = 5) -> int:
    """Return how often a tab was let to change what it had not seen, of so many edits of two tabs at random."""
    rolls, known, wrong = random.Random(seed), [seen(flow_id)] * 2, 0
    for turn in range(turns):
        tab = rolls.randrange(2)
        if rolls.random() < 0.4:
            known[tab] = seen(flow_id)
        now = seen(flow_id)
        status = annotate(tabs[tab], flow_id, known[tab][0], f"turn {turn}")
        wrong += (status == 200) != (known[tab] == now) or (status != 200 and seen(flow_id) != now)
        if status == 200:
            known[tab] = seen(flow_id)
    return wrong


def lost(tab: FlaskClient, flow_id: int, turns: int) -> int:
    """Return how many edits, whose answer said that they are saved, are not there when all else is forgotten."""
    gone = 0
    for turn in range(turns):
        said = annotate(tab, flow_id, seen(flow_id)[0], f"saved {turn}")
        db.session.remove()
        db.engine.dispose()
        gone += said != 200 or seen(flow_id)[1] != f"saved {turn}"
    return gone


def figures(app: Flask) -> Iterator[Figure]:
    """Yield each figure, taken on an empty shop."""
    shop = a_shop()
    flow_id = a_flow(shop).id
    tabs = a_browser(app, shop), a_browser(app, shop)
    db.session.commit()
    yield Figure(
        "silent overwrites with two tabs editing at random", overwrites(tabs, flow_id, TURNS), OF_TURNS, 0
    )
    yield Figure(
        'edits lost when the tab is killed after "Saved"', lost(tabs[0], flow_id, TURNS), OF_TURNS, 0
    )
    whole = sequences(flow_id, SEQUENCES)
    told = f"of {SEQUENCES}"
    yield Figure("random edit sequences undone to byte-equal JSON", whole, told, SEQUENCES, "more")


def measured() -> Iterator[Figure]:
    """Yield each figure, taken on a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        app = with_pages(make_app(Path(folder)))
        with app.app_context():
            yield from figures(app)
            db.session.remove()
            db.engine.dispose()


def main() -> int:
    """Print every figure; return 1 when one missed its target."""
    taken = []
    for figure in measured():
        print(figure.line(), flush=True)
        taken.append(figure)
    return int(not all(figure.ok for figure in taken))


if __name__ == "__main__":
    sys.exit(main())
