"""The automations of the demo, made from recipes as a merchant would make them: three on, one paused, one off."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app.demo.past import Automation
from app.demo.tongue import AGAIN, NUDGE, THANKS, WELCOME
from app.extensions import db
from app.models import Coupon, Email, Flow, Version
from graph.interpreter import compile
from graph.model import Graph
from graph.recipes import recipe

AGE = timedelta(days=420)  # of the shop


@dataclass(frozen=True)
class Made:
    """One choice from the gallery: how its questions were answered, and in which days before now it was on."""

    recipe: str
    since: int
    until: int | None = None
    status: str = "live"
    answers: dict[str, Any] = field(default_factory=dict)
    coupon: dict[str, Any] | None = None
    audience: str = ""  # another than the recipe's own


CHOICES = (
    Made("abandoned_checkout", since=88, answers={"reminder": True}, audience="everyone",
         coupon={"name": NUDGE, "prefix": "LUNE", "value": 10, "days": 14}),
    Made("thank_you", since=86,
         coupon={"name": THANKS, "prefix": "MERCI", "value": 10, "days": 21}),
    Made("welcome", since=84, until=6, status="paused",
         coupon={"name": WELCOME, "prefix": "BIENVENUE", "value": 10, "days": 30}),
    Made("post_purchase_offer", since=58,
         coupon={"name": AGAIN, "prefix": "PORT", "kind": "shipping", "value": 0, "minimum": 2500, "days": 30}),
    Made("win_back", since=80, until=12, status="off", answers={"after": {"amount": 45, "unit": "days"}}),
)  # fmt: skip


def make(shop_id: int, now: datetime) -> list[Automation]:
    """Write the automations, their e-mails and their coupons, and return them for the past to run."""
    return [_make(shop_id, made, now) for made in CHOICES]


def _make(shop_id: int, made: Made, now: datetime) -> Automation:
    since = now - timedelta(days=made.since)
    until = now - timedelta(days=made.until) if made.until else None
    coupon = _coupon(shop_id, made.coupon | {"ends_at": until}, since) if made.coupon else None
    answers = made.answers | ({"coupon": coupon.id} if coupon else {})
    chosen = recipe(made.recipe)
    emails = {
        name: _email(shop_id, chosen.email_titles[name], design, since)
        for name, design in chosen.emails_for(answers).items()
    }
    flow, version = _flow(
        shop_id, made, _addressed(chosen.build(answers, emails), made.audience), since, until
    )
    plan = compile(Graph.from_json(version.graph))
    return Automation(flow.id, version.id, plan, since, until, coupon, paused=made.status == "paused")


def _addressed(graph: Graph, audience: str) -> Graph:
    return replace(graph, settings={**graph.settings, "audience": audience}) if audience else graph


def _coupon(shop_id: int, terms: dict[str, Any], at: datetime) -> Coupon:
    coupon = Coupon(shop_id=shop_id, created_at=at, **{"kind": "percent"} | terms)
    db.session.add(coupon)
    db.session.flush()
    return coupon


def _email(shop_id: int, title: str, design: Any, at: datetime) -> int:
    email = Email(shop_id=shop_id, name=title, content=dict(design), updated_at=at)
    db.session.add(email)
    db.session.flush()
    return int(email.id)


def _flow(
    shop_id: int, made: Made, graph: Graph, since: datetime, until: datetime | None
) -> tuple[Flow, Version]:
    chosen = recipe(made.recipe)
    flow = Flow(
        shop_id=shop_id, name=chosen.title, icon=chosen.icon, recipe=chosen.name, draft=graph.to_json(),
        created_at=since, updated_at=since,
    )  # fmt: skip
    db.session.add(flow)
    db.session.flush()
    version = Flow.publish(shop_id, flow.id, since)
    assert version is not None
    flow.status, flow.epoch, flow.updated_at = made.status, int(made.status == "off"), until or since
    flow.paused_reason = "coupon_ended" if made.status == "paused" else ""
    flow.activated_at = flow.first_activated_at = flow.enrols_from = since
    return flow, version
