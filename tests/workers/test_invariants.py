"""The checker of the promises is itself checked: each violation is planted, and seen."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.extensions import db
from app.models import Run
from app.models.suppressions import digest
from app.unit import unit
from tests.workers.invariants import Accepted, Off, Seen, violations, witness
from tests.workers.world import LEFT, SEND, WAIT

PAST, FUTURE = "2020-01-01 00:00:00", "2035-01-01 00:00:00"


@pytest.fixture
def played(world):
    """A shop whose first reminder was sent with a code, and whose second waits; and what its mail server saw."""
    gift = ("give_coupon", {"coupon": world.coupon()})
    world.flow(LEFT, gift, SEND(world), WAIT(2), SEND(world), settings={"goal": ["order.placed"]})
    world.cart()
    world.skip(minutes=31)
    world.work()
    assert world.run.status == "waiting" and world.message.state == "sent"
    return world


def accepted(world):
    return [Accepted.of(*mail) for mail in world.sink.mails]


def found(world, plant=(), **seen):
    """What the checker says of the rows with something planted in them, which is taken out again."""
    db.session.rollback()
    try:
        for statement in [plant] if isinstance(plant, str) else plant:
            db.session.execute(text(statement))
        told = {"mails": accepted(world)} | seen
        return sorted({each.partition(":")[0] for each in violations(Seen(**told))})
    finally:
        db.session.rollback()


@pytest.fixture(autouse=True)
def _no_witness_is_left(each_database):
    yield
    db.session.rollback()
    witness.remove()


def test_nothing_is_found_where_all_is_well(played):
    assert found(played) == []
    assert found(played, settled=False, most_unknown=0, marks={played.shop.id: "x"}) == []


ROWS = {
    "R1": "UPDATE run SET ended_at = started_at",
    "R2": f"UPDATE run SET status = 'leased', lease_until = '{PAST}'",
    "R4": "UPDATE event SET enrolled_at = NULL",
    "R6": "UPDATE step SET node = 'n3' WHERE visit = 1",
    "R7": f"UPDATE run SET status = 'done', reason = 'end', ended_at = started_at, wake_at = '{FUTURE}'",
    "R8": "UPDATE run SET attempts = 4, token = 2",
    "R9": "UPDATE run SET status = 'parked', error = ''",
    "R10": "UPDATE version SET hash = 'another'",
    "M2": "UPDATE message SET gate_at = NULL",
    "M3": f"UPDATE message SET state = 'handing', sent_at = NULL, lease_until = '{PAST}'",
    "M4": "UPDATE message SET epoch = 7",
    "C3": "UPDATE message SET state = 'skipped', gate_at = NULL, sent_at = NULL",
}


def test_each_row_that_breaks_a_promise_is_seen(played):
    assert [promise for promise, row in ROWS.items() if promise not in found(played, row)] == []


def test_a_path_with_a_gap_or_from_the_wrong_beginning_is_seen(played):
    assert "R6" in found(played, "DELETE FROM step WHERE visit = 1")
    assert "R6" in found(played, "UPDATE run SET visit = 9")


def test_a_wait_that_ended_early_is_seen(played):
    early = """UPDATE step SET saw = '{"until": "2035-01-01T00:00:00+00:00"}' WHERE visit = 0"""
    assert "R11" in found(played, early)


def test_a_run_that_was_forgotten_is_seen_once_all_has_settled(played):
    late = f"UPDATE run SET wake_at = '{PAST}'"
    assert "R3" not in found(played, late)
    assert "R3" in found(played, late, settled=True)


def test_an_event_that_left_no_trace_is_seen(played):
    unmatched = "UPDATE run SET event_id = (SELECT min(id) FROM event), entry_key = 'another'"
    assert "R4" in found(played, unmatched)


def test_a_delivery_that_was_accepted_and_lost_is_seen(played):
    assert found(played, deliveries={played.shop.id: {"never came"}}) == ["R4"]


def test_a_mail_accepted_twice_or_by_nobody_or_never_is_seen(played):
    mail = accepted(played)[0]
    assert found(played, mails=[mail, mail]) == ["M7"]
    assert found(played, mails=[mail, dataclasses.replace(mail, id="strange@example.com")]) == ["M7"]
    assert found(played, mails=[]) == ["M7"]


def test_a_mail_that_arrived_of_a_message_that_did_not_leave_is_seen(played):
    assert "M7" in found(played, "UPDATE message SET state = 'cancelled', gate_at = NULL, sent_at = NULL")


def test_more_doubt_than_faults_is_seen(played):
    doubt = "UPDATE message SET state = 'unknown', sent_at = NULL"
    assert found(played, doubt, most_unknown=1) == []
    assert found(played, doubt, most_unknown=0) == ["M7"]


def test_a_mail_to_two_or_without_a_way_out_or_with_anothers_words_is_seen(played):
    mail = accepted(played)[0]
    for change in ({"to": ("a@b.c", "d@e.f")}, {"unsubscribe": ""}, {"post": "no"}, {"marks": ("another",)}):
        odd = dataclasses.replace(mail, **change)
        assert found(played, mails=[odd], marks={played.shop.id: "mine"}) == ["M9"]


def test_a_gate_after_any_end_is_seen(played):
    assert "M5" in found(played, f"UPDATE flow SET epoch = 1, updated_at = '{PAST}'")
    assert "M5" in found(played, f"UPDATE message SET latest_at = '{PAST}'")
    assert "M5" in found(played, f"UPDATE customer SET erased_at = '{PAST}'")


def test_a_gate_after_the_address_was_given_up_is_seen(played):
    gone = {"shop": played.shop.id, "address": digest(played.shop.id, "ada@example.com")}
    values = "'{address}', 'bounced', '" + PAST + "'"
    given_up = (
        "INSERT INTO suppression (shop_id, address, reason, created_at) VALUES ({shop}, " + values + ")"
    )
    assert "M5" in found(played, given_up.format(**gone))


def copied(table, **changed):
    """SQL: every row of a table once more, with other values in these columns."""
    names = [column.name for column in db.metadata.tables[table].columns]
    values = ", ".join(changed.get(name, name) for name in names)
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table}"


def test_a_second_entry_where_one_at_a_time_is_wanted_is_seen(played):
    again = copied("run", id="id + 1", entry_key="'another'", code_id="NULL")
    # A hash of its own: plans are kept by hash, for as long as the process lives.
    wanted = (
        "UPDATE version SET hash = 'one at a time', "
        "graph = replace(CAST(graph AS TEXT), 'per_key', 'not_while_active')"
    )
    if db.engine.dialect.name == "postgresql":
        wanted = wanted.replace("'not_while_active')", "'not_while_active')::json")
    assert "R5" not in found(played, again)
    assert "R5" in found(played, [again, wanted])


def test_a_gate_after_the_goal_was_known_is_seen(played):
    played.order()
    played._enrol(played.shop.id)
    played.skip(hours=3)
    late = f"UPDATE message SET gate_at = '{FUTURE}'"
    assert "M5" in found(played, late)


def test_a_gate_after_a_no_is_seen(played):
    no = (
        "INSERT INTO consent (shop_id, customer_id, state, source, wording, at) "
        f"SELECT shop_id, id, 'unsubscribed', 'link', '', '{PAST}' FROM customer"
    )
    assert "M8" in found(played, no)
    answered = played.now + timedelta(days=1)  # only then was it answered
    assert "M8" not in found(played, no, said_no={played.customer().id: answered})


def test_mails_that_arrive_after_the_answer_to_a_switch_off_are_seen(played):
    flow, now = played.run.flow_id, played.now
    late = [dataclasses.replace(mail, at=2.0) for mail in accepted(played)]
    assert found(played, mails=late, switched=[Off(flow, 1, now, 1.0, handed_over=1)]) == []
    assert found(played, mails=late, switched=[Off(flow, 1, now, 1.0, handed_over=0)]) == ["M8"]


def test_more_than_the_cap_within_its_window_is_seen(played):
    capped = (
        "INSERT INTO policy (shop_id, double_opt_in, most_messages, most_days, soft_bounces, click_days, count_opens, "
        f"count_clicks, hook_turn) VALUES ({played.shop.id}, false, 1, 7, 3, 5, true, true, 0)"
    )
    again = copied(
        "message", id="id + 1", key="'another'", mail_id="'another@example.com'", visit="visit + 1"
    )
    assert "M6" in found(played, [capped, again])


def test_a_code_used_more_often_than_it_may_be_is_seen(played):
    assert "C2" in found(played, "UPDATE code SET uses = 2")


def test_a_reference_across_shops_is_seen(played):
    """Constraints refuse most; the few tables that name each other have none."""
    other = "(SELECT max(id) FROM shop)"
    strange = [copied("shop", id="id + 1"), copied("email", id="id + 1", shop_id=other)]
    refer = "UPDATE message SET email_id = (SELECT max(id) FROM email)"
    assert found(played, strange) == []
    assert found(played, [*strange, refer]) == ["S1"]


def test_too_many_hints_are_seen(played):
    assert found(played, hints={"enrol": 1, "advance": 1}) == []
    assert found(played, hints={"deliver": 2}) == ["S3"]


def test_an_address_or_a_secret_in_a_log_is_seen(played, tmp_path):
    log = tmp_path / "worker.log"
    log.write_text("message 5 was handed over\n")
    assert found(played, logs=tmp_path, secrets=("hush",)) == []
    log.write_text("it went to ada@example.com\n")
    assert found(played, logs=tmp_path) == ["S4"]
    log.write_text("the key is hush\n")
    assert found(played, logs=tmp_path, secrets=("hush",)) == ["S4"]


def test_a_failure_on_no_screen_is_seen(played):
    stuck = "UPDATE run SET status = 'parked', error = 'KeyError'"
    assert found(played, stuck, shown={played.shop.id: "All is well"}) == ["S5"]
    assert found(played, stuck, shown={played.shop.id: '<li data-kind="parked">'}) == []


def test_the_witness_sees_what_the_end_cannot_show(played):
    witness.install()
    run, message = played.run.id, played.message.id
    unit(lambda: db.session.execute(text(f"UPDATE run SET token = token + 5 WHERE id = {run}")))
    unit(lambda: db.session.execute(text(f"UPDATE message SET reply = 'again' WHERE id = {message}")))
    assert found(played) == []
    assert found(played, "UPDATE run SET token = token - 1") == ["R8"]
    ended = f"UPDATE run SET status = 'done', ended_at = '{PAST}', wake_at = NULL"
    assert found(played, [ended, "UPDATE run SET status = 'ready', ended_at = NULL"]) == ["R7"]
    assert found(played, ["UPDATE message SET state = 'prepared'", "UPDATE message SET state = 'sent'"]) == [
        "M1"
    ]
    hash = "UPDATE version SET hash = '{}'"
    before = played.all(Run)[0].version_id
    kept = db.session.execute(text(f"SELECT hash FROM version WHERE id = {before}")).scalar()
    assert found(played, [hash.format("x"), hash.format(kept)]) == ["R10"]


def test_late_evidence_may_mend_what_nobody_knew(played):
    unit(lambda: db.session.execute(text("UPDATE message SET state = 'unknown', sent_at = NULL")))
    witness.install()
    assert found(played, "UPDATE message SET state = 'sent', sent_at = gate_at") == []
    assert "M1" in found(played, "UPDATE message SET state = 'prepared', gate_at = NULL")
