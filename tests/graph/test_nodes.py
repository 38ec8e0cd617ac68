"""Each kind: what it does, when, and what its card and its sentence say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graph.catalogue import GROUPS, KINDS, UnknownKind, group, kind, triggers
from graph.effects import (
    CallWebhook,
    GrantOffer,
    IssueCoupon,
    NotifyStaff,
    SendChat,
    SendMessage,
    TagCustomer,
)
from graph.facts import Customer, Event
from graph.kind import Go, NodeKind, Stop, Sweep, Wait, WaitFor
from graph.problem import References
from graph.words import Names, say
from tests.graph.build import HOUR, NOON, OVER_50, facts, long, node, opened, rules, visit

PARIS = facts(customer=Customer(1, zone="Europe/Paris"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestTriggers:
    @pytest.mark.parametrize(
        ("name", "event", "subject", "key"),
        [
            ("cart_abandoned", "cart.abandoned", "cart", "cart"),
            ("checkout_abandoned", "checkout.abandoned", "checkout", "cart"),
            ("product_abandoned", "product.abandoned", "view", "product"),
            ("days_since_order", "customer.lapsed", "order", "order"),
        ],
    )
    def test_silence_is_swept_for_and_matches_its_own_length_only(
        self, name: str, event: str, subject: str, key: str
    ) -> None:
        trigger, settings = _trigger(name), {"after": long(2, "days")}
        assert trigger.sweep(settings) == Sweep(subject, timedelta(days=2))
        swept = Event(event, NOON, {"after": 172_800, key: "k7"})
        assert trigger.matches(settings, swept)
        assert trigger.entry_key(swept) == "k7"
        assert not trigger.matches(settings, Event(event, NOON, {"after": 3600}))
        assert not trigger.matches(settings, Event(event, NOON))
        assert not trigger.matches(settings, Event("cart.updated", NOON, {"after": 172_800}))

    @pytest.mark.rule("REPLY-04")
    def test_any_order_or_a_paid_one_only(self) -> None:
        trigger, placed, paid = (
            _trigger("order_placed"),
            Event("order.placed", NOON),
            Event("order.paid", NOON),
        )
        assert trigger.matches({"moment": "order.placed", "scope": "all"}, placed)
        assert not trigger.matches({"moment": "order.placed", "scope": "all"}, paid)
        assert trigger.matches({"moment": "order.paid", "scope": "all"}, paid)

    @pytest.mark.rule("REPLY-05")
    def test_one_chosen_product_in_the_order_is_enough(self) -> None:
        trigger, chosen = (
            _trigger("order_placed"),
            {"moment": "order.placed", "scope": "chosen", "products": ["p1", "p2"]},
        )
        assert trigger.matches(chosen, Event("order.placed", NOON, {"products": ["p9", "p2"]}))
        assert not trigger.matches(chosen, Event("order.placed", NOON, {"products": ["p9"]}))
        assert not trigger.matches(chosen, Event("order.placed", NOON))

    def test_an_order_enters_once_and_a_consent_each_time(self) -> None:
        assert _trigger("order_placed").entry_key(Event("order.placed", NOON, {"order": "1001"})) == "1001"
        assert (
            _trigger("customer_subscribed").entry_key(Event("customer.subscribed", NOON)) == NOON.isoformat()
        )
        assert _trigger("customer_subscribed").sweep({}) is None

    def test_the_step_remembers_what_began_the_run(self) -> None:
        assert visit("cart_abandoned", {}) == Go(
            "next", saw={"event": "cart.abandoned", "at": NOON.isoformat()}
        )


def _trigger(name: str) -> Any:
    return next(trigger for trigger in triggers() if trigger.name == name)


class TestWait:
    def until(self, since: str, **settings: Any) -> datetime:
        outcome = visit("wait", settings, PARIS, at(since))
        assert isinstance(outcome, Wait)
        return outcome.until

    @pytest.mark.rule("REPLY-07")
    def test_hours_are_hours_even_in_the_short_night(self) -> None:
        assert self.until("2027-03-27T23:30", duration=long(2, "hours")) == at("2027-03-28T01:30")
        assert self.until("2027-03-27T12:00", duration=long(1, "days")) == at("2027-03-28T12:00")

    def test_daytime_lets_nobody_out_at_night(self) -> None:
        assert self.until("2026-11-21T18:30", duration=long(2, "hours"), ending="daytime") == at(
            "2026-11-22T08:00"
        )
        assert self.until("2026-11-21T10:00", duration=long(2, "hours"), ending="daytime") == at(
            "2026-11-21T12:00"
        )

    def test_hours_of_ones_own_may_pass_midnight(self) -> None:
        hours = {"duration": long(1, "hours"), "ending": "hours", "opens": "22:00", "closes": "02:00"}
        assert self.until("2026-11-21T12:00", **hours) == at("2026-11-21T21:00")
        assert self.until("2026-11-21T23:00", **hours) == at("2026-11-22T00:00")

    def test_days_at_a_time_are_days_of_the_calendar(self) -> None:
        assert self.until("2027-03-27T20:00", duration=long(1, "days"), ending="at", at="09:00") == at(
            "2027-03-28T07:00"
        )
        assert self.until("2027-03-27T20:00", duration=long(1, "days"), ending="at", at="02:30") == at(
            "2027-03-28T01:00"
        )

    def test_hours_at_a_time_are_the_first_such_time_after_them(self) -> None:
        assert self.until("2026-11-21T08:30", duration=long(2, "hours"), ending="at", at="10:00") == at(
            "2026-11-22T09:00"
        )

    def test_a_customer_without_a_zone_lives_in_the_shop_s(self) -> None:
        shop = facts(customer=Customer(1), zone="America/New_York")
        outcome = visit(
            "wait", {"duration": long(1, "hours"), "ending": "daytime"}, shop, at("2026-11-21T05:00")
        )
        assert isinstance(outcome, Wait)
        assert outcome.until == at("2026-11-21T14:00")
        assert outcome.rule["zone"] == "America/New_York"


class TestWaitUntil:
    def until(self, now: str, **settings: Any) -> datetime:
        outcome = visit("wait_until", settings, PARIS, at(now))
        assert isinstance(outcome, Wait)
        return outcome.until

    def test_today_if_it_is_still_to_come_else_tomorrow(self) -> None:
        assert self.until("2026-11-21T07:00", at="09:00") == at("2026-11-21T08:00")
        assert self.until("2026-11-21T08:01", at="09:00") == at("2026-11-22T08:00")

    def test_exactly_then_means_at_once(self) -> None:
        assert self.until("2026-11-21T08:00", at="09:00") == at("2026-11-21T08:00")

    def test_only_on_the_chosen_days(self) -> None:
        assert self.until("2026-11-21T12:00", at="09:00", days=[1]) == at("2026-11-24T08:00")

    def test_the_odd_nights(self) -> None:
        assert self.until("2027-03-27T12:00", at="02:30") == at("2027-03-28T01:00")
        assert self.until("2027-10-30T12:00", at="02:30") == at("2027-10-31T00:30")


class TestWaitFor:
    def test_it_rests_until_the_event_or_the_limit(self) -> None:
        settings = {"event": "order.paid", "at_most": long(3, "hours")}
        assert visit("wait_for", settings) == WaitFor(("order.paid",), NOON + 3 * HOUR)

    def test_what_was_read_already_need_not_be_waited_for(self) -> None:
        read = facts(messages=(opened(NOON - HOUR),))
        outcome = visit("wait_for", {"event": "message.opened", "at_most": long(1, "days")}, read)
        assert isinstance(outcome, Go)
        assert outcome.port == "happened"

    def test_only_the_last_message_counts(self) -> None:
        read = facts(messages=(opened(NOON - HOUR), opened(None)))
        assert isinstance(
            visit("wait_for", {"event": "message.opened", "at_most": long(1, "days")}, read), WaitFor
        )


class TestDeciding:
    def test_a_condition_goes_by_its_answer(self) -> None:
        assert visit("condition", {"rules": OVER_50}).port == "yes"
        assert visit("condition", {"rules": rules(("cart.total", "over", 9999))}).port == "no"

    def test_a_condition_reads_only_what_its_rules_ask(self) -> None:
        asked = {"rules": rules(("order.total", "over", 1), ("since.ordered", "yes", None))}
        assert kind("condition").needs(asked) == {"order"}
        assert kind("condition").watches(asked) == {"order.placed"}
        assert kind("condition").needs({"rules": None}) == frozenset()

    @pytest.mark.parametrize(("drawn", "port"), [(0.0, "a"), (0.299, "a"), (0.3, "b"), (0.999, "b")])
    def test_a_split_goes_by_chance_and_its_share(self, drawn: float, port: str) -> None:
        assert visit("split", {"share": 30}, chance=lambda _key: drawn).port == port

    def test_a_split_asks_chance_by_its_own_id(self) -> None:
        asked: list[str] = []
        visit("split", {}, chance=lambda key: asked.append(key) or 0.5)  # type: ignore[func-returns-value]
        assert asked == ["n"]


class TestDoing:
    @pytest.mark.parametrize(
        ("name", "settings", "effect"),
        [
            ("send_email", {"email": 7}, SendMessage("n", 7, "news")),
            ("give_coupon", {"coupon": 5}, IssueCoupon("n", 5)),
            ("tag", {"tag": "tea"}, TagCustomer("n", "tea", True)),
            ("tag", {"tag": "tea", "change": "remove"}, TagCustomer("n", "tea", False)),
            ("notify_staff", {"text": "Call them"}, NotifyStaff("n", "Call them", "both")),
            ("notify_staff", {"text": "Call them", "by": "app"}, NotifyStaff("n", "Call them", "app")),
            ("send_chat", {"text": "Hi", "topic": "order"}, SendChat("n", "Hi", "order")),
            (
                "call_webhook",
                {"url": "https://a.example", "text": None},
                CallWebhook("n", "https://a.example", ""),
            ),
        ],
    )
    def test_an_action_asks_for_one_effect_and_goes_on(
        self, name: str, settings: dict[str, Any], effect: Any
    ) -> None:
        outcome = visit(name, settings)
        assert isinstance(outcome, Go)
        assert (outcome.port, outcome.effects) == ("next", (effect,))

    def test_an_offer_keeps_its_code_before_it_is_granted(self) -> None:
        outcome = visit("grant_offer", {"coupon": 5, "title": "For you", "text": None, "image": None})
        assert isinstance(outcome, Go)
        assert outcome.effects == (IssueCoupon("n", 5), GrantOffer("n", "For you"))

    @pytest.mark.parametrize(
        "address", ["till.example", "ftp://a.example", "https://a b", "https://", "https://u@a.example"]
    )
    def test_an_address_that_is_none_is_said(self, address: str) -> None:
        told = node("call", "call_webhook", url=address)
        assert [each.field for each in kind("call_webhook").problems(told, References())] == ["url"]

    def test_an_end_stops(self) -> None:
        assert visit("end", {}) == Stop("end")
        assert kind("end").ports({}) == ()


@pytest.mark.parametrize("each", KINDS, ids=lambda each: each.name)
class TestEveryKind:
    def test_it_introduces_itself(self, each: NodeKind) -> None:
        assert each.title
        assert each.short
        assert each.description.endswith(".")
        assert each.icon
        assert each.group in dict(GROUPS)

    def test_it_can_be_told_while_nothing_is_filled_in(self, each: NodeKind) -> None:
        assert say(each.card({}, Names()).title)
        assert say(each.sentence({}, Names()))
        assert isinstance(each.ports({}), tuple)

    def test_it_asks_for_what_is_missing_and_for_nothing_else(self, each: NodeKind) -> None:
        found = list(each.problems(node("n", each.name), References()))
        assert {problem.field for problem in found} == {
            field.name
            for field in each.fields
            if field.required and field.blank(field.default) and field.applies(each.defaults())
        }
        assert all(say(problem.words).endswith(".") for problem in found)

    def test_a_branch_has_a_word_and_an_icon(self, each: NodeKind) -> None:
        ports = each.ports(each.defaults())
        assert len(ports) == 1 or all(port.title and port.icon for port in ports)


def test_an_unknown_kind_suggests_the_nearest() -> None:
    with pytest.raises(UnknownKind, match="“cart_abandoned”"):
        kind("cart_abandonned")
    with pytest.raises(UnknownKind):
        kind("💣" * 500)


def test_the_palette_holds_every_kind_once() -> None:
    assert [each for name, _title in GROUPS for each in group(name)] == list(KINDS)
    assert len({each.name for each in KINDS}) == len(KINDS)
    assert [each.name for each in triggers()] == [each.name for each in group("trigger")]
