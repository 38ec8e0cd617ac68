"""M5, M6, M8: who must get nothing passes no gate."""

from __future__ import annotations

from collections import defaultdict

from app.models.suppressions import HARD, digest
from graph.topics import ORDER
from workers import facts


def passed(rows, customers_only=True):
    """Return the messages that have passed their gate."""
    found = (message for message in rows.messages.values() if message.gate_at is not None)
    return [message for message in found if message.audience == "customer" or not customers_only]


def m5_not_after_the_switch_off(rows):
    for message in passed(rows, customers_only=False):
        run, flow = rows.runs[message.run_id], rows.flows[message.flow_id]
        if flow.epoch > message.epoch:
            ended = run.ended_at if run.status == "cancelled" else flow.updated_at
            if message.gate_at > max(ended, flow.updated_at):
                yield f"M5: message {message.id} passed its gate after the switch-off"


def m5_not_after_its_latest_moment(rows):
    for message in passed(rows):
        if message.latest_at and message.gate_at > message.latest_at:
            yield f"M5: message {message.id} passed its gate too late"


def m5_not_after_suppression(rows):
    for message in passed(rows):
        person = rows.people[message.customer_id]
        said = rows.suppressed.get((message.shop_id, digest(message.shop_id, person.email or "")))
        heard = said and (said.reason in HARD or message.topic != ORDER)
        if heard and message.gate_at > _answered(rows, message, said.created_at):
            yield f"M5: message {message.id} passed its gate after its address was given up"


def m5_not_after_erasure(rows):
    for message in passed(rows):
        erased = rows.people[message.customer_id].erased_at
        if erased and message.gate_at > erased:
            yield f"M5: message {message.id} passed its gate after its reader was erased"


def m5_not_with_the_end_already_known(rows):
    """No gate when an event that ends the run had been looked at before."""
    ending = defaultdict(list)
    for event in rows.events.values():
        if event.enrolled_at:
            ending[event.customer_id, event.name].append(event)
    for message in passed(rows):
        run = rows.runs[message.run_id]
        plan, began = rows.plans.get(run.version_id), rows.events[run.event_id]
        for name in _enders(plan, message) if plan else ():
            for event in ending[message.customer_id, name]:
                later = (event.at, event.id) > (facts.began_at(began), began.id) and event.id != began.id
                if later and event.enrolled_at < message.gate_at:
                    yield f"M5: message {message.id} passed its gate after {name}"


def _enders(plan, message):
    unheard = {"customer.unsubscribed"} if message.topic == ORDER else set()
    return set(plan.settings["goal"]) | (set(plan.settings["exit"]) - unheard)


def m6_the_cap_holds(rows):
    """Over any window of a shop's cap, nobody got more than it allows."""
    gates = defaultdict(list)
    for message in passed(rows):
        if message.topic != ORDER:
            gates[message.shop_id, message.customer_id].append(message.gate_at)
    for (shop_id, customer_id), times in gates.items():
        policy = rows.policies[shop_id]
        times.sort()
        for first, last in (
            zip(times, times[policy.most_messages :], strict=False) if policy.most_messages else ()
        ):
            if last - first < policy.cap_window:
                yield f"M6: customer {customer_id} got more than {policy.most_messages} within the window"


def m8_not_after_a_no(rows):
    """From a no until a later yes, nothing that its owner can do without passes a gate."""
    for message in passed(rows):
        if message.topic == ORDER:
            continue
        answers = rows.answers[message.customer_id]
        before = [each for each in answers if _answered(rows, message, each.at) < message.gate_at]
        if before and before[-1].state == "unsubscribed":
            yield f"M8: message {message.id} left after its reader had said no"


def m8_not_after_the_answer_to_a_switch_off(rows):
    """Once a switch-off is answered, no more of that flow arrives than the answer said had been handed over."""
    ours = {message.mail_id: message for message in rows.messages.values()}
    for off in rows.seen.switched:
        theirs = [ours[mail.id] for mail in rows.seen.mails if mail.id in ours and mail.at > off.real]
        late = [each for each in theirs if each.flow_id == off.flow_id and each.epoch < off.epoch]
        if len(late) > off.handed_over:
            yield f"M8: {len(late)} of flow {off.flow_id} arrived after its switch-off, which said {off.handed_over}"
        for each in late:
            if each.gate_at > off.at:
                yield f"M8: message {each.id} passed its gate after the switch-off was answered"


def _answered(rows, message, said):
    """When a no began to count: when it was written, or when its owner had the answer, where that is known."""
    return max(said, rows.seen.said_no.get(message.customer_id, said))


CHECKS = (m5_not_after_the_switch_off, m5_not_after_its_latest_moment, m5_not_after_suppression, m5_not_after_erasure,
          m5_not_with_the_end_already_known, m6_the_cap_holds, m8_not_after_a_no,
          m8_not_after_the_answer_to_a_switch_off)  # fmt: skip
