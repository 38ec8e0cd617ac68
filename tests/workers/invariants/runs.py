"""R1, R2, R3, R6 to R11: what holds of every run, of its steps, and of the version it follows."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from app import clock
from app.models import Version
from app.models.runs import ACTIVE, ENDED
from graph.model import Graph
from tests.workers.invariants import witness

LATE = timedelta(seconds=10)
MOST_CLAIMS = 6


def r1_one_state(rows):
    for run in rows.runs.values():
        if run.status not in ACTIVE + ENDED:
            yield f"R1: run {run.id} is {run.status}"
        if (run.ended_at is not None) != (run.status in ENDED):
            yield f"R1: run {run.id} is {run.status}, and ended at {run.ended_at}"


def r2_no_lease_outlives_its_worker(rows):
    for run in rows.runs.values():
        if run.status == "leased" and run.lease_until < clock.real() - LATE:
            yield f"R2: run {run.id} is leased past its lease"


def r3_nobody_is_forgotten(rows):
    """Once everything was given its time, nobody is due who could have moved."""
    for run in rows.runs.values() if rows.seen.settled else ():
        waits = run.status in ("ready", "waiting") and run.wake_at is not None
        if (
            waits
            and run.wake_at < rows.times[run.shop_id] - LATE
            and rows.flows[run.flow_id].status != "paused"
        ):
            yield f"R3: run {run.id} has been due since {run.wake_at}"


def r6_a_path_of_the_version(rows):
    for run in rows.runs.values():
        yield from _path(rows, run, rows.steps[run.id])


def _path(rows, run, taken):
    versions = list(_versions(run, rows.moves[run.id]))
    if versions[-1][1] != run.version_id:
        yield f"R6: run {run.id} is on a version that nobody took it to"
    if [step.visit for step in taken] != list(range(len(taken))):
        yield f"R6: run {run.id} has gaps"
        return
    if taken and taken[0].node != rows.graphs[versions[0][1]].trigger.id:
        yield f"R6: run {run.id} did not begin at the trigger"
    for step, following in pairwise(taken):
        graph = rows.graphs[next(id for visit, id in reversed(versions) if visit <= step.visit)]
        if graph.target(step.node, step.port) != following.node:
            yield f"R6: run {run.id} left its path at visit {step.visit}"
        if step.at > following.at:
            yield f"R6: run {run.id} went back in time at visit {step.visit}"
    if run.status in ACTIVE and taken and run.visit != taken[-1].visit + 1:
        yield f"R6: run {run.id} stands elsewhere than its steps say"


def _versions(run, moves):
    """Yield (first visit, version) of each version that a run has followed (C7)."""
    yield 0, (moves[0].from_id if moves else run.version_id)
    for move in moves:
        yield move.visit, move.to_id


def r7_an_end_is_an_end(rows):
    for run in rows.runs.values():
        if run.status in ENDED and run.status != "cancelled" and run.wake_at is not None:
            yield f"R7: run {run.id} is {run.status} and would wake"
    yield from witness.told(rows, "R7")


def r8_tokens_rise(rows):
    """A token only rises, and every claim of a run was counted by it."""
    for run in rows.runs.values():
        if run.token < run.attempts:
            yield f"R8: run {run.id} was claimed {run.attempts} times under {run.token} tokens"
    yield from witness.told(rows, "R8")


def r9_tries_are_bounded(rows):
    for run in rows.runs.values():
        if run.attempts > MOST_CLAIMS:
            yield f"R9: run {run.id} was claimed {run.attempts} times"
        if run.status == "parked" and not run.error:
            yield f"R9: run {run.id} is parked without a reason"


def r10_versions_never_change(rows):
    for version in rows.versions.values():
        if version.hash != Version.hash_of(Graph.from_json(version.graph)):
            yield f"R10: version {version.id} has changed"
    yield from witness.told(rows, "R10")


def r11_no_wait_ends_early(rows):
    for run_id, taken in rows.steps.items():
        for step in taken:
            until = step.saw.get("until")
            if until and "event" not in step.saw and step.at.isoformat() < until:
                yield f"R11: run {run_id} ended a wait early at visit {step.visit}"


CHECKS = (r1_one_state, r2_no_lease_outlives_its_worker, r3_nobody_is_forgotten, r6_a_path_of_the_version,
          r7_an_end_is_an_end, r8_tokens_rise, r9_tries_are_bounded, r10_versions_never_change,
          r11_no_wait_ends_early)  # fmt: skip
