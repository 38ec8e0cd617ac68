"""R4, R5: every accepted happening has an outcome, and nobody enters twice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from app.models.runs import ACTIVE
from graph import facts

JUST = timedelta(seconds=5)  # a flow that was switched on so shortly before may not have been seen yet


def r4_what_was_accepted_is_kept(rows):
    """What the door said yes to is in the inbox, and in the end read or put aside where a person sees it."""
    known = {(row.shop_id, row.delivery): row for row in rows.inbox.values()}
    for shop_id, deliveries in rows.seen.deliveries.items():
        for delivery in deliveries:
            row = known.get((shop_id, delivery))
            if row is None:
                yield f"R4: delivery {delivery} of shop {shop_id} was accepted and is lost"
            elif rows.seen.settled and row.state == "waiting":
                yield f"R4: delivery {delivery} of shop {shop_id} was never read"


def r4_one_outcome_each(rows):
    pairs = Counter((run.flow_id, run.event_id) for run in rows.runs.values())
    pairs.update((refusal.flow_id, refusal.event_id) for refusal in rows.refusals)
    for (flow_id, event_id), count in pairs.items():
        if count > 1:
            yield f"R4: event {event_id} both started and was refused by flow {flow_id}"
        if not rows.events[event_id].enrolled_at:
            yield f"R4: event {event_id} has an outcome, but nobody has looked at it"


def r4_no_event_falls_between(rows):
    """Each event that a flow was there for, and whose trigger it matches, has a run or a refusal."""
    known = {(run.flow_id, run.event_id) for run in rows.runs.values()}
    known |= {(refusal.flow_id, refusal.event_id) for refusal in rows.refusals}
    published = Counter(version.flow_id for version in rows.versions.values())
    for flow in rows.flows.values():
        plan = rows.plans.get(flow.version_id)
        if plan is None or flow.status != "live" or published[flow.id] > 1:
            continue  # what its trigger was at the time cannot be told any more
        for event in rows.events.values():
            if _was_due(event, flow) and _matches(plan, event) and (flow.id, event.id) not in known:
                yield f"R4: event {event.id} met flow {flow.id} and left no trace"


def _was_due(event, flow):
    there = event.enrolled_at and flow.activated_at and event.enrolled_at > flow.activated_at + JUST
    return there and event.shop_id == flow.shop_id and event.customer_id


def _matches(plan, event):
    told = facts.Event(event.name, event.at, event.data)
    return plan.enrols.matches(plan.trigger.settings, told) and plan.enrols.entry_key(told)


def r5_nobody_enters_twice(rows):
    keys = Counter((run.flow_id, run.customer_id, run.entry_key) for run in rows.runs.values())
    yield from (f"R5: entry {key} is there {count} times" for key, count in keys.items() if count > 1)
    active = Counter((run.flow_id, run.customer_id) for run in rows.runs.values() if run.status in ACTIVE)
    for (flow_id, customer_id), count in active.items():
        plan = rows.plans.get(rows.flows[flow_id].version_id)
        if count > 1 and plan and plan.settings["reentry"]["rule"] == "not_while_active":
            yield f"R5: customer {customer_id} is in flow {flow_id} {count} times"


CHECKS = (
    r4_what_was_accepted_is_kept,
    r4_one_outcome_each,
    r4_no_event_falls_between,
    r5_nobody_enters_twice,
)
