"""A second opinion on the engine: what a merchant would expect of a flow, in plain Python and a few dozen lines.

It knows neither the interpreter nor a table, and it moves one person at a time. A flow is a tree: each node has a
kind, what it was told, and one further node (or None, the end) behind each of its ways. Instants are arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

ACTIVE = ("ready", "waiting")
HALF_HOUR = timedelta(minutes=30)
PERIOD = timedelta(hours=3)  # of the re-entry rule that has one
Chance = Callable[["Run", str], float]


class Node(NamedTuple):
    """One step; `ways` leads from each port to what comes behind it. Its id is the way to it, a letter a turn."""

    kind: str
    told: Any
    ways: dict[str, Node | None]


class Version(NamedTuple):
    """What was published: the step behind the start, and the rules."""

    first: Node | None
    reentry: str
    goal: str
    exit: str


class Happening(NamedTuple):
    """What a shop told: about whom, when it happened, and the key under which it happens only once."""

    who: str
    name: str
    at: datetime
    key: str


@dataclass
class Message:
    """What a run wants sent."""

    visit: int
    state: str = "prepared"
    reason: str = ""


@dataclass(eq=False)
class Run:
    """One person's way through one version."""

    began: Happening
    version: int
    epoch: int
    key: str
    started_at: datetime
    node: Node | None = None
    id: str = "s"
    status: str = "ready"
    reason: str = ""
    since: datetime | None = None
    wake: datetime | None = None
    steps: list[tuple[str, str]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=dict)  # state, by visit
    fresh: bool = True  # begun in the batch that is just being enrolled

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    def end(self, status: str, reason: str) -> None:
        self.status, self.reason, self.wake = status, reason, None

    def forget_codes(self) -> None:
        """Give up the codes that nobody has seen."""
        self.codes = {
            visit: "released" if state == "reserved" else state for visit, state in self.codes.items()
        }


@dataclass
class Model:
    """One flow of one shop, and everybody whom the shop has told of."""

    versions: list[Version]
    now: datetime
    live: bool = True
    epoch: int = 0
    on_since: datetime | None = None
    runs: list[Run] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    tags: dict[str, set[str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)  # who said no
    told: list[Happening] = field(default_factory=list)  # not taken in yet
    happened: list[Happening] = field(default_factory=list)

    # What people do

    def publish(self, version: Version) -> None:
        if version != self.versions[-1]:
            self.versions.append(version)

    def switch_off(self) -> None:
        if not self.live:
            return
        self.live, self.epoch = False, self.epoch + 1
        for run in self.runs:
            run.forget_codes()
            if run.active:
                run.end("cancelled", "switched_off")
            for message in run.messages:
                if message.state == "prepared":
                    message.state, message.reason = "cancelled", "switched_off"

    def switch_on(self) -> None:
        if not self.live:
            self.live, self.on_since = True, self.now

    # What the engine does

    def enrol(self) -> None:
        news = self._taken_in()
        for run in self.runs:
            run.fresh = False
        for event in news:
            if self.live and event.name == "order.placed":
                self._enter(event)

    def advance(self, chance: Chance) -> None:
        """Move everybody on. Who is moved together sees the tags that there were before."""
        for version in range(len(self.versions)):
            known = {who: set(tags) for who, tags in self.tags.items()}
            for run in self.runs:
                if run.version == version and run.active:
                    self._walk(run, chance, set(known.get(run.began.who, ())))

    def deliver(self) -> None:
        for run in self.runs:
            for message in run.messages:
                if message.state == "prepared":
                    message.state, message.reason = self._gate(run)
                    if message.state == "sent" and run.codes:
                        last = max(run.codes)
                        run.codes[last] = "issued" if run.codes[last] == "reserved" else run.codes[last]

    def _taken_in(self) -> list[Happening]:
        news, self.told = sorted(self.told, key=lambda each: each.at), []
        known = {each.key for each in self.happened}
        news = [each for place, each in enumerate(news)
                if each.key not in known and each.key not in {other.key for other in news[:place]}]  # fmt: skip
        self.happened += news
        self.gone |= {each.who for each in news if each.name == "customer.unsubscribed"}
        return news

    def _enter(self, event: Happening) -> None:
        rule = self.versions[-1].reentry
        key = {"once": "once", "per_key": event.key.partition(":")[2]}.get(rule, event.key)
        if reason := self._refusal(event, rule, key):
            self.refusals[event.key] = reason
        else:
            version = len(self.versions) - 1
            self.runs.append(Run(event, version, self.epoch, key, self.now, self.versions[version].first))

    def _refusal(self, event: Happening, rule: str, key: str) -> str:
        if event.who in self.gone:
            return "unsubscribed"
        if self.on_since and event.at < self.on_since:
            return "before_activation"
        theirs = [run for run in self.runs if run.began.who == event.who]
        if any(run.key == key for run in theirs):
            return {"once": "once", "per_key": "same_key"}.get(rule, "known")
        entered = [run.began.at if run.fresh else run.started_at for run in theirs]
        if rule == "once" and theirs:
            return "once"
        if rule == "period" and theirs and event.at < max(entered) + PERIOD:
            return "too_soon"
        return "already_in" if rule == "not_while_active" and any(run.active for run in theirs) else ""

    def _since(self, run: Run) -> Iterator[Happening]:
        """Yield what this customer did after the run began, in order."""
        mine = self.happened.index(run.began)
        later = [each for place, each in enumerate(self.happened)
                 if each.who == run.began.who and (each.at, place) > (run.began.at, mine)]  # fmt: skip
        yield from sorted(later, key=lambda each: each.at)

    def _walk(self, run: Run, chance: Chance, tags: set[str]) -> None:
        rules = self.versions[run.version]
        for event in self._since(run):
            if event.name in (rules.goal, rules.exit):
                sort = "goal" if event.name == rules.goal else "exit"
                run.forget_codes()
                return run.end("exited", f"{sort}:{event.name}")
        if not run.steps:
            run.steps.append((run.id, "next"))
            run.id = "sn"
        while run.node is not None:
            port = self._port(run, run.node, chance, tags)
            if port is None:
                run.status = "waiting"
                return None
            run.steps.append((run.id, port))
            run.id, run.node = run.id + port[0], run.node.ways[port]
            run.since = run.wake = None
        return run.end("done", "end")

    def _port(self, run: Run, node: Node, chance: Chance, tags: set[str]) -> str | None:
        """Return the way out, or None while it is not known yet."""
        visit, who = len(run.steps), run.began.who
        match node.kind:
            case "wait" | "wait_for":
                return self._waited(run, node)
            case "condition":
                return "yes" if node.told in tags else "no"
            case "split":
                return "a" if chance(run, run.id) * 100 < node.told else "b"
            case "send_email":
                run.messages.append(Message(visit))
            case "give_coupon":
                run.codes[visit] = "reserved"
            case "tag":
                tag, add = node.told
                for held in (tags, self.tags.setdefault(who, set())):
                    held.add(tag) if add else held.discard(tag)
        return "next"

    def _waited(self, run: Run, node: Node) -> str | None:
        event, halves = node.told if node.kind == "wait_for" else ("", node.told)
        if run.since is None or run.wake is None:
            run.since, run.wake = self.now, self.now + halves * HALF_HOUR
        heard = [each for each in self._since(run) if each.name == event and run.since <= each.at <= run.wake]
        if heard:
            return "happened"
        if self.now < run.wake:
            return None
        return "timed_out" if node.kind == "wait_for" else "next"

    def _gate(self, run: Run) -> tuple[str, str]:
        rules, names = self.versions[run.version], {each.name for each in self._since(run)}
        if rules.goal in names:
            return "skipped", "goal"
        if run.began.who in self.gone:
            return "skipped", "unsubscribed"
        return ("skipped", "run_ended") if rules.exit in names else ("sent", "")
