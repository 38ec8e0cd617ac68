"""Every failure a person can act on is on a screen, in a sentence, with what helps; and pressing it does that once."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from app import clock, reasons
from app.extensions import db
from app.models import (
    ChannelTrouble,
    Flow,
    Heartbeat,
    Run,
    User,
)
from app.unit import unit
from app.views.concerns import KINDS
from tests.app.browsing import a_browser, words
from tests.app.rows import a_flow, a_message, kept
from tests.app.standing import (
    LONG_AGO,
    a_bad_delivery,
    a_channel_in_trouble,
    a_clock_that_jumped,
    a_failed_call,
    a_failed_message,
    a_late_run,
    a_nameless_shop,
    a_paused_flow,
    a_restored_flow,
    a_silent_engine,
    a_stuck_run,
    an_unreadable_flow,
    an_unsure_message,
    many_mails_that_came_back,
    status,
    the_page_of,
)

ROOT = Path(__file__).resolve().parents[2]
LONG_AGO = timedelta(hours=2)


@pytest.fixture
def engine(app):
    kept(Heartbeat(name="worker:here:1", seen_at=clock.real()))
    db.session.commit()


ONE_OF_EACH = {
    "engine": (a_silent_engine, "Nothing is being sent: no worker is running."),
    "clock": (a_clock_that_jumped, "It goes on by itself when the clock comes back, or in 4 minutes."),
    "restored": (a_restored_flow, "“Bring back a cart” is held: a backup was put back"),
    "channel": (a_channel_in_trouble, "It said: 535 no"),
    "unreadable": (an_unreadable_flow, "“Bring back a cart” cannot work as it is drawn"),
    "parked": (
        a_stuck_run,
        "1 person is stuck in “Bring back a cart” A step could not be carried out: KeyError",
    ),
    "delivery": (a_bad_delivery, "could not be read It said: customer.email: field required"),
    "late": (a_late_run, "1 people should have moved on by now"),
    "paused": (a_paused_flow, "“Bring back a cart” is paused coupon ended"),
    "sender": (a_nameless_shop, "your sender’s address is not filled in yet"),
    "unknown": (an_unsure_message, "“Your cart” of “Bring back a cart” may or may not have arrived"),
    "failed": (
        a_failed_message,
        "1 e-mail of “Bring back a cart” was not sent The e-mail could not be written",
    ),
    "call": (a_failed_call, "could not tell another system of 1 customer"),
    "returned": (many_mails_that_came_back, "10 of 10 e-mails came back in the last 7 days"),
}


def test_there_is_one_of_each_kind_here():
    assert set(ONE_OF_EACH) == set(KINDS)


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_each_kind_of_standstill_is_told_in_a_sentence(owner, shop, engine, kind):
    plant, sentence = ONE_OF_EACH[kind]
    unit(lambda: plant(db.session.merge(shop)) and None)
    page = owner.get("/status")
    assert the_page_of(kind) in page.text and sentence in words(page)
    assert [other for other in KINDS if the_page_of(other) in page.text] == [kind]


def test_when_all_is_well_the_page_says_so(owner, engine):
    db.session.commit()
    assert "All is well" in status(owner)


def test_the_worst_stands_first(owner, shop):
    unit(lambda: [plant(db.session.merge(shop)) for plant, _said in ONE_OF_EACH.values()] and None)
    page = owner.get("/status").text
    places = [page.index(the_page_of(kind)) for kind in KINDS if the_page_of(kind) in page]
    assert places == sorted(places) and len(places) >= len(KINDS) - 1


# S5: what the code can fail with, and where a person sees it


def failures_in_the_code():
    """The reasons with which the engine closes a message as failed, as its sources name them."""
    named = set()
    for source in (ROOT / "workers").rglob("*.py"):
        for call in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name | ast.Attribute):
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                texts = [
                    each.value
                    for each in call.args
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                ]
                named |= (
                    set(texts) - {"failed", "skipped"}
                    if name in ("Unwritable",) or "failed" in texts
                    else set()
                )
    return {reason for reason in named if reason in reasons.MESSAGES}


# Nobody of the shop can act on these, or they are told elsewhere: the step says so, or it is the customer's affair.
ELSEWHERE = {"address", "erased", "coupon", "sender", "no_staff_address"}


def test_the_code_fails_in_ways_that_are_known_here():
    assert {"wording", "email_gone", "gave_up"} <= failures_in_the_code()


@pytest.mark.parametrize("reason", sorted(failures_in_the_code() - ELSEWHERE | {"server_failed"}))
def test_every_way_in_which_a_message_fails_is_on_the_page(owner, shop, engine, reason):
    unit(lambda: a_failed_message(db.session.merge(shop), reason) and None)
    assert reasons.why(reason) in status(owner)


@pytest.mark.parametrize("reason", sorted(reasons.PAUSES))
def test_every_reason_of_a_pause_is_on_the_page(owner, shop, engine, reason):
    unit(lambda: a_flow(db.session.merge(shop), status="paused", paused_reason=reason) and None)
    page = status(owner)
    assert reasons.why_paused(reason) in page or (reason == "restored" and "a backup was put back" in page)


@pytest.mark.parametrize("trouble", ["login", "sender", "unreachable"])
def test_every_trouble_of_a_channel_is_on_the_page(owner, shop, engine, trouble):
    told = {"trouble": trouble, "said": "no", "retry_at": clock.real()}
    unit(lambda: ChannelTrouble.note(shop.id, "email", clock.real(), **told))
    assert "E-mails wait: the mail server does not take them" in status(owner)


def test_an_address_that_does_not_exist_is_nobodys_task(owner, shop, engine):
    unit(lambda: a_failed_message(db.session.merge(shop), "address") and None)
    assert "All is well" in status(owner)


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_the_page_is_there_in_both_languages(app, shop, locale):
    for plant, _said in ONE_OF_EACH.values():
        plant(shop)
    assert a_browser(app, shop, locale).get("/status").status_code == 200


def test_home_leads_there(owner, shop):
    a_restored_flow(shop)
    a_bad_delivery(shop)
    db.session.commit()
    page = owner.get("/home")
    assert 'href="/status"' in page.text and "A backup was put back." in words(page)
    assert db.session.scalar(db.select(Flow.status)) == "paused"


@pytest.mark.parametrize(
    ("plant", "sentence"),
    [
        (a_silent_engine, "Nothing is being sent"),
        (a_channel_in_trouble, "the mail server does not take them"),
        (an_unsure_message, "Of 1 mail we do not know whether it arrived"),
        (a_failed_message, "1 e-mail was not sent and can be sent again"),
        (a_failed_call, "Another system did not take the news of 1 customer"),
        (many_mails_that_came_back, "10 of 10 e-mails came back"),
    ],
)
def test_home_says_which_trouble_there_is_with_e_mails(owner, shop, engine, plant, sentence):
    db.session.commit()
    assert sentence not in words(owner.get("/home"))
    unit(lambda: db.session.execute(db.delete(Heartbeat)) and None)
    unit(lambda: plant(db.session.merge(shop)) and None)
    assert sentence in words(owner.get("/home"))


def test_a_few_mails_that_came_back_are_nobodys_trouble(owner, shop, engine):
    def a_good_week(mine):
        many_mails_that_came_back(mine)
        run = db.session.scalars(db.select(Run)).one()
        for _each in range(190):
            a_message(run, clock.real())

    unit(lambda: a_good_week(db.session.merge(shop)) and None)
    assert "All is well" in status(owner) and "came back" not in words(owner.get("/home"))


def test_an_owner_reads_in_plain_words_what_it_all_rests_on(owner):
    unit(lambda: db.session.execute(db.update(User).values(is_owner=True)))
    page = words(owner.get("/status"))
    for plain, technical in (
        ("Who does the automations’ work", "workers"),
        ("What passes news on at once", "broker"),
    ):
        assert f"{plain} {technical}" in page
    assert "Broker" not in page and "Heartbeat" not in page
