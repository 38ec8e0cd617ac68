"""A program for an environment of SpiffWorkflow's own: how many workflows it runs a second. No import of ours.

SpiffWorkflow keeps nothing by itself. Here its state is saved after each step, as it must be to survive a crash.
"""

from __future__ import annotations

import sqlite3
import sys
import time

from SpiffWorkflow.operators import Attrib, GreaterThan
from SpiffWorkflow.serializer.json import JSONSerializer
from SpiffWorkflow.specs.ExclusiveChoice import ExclusiveChoice
from SpiffWorkflow.specs.Simple import Simple
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow


def spec() -> WorkflowSpec:
    """An order, a question, a message."""
    flow = WorkflowSpec(name="flow", addstart=True)
    ask, prepare, end = ExclusiveChoice(flow, "ask"), Simple(flow, "prepare"), Simple(flow, "end")
    flow.start.connect(ask)
    ask.connect_if(GreaterThan(Attrib("total"), 1000), prepare)
    ask.connect(end)
    return flow


def run(flow: WorkflowSpec, number: int, database: sqlite3.Connection) -> None:
    """Run one workflow to its end, saving it after each step."""
    workflow, serializer = Workflow(flow), JSONSerializer()
    workflow.task_tree.data["total"] = 2500 + number
    while task := workflow.get_next_task(state=TaskState.READY):
        task.run()
        saved = workflow.serialize(serializer)
        database.execute("INSERT OR REPLACE INTO flow VALUES (?, ?)", (number, saved))
        database.commit()


def main(file: str, count: int) -> None:
    """Run so many workflows and print how many that were a second."""
    database = sqlite3.connect(file)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE flow (id INTEGER PRIMARY KEY, state TEXT)")
    flow = spec()
    began = time.perf_counter()
    for number in range(count):
        run(flow, number, database)
    print(count / (time.perf_counter() - began))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
