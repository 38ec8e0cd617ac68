"""The promises of the engine, read from the rows and from the mail server's own log. Each is named as in the design."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import (
    Code,
    Confirmation,
    Consent,
    Coupon,
    Event,
    Flow,
    Message,
    Policy,
    Refusal,
    Run,
    StaffNotice,
    Step,
    Suppression,
    Version,
)
from app.models.inflight import migrations
from app.models.messages import ENDED as MESSAGE_ENDED
from app.models.runs import ACTIVE, ENDED
from app.models.suppressions import HARD
from graph.model import Graph
from workers import marks

MESSAGE_STATES = ("prepared", "handing", *MESSAGE_ENDED)


def check(mails=()):
    """Assert every invariant over the whole database."""
    db.session.rollback()
    db.session.expire_all()
    runs, messages = rows(Run), rows(Message)
    steps = defaultdict(list)
    for step in db.session.scalars(select(Step).order_by(Step.run_id, Step.visit)):
        steps[step.run_id].append(step)
    check_runs(runs)
    check_entries(runs)
    check_paths(runs, steps)
    check_versions()
    check_messages(runs, messages)
    check_gate(messages)
    check_pressure(messages)
    check_wishes(messages)
    check_codes(messages)
    check_mails(messages, mails)
    db.session.rollback()


def rows(model):
    return list(db.session.scalars(select(model)))


def check_runs(runs):
    for run in runs:
        assert run.status in ACTIVE + ENDED, f"R1: run {run.id} is {run.status}"
        assert run.status != "leased" or run.lease_until > clock.real() - timedelta(seconds=10), (
            f"R2: run {run.id}"
        )
        assert (run.ended_at is not None) == (run.status in ENDED), f"R1: run {run.id} ended?"
        assert run.status != "parked" or run.error, f"R9: run {run.id} is parked without a reason"
        assert run.attempts <= 6, f"R9: run {run.id} was claimed {run.attempts} times"
        assert run.status not in ENDED or run.wake_at is None or run.status == "cancelled", (
            f"R7: run {run.id} would wake"
        )


def check_entries(runs):
    events = {event.id: event for event in rows(Event)}
    keys = Counter((run.flow_id, run.customer_id, run.entry_key) for run in runs)
    assert all(count == 1 for count in keys.values()), "R5: an entry key is there twice"
    pairs = Counter((run.flow_id, run.event_id) for run in runs)
    pairs.update((refusal.flow_id, refusal.event_id) for refusal in rows(Refusal))
    assert all(count == 1 for count in pairs.values()), "R4: an event both started and was refused"
    assert all(events[event_id].enrolled_at for _flow, event_id in pairs), (
        "R4: a run of an event that was not enrolled"
    )


def pinned(run, moves, graphs):
    """The graph that a run followed at each visit: another one from the visit on at which it went over (C7)."""
    before = moves[0].from_id if moves else run.version_id
    for move, following in pairwise([*moves, None]):
        assert move.from_id == before, f"R6: run {run.id} came from a version that it was not on"
        assert following is None or move.visit <= following.visit, f"R6: run {run.id} went over backwards"
        before = move.to_id
    assert before == run.version_id, f"R6: run {run.id} is on a version that nobody took it to"
    begun = moves[0].from_id if moves else run.version_id
    return lambda visit: graphs[next((m.to_id for m in reversed(moves) if m.visit <= visit), begun)]


def check_paths(runs, steps):
    graphs = {version.id: Graph.from_json(version.graph) for version in rows(Version)}
    for run in runs:
        taken = steps[run.id]
        graph = pinned(run, migrations(run.id), graphs)
        assert [step.visit for step in taken] == list(range(len(taken))), f"R6: run {run.id} has gaps"
        if taken:
            assert taken[0].node == graph(0).trigger.id, f"R6: run {run.id} did not begin at the trigger"
        for step, following in pairwise(taken):
            assert graph(step.visit).target(step.node, step.port) == following.node, (
                f"R6: run {run.id} left its path"
            )
            assert step.at <= following.at, f"R6: run {run.id} went back in time"
        for step in taken:
            until = step.saw.get("until")
            early = until and "event" not in step.saw and step.at.isoformat() < until
            assert not early, f"R11: run {run.id} ended a wait early"
        if run.status in ACTIVE and taken:
            assert run.visit == taken[-1].visit + 1, f"R6: run {run.id} stands elsewhere than its steps say"


def check_versions():
    for version in rows(Version):
        assert version.hash == Version.hash_of(Graph.from_json(version.graph)), (
            f"R10: version {version.id} has changed"
        )


def check_messages(runs, messages):
    by_run = {run.id: run for run in runs}
    assert all(count == 1 for count in Counter(message.key for message in messages).values()), "M1"
    for message in messages:
        assert message.state in MESSAGE_STATES, f"M1: message {message.id} is {message.state}"
        if message.state in ("sent", "unknown"):
            assert message.gate_at, f"M2: message {message.id} is {message.state} without a gate"
        if message.state in ("prepared", "skipped", "cancelled"):
            assert message.gate_at is None, (
                f"M2: message {message.id} passed the gate, and is {message.state}"
            )
        assert (message.sent_at is not None) == (message.state == "sent"), f"M2: message {message.id}"
        if message.state == "handing":
            assert message.lease_until > clock.real() - timedelta(seconds=10), f"M3: message {message.id}"
        assert message.epoch == by_run[message.run_id].epoch, f"M4: message {message.id} of another epoch"


def check_gate(messages):
    flows = {flow.id: flow for flow in rows(Flow)}
    runs = {run.id: run for run in rows(Run)}
    suppressed = {(row.shop_id, row.address): row for row in rows(Suppression)}
    from app.models import Customer
    from app.models.suppressions import digest

    people = {person.id: person for person in rows(Customer)}
    for message in messages:
        if message.gate_at is None:
            continue
        run, flow, person = runs[message.run_id], flows[message.flow_id], people[message.customer_id]
        if flow.epoch > message.epoch:
            ended = run.ended_at if run.status == "cancelled" else flow.updated_at
            assert message.gate_at <= max(ended, flow.updated_at), (
                f"M5: message {message.id} after the switch-off"
            )
        if message.audience == "customer":
            assert not message.latest_at or message.gate_at <= message.latest_at, (
                f"M5: message {message.id} came too late"
            )
            said_no = suppressed.get((message.shop_id, digest(message.shop_id, person.email or "")))
            heard = said_no and (said_no.reason in HARD or message.topic != "order")
            assert not heard or message.gate_at <= said_no.created_at, f"M5: message {message.id} after a no"


def check_pressure(messages):
    """M6: the cap holds over any window."""
    gates = defaultdict(list)
    for message in messages:
        if message.gate_at and message.audience == "customer" and message.topic != "order":
            gates[message.shop_id, message.customer_id].append(message.gate_at)
    for (shop_id, customer_id), times in gates.items():
        policy = Policy.of(shop_id)
        if policy.most_messages:
            times.sort()
            for first, last in zip(times, times[policy.most_messages :], strict=False):
                assert last - first >= policy.cap_window, f"M6: customer {customer_id} got too many"


def check_wishes(messages):
    """M8: from a no until a later yes, no marketing message to its owner passes a gate."""
    answers = defaultdict(list)
    for answer in db.session.scalars(select(Consent).order_by(Consent.at, Consent.id)):
        answers[answer.customer_id].append(answer)
    for message in messages:
        if message.gate_at and message.audience == "customer" and message.topic != "order":
            before = [each for each in answers[message.customer_id] if each.at < message.gate_at]
            said_no = bool(before) and before[-1].state == "unsubscribed"
            assert not said_no, f"M8: message {message.id} left after its reader had said no"


def check_codes(messages):
    shown = {message.run_id for message in messages if message.gate_at}
    seen = Counter((code.run_id, code.visit) for code in rows(Code) if code.run_id)
    assert all(count == 1 for count in seen.values()), "C1: two codes of one visit"
    for code, personal in db.session.execute(
        select(Code, Coupon.personal).join(Coupon, Coupon.id == Code.coupon_id)
    ):
        if personal and code.run_id and code.state in ("issued", "used"):
            assert code.run_id in shown, f"C3: code {code.id} was issued without a message"


def check_mails(messages, mails):
    ours = {message.mail_id: message for message in messages}
    ids = Counter(mail["Message-ID"].strip("<>") for _to, mail in mails)
    assert all(count == 1 for count in ids.values()), f"M7: a mail was accepted twice: {ids}"
    asked = {marks.mail_id(f"confirmation:{each.id}", each.shop_id) for each in rows(Confirmation)}
    asked |= {marks.mail_id(f"notice:{each.id}", each.shop_id) for each in rows(StaffNotice) if each.mail}
    mails = [(to, mail) for to, mail in mails if mail["Message-ID"].strip("<>") not in asked]
    ids = ids.keys() - asked
    for id in ids:
        assert ours[id].state in ("sent", "unknown", "handing"), f"M7: accepted, but {ours[id].state}"
    for message in messages:
        assert message.state != "sent" or message.channel != "email" or message.mail_id in ids, (
            f"M7: message {message.id} is sent, but nobody has it"
        )
    for to, mail in mails:
        assert len(to) == 1, "M9: one recipient a mail"
        if ours[mail["Message-ID"].strip("<>")].audience == "customer":
            assert (
                mail["List-Unsubscribe"] and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            ), "M9"
