"""The engine against a model: random flows, random orders of events, and after each the same people at the same places.

The model is `model.py`: it shares no line with the interpreter, the enrolment or the gate. In the ordinary run the
examples are few and the same each time; `--hypothesis-profile=deep` tries others, many more.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app import clock
from app.extensions import db
from app.models import Code, Customer, CustomerTag, Event, Flow, Message, Refusal, Run, Step
from app.unit import unit
from tests.workers.model import Happening, Model, Node, Version
from tests.workers.world import NOON, World
from workers import advance, deliver, enrol, heartbeat, intake, marks

PEOPLE = ("ada@example.com", "bea@example.com")
TAGS = ("red", "blue")
VISITS = ("checkout.started", "cart.updated")
PORTS = {"wait_for": ("happened", "timed_out"), "condition": ("yes", "no"), "split": ("a", "b")}
halves = st.integers(1, 4)  # half hours
TOLD = {
    "wait": halves,
    "wait_for": st.tuples(st.sampled_from((*VISITS, "order.placed")), halves),
    "condition": st.sampled_from(TAGS),
    "split": st.sampled_from((1, 30, 60, 99)),
    "send_email": st.none(),
    "give_coupon": st.none(),
    "tag": st.tuples(st.sampled_from(TAGS), st.booleans()),
}
RULES = ("unlimited", "once", "per_key", "not_while_active", "period")


@st.composite
def trees(draw, room=7):
    """A tree of at most so many steps."""
    kind = draw(st.sampled_from((*TOLD, "send_email", "wait", *["end"] * (room < 6)))) if room else "end"
    if kind == "end":
        return None
    ports = PORTS.get(kind, ("next",))
    return Node(kind, draw(TOLD[kind]), {port: draw(trees((room - 1) // len(ports))) for port in ports})


versions = st.builds(
    Version, trees(), st.sampled_from(RULES), st.sampled_from(("", "", "order.placed")),
    st.sampled_from(("", "customer.unsubscribed", "checkout.started")),
)  # fmt: skip
people, half_hours = st.sampled_from(PEOPLE), st.sampled_from((10, 30, 30, 60, 120))
late = st.sampled_from((0, 0, 0, 20, 70))
# What can happen, and how often: the verbs of Engine with what they are told.
ORDER = st.tuples(st.just("order"), people)
VISIT = st.tuples(st.just("visit"), people, st.sampled_from(VISITS), late)
TIME = st.tuples(st.just("time_passes"), half_hours)
RARE = st.one_of(
    st.tuples(st.just("unsubscribe"), people), st.tuples(st.just("publish"), versions), st.just(("off",)),
    st.just(("on",)), st.just(("tell_again",)), st.just(("a_worker_dies_with_what_it_claimed",)),
)  # fmt: skip
HAPPENINGS = st.one_of(ORDER, ORDER, VISIT, VISIT, TIME, TIME, TIME, RARE, RARE)


def a_setting(node, world):
    """What a node of the model says in the language of the graph."""
    length = {"amount": 30, "unit": "minutes"}
    match node.kind:
        case "wait":
            return {"duration": length | {"amount": 30 * node.told}, "ending": "any"}
        case "wait_for":
            return {"event": node.told[0], "at_most": length | {"amount": 30 * node.told[1]}}
        case "condition":
            asked = {"subject": "customer.tags", "operator": "has", "value": node.told}
            return {"rules": {"match": "all", "rules": [asked]}}
        case "split":
            return {"share": node.told}
        case "send_email":
            return {"email": world.email, "topic": "news"}
        case "give_coupon":
            return {"coupon": world.ten}
    return {"tag": node.told[0], "change": "add" if node.told[1] else "remove"}


def steps(node, id):
    """Yield (id, node) of a tree, from its first step on."""
    if node is not None:
        yield id, node
        for port, behind in node.ways.items():
            yield from steps(behind, id + port[0])


def graph(version, world):
    """A version of the model as a graph."""
    placed = {"moment": "order.placed", "scope": "all", "products": []}
    found = list(steps(version.first, "sn"))
    nodes = [("s", "order_placed", placed), *((id, node.kind, a_setting(node, world)) for id, node in found)]
    ways = [("s", "next", version.first), *((id, *way) for id, node in found for way in node.ways.items())]
    return {
        "format": 1,
        "nodes": [{"id": id, "kind": kind, "settings": told, "pin": None, "note": ""} for id, kind, told in nodes],
        "edges": [{"from": id, "port": port, "to": id + port[0]} for id, port, behind in ways if behind],
        "settings": {"audience": "everyone", "goal": [version.goal] if version.goal else [],
                     "exit": [version.exit] if version.exit else [],
                     "reentry": {"rule": version.reentry, "every": 3, "unit": "hours"}},
    }  # fmt: skip


class Engine(RuleBasedStateMachine):
    """The engine and its model, told the same."""

    def __init__(self, world):
        super().__init__()
        world.traveller.move_to(NOON)
        self.world, self.orders, self.last = World(world.app, world.sink, world.traveller), 0, None
        self.world.ten = self.world.coupon(days=None)
        self.shop = self.world.shop.id

    @initialize(version=versions, who=people)
    def begin(self, version, who):
        self.flow = self.world.flow(("order_placed", {}), on=False)
        self.model = Model([version], self.world.now, live=False)
        self._publish(version)
        self.on()
        self.order(who)

    @rule(happening=HAPPENINGS, far=st.sampled_from((0, 1, 2, 3, 3, 3, 3)))
    def then(self, happening, far):
        """Something happens, and the engine gets so far with what is due: nowhere, enrolled, advanced or delivered."""
        verb, *told = happening
        getattr(self, verb)(*told)
        self.work(far)

    def _publish(self, version):
        drawn = db.update(Flow).where(Flow.id == self.flow).values(draft=graph(version, self.world))
        unit(lambda: db.session.execute(drawn))
        assert unit(lambda: Flow.publish(self.shop, self.flow, self.world.now))

    # What people do

    def order(self, who):
        self.orders += 1
        token = f"o{self.orders}"
        self._told(Happening(who, "order.placed", self.world.now, f"order.placed:{token}"),
                   lambda: self.world.order(token, who, id=f"d{token}"))  # fmt: skip
        self.world.skip(seconds=1)  # nobody orders twice in one instant
        self.model.now = self.world.now

    def visit(self, who, name, ago):
        """Somebody shops; the shop may tell of it late."""
        self.orders += 1
        id, at = f"v{self.orders}", self.world.now - timedelta(minutes=ago)
        self._told(Happening(who, name, at, f"{name}:{id}"),
                   lambda: self.world.cart(f"c{who}", who, checkout=name == VISITS[0], id=id, at=at))  # fmt: skip

    def unsubscribe(self, who):
        at = self.world.now
        self._told(Happening(who, "customer.unsubscribed", at, f"no:{who}:{at}"),
                   lambda: self.world.tell("customer.unsubscribed", who, id=f"no:{who}:{at}"))  # fmt: skip

    def _told(self, happening, tell):
        self.model.told.append(happening)
        self.last = happening, tell
        tell()

    def tell_again(self):
        """The same delivery, once more."""
        if self.last:
            self.last[1]()

    def time_passes(self, minutes):
        self.world.skip(minutes=minutes)
        self.model.now = self.world.now

    def off(self):
        unit(lambda: Flow.switch_off(self.shop, self.flow, self.world.now))
        self.model.switch_off()

    def on(self):
        unit(lambda: Flow.switch_on(self.shop, self.flow, self.world.now))
        self.model.switch_on()

    def publish(self, version):
        self._publish(version)
        self.model.publish(version)

    # What the engine does

    def work(self, far):
        if far > 0:
            while intake.take_in(self.shop) or enrol.enrol(self.shop).events:
                pass
            self.model.enrol()
        if far > 1:
            for version in self._versions():
                while advance.advance(version).runs:
                    pass
            self.model.advance(self._chance)
        if far > 2:
            while deliver.deliver(self.shop):
                pass
            self.model.deliver()

    def a_worker_dies_with_what_it_claimed(self):
        real = clock.real() + advance.LEASE
        for version in self._versions():
            unit(lambda version=version: Run.claim(version, self.world.now, real, 500))
        unit(lambda: Message.claim(self.shop, self.world.now, real, 24))
        self.world.skip(seconds=30)
        self.model.now = self.world.now
        heartbeat.give_back()
        again = db.update(Run).where(Run.shop_id == self.shop, Run.status != "parked").values(attempts=0)
        unit(lambda: db.session.execute(again))  # how often they may die is told elsewhere

    def _versions(self):
        mine = db.select(Run.version_id).where(Run.shop_id == self.shop).distinct().order_by(Run.version_id)
        found = list(db.session.scalars(mine))
        db.session.rollback()
        return found

    def _chance(self, run, node):
        theirs = db.select(Run.id).join(Event, Event.id == Run.event_id)
        return marks.chance(db.session.scalars(theirs.where(
            Run.shop_id == self.shop, Event.key == run.began.key)).one())(node)  # fmt: skip

    # What there is to see

    @invariant()
    def they_agree(self):
        db.session.rollback()
        assert self._seen() == self._expected()
        db.session.rollback()

    def _seen(self):
        email = {id: email for id, email in self._rows(Customer.id, Customer.email)}
        keys = {id: key for id, key in self._rows(Event.id, Event.key)}
        runs = {row.id: row for row in self._rows(*Run.__table__.columns)}
        walked, sent, codes = ({id: [] for id in runs} for _sort in range(3))
        for step in sorted(self._rows(Step.run_id, Step.visit, Step.node, Step.port)):
            walked[step.run_id].append((step.node, step.port))
        for message in sorted(self._rows(Message.run_id, Message.visit, Message.state, Message.reason)):
            sent[message.run_id].append(tuple(message)[1:])
        for code in sorted(self._rows(Code.run_id, Code.visit, Code.state)):
            codes[code.run_id].append(tuple(code)[1:])
        return {
            "runs": {keys[run.event_id]: (run.status, run.reason, run.epoch, run.entry_key,
                     run.wait_until if run.status in ("ready", "waiting") else None, walked[id], sent[id], codes[id])
                     for id, run in runs.items()},
            "refusals": {keys[id]: reason for id, reason in self._rows(Refusal.event_id, Refusal.reason)},
            "tags": {(email[id], tag) for id, tag in self._rows(CustomerTag.customer_id, CustomerTag.tag)},
        }  # fmt: skip

    def _expected(self):
        return {
            "runs": {run.began.key: (run.status, run.reason, run.epoch, run.key, run.wake, run.steps,
                     [(each.visit, each.state, each.reason) for each in run.messages], sorted(run.codes.items()))
                     for run in self.model.runs},
            "refusals": self.model.refusals,
            "tags": {(who, tag) for who, tags in self.model.tags.items() for tag in tags},
        }  # fmt: skip

    def _rows(self, *columns):
        table = columns[0].class_ if hasattr(columns[0], "class_") else Run
        return db.session.execute(db.select(*columns).where(table.shop_id == self.shop))


def test_the_engine_does_what_the_model_expects(world):
    deep = settings.get_current_profile_name() == "deep"
    few = 25 if db.engine.dialect.name == "sqlite" else 4
    bounds = settings(
        max_examples=settings.default.max_examples if deep else few, stateful_step_count=50 if deep else 20,
        derandomize=not deep, deadline=None, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(lambda: Engine(world), settings=bounds)
