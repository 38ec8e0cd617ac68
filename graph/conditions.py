"""Conditions: rules over the facts, in all/any groups nested one level.

A rule is {"subject": "cart.total", "operator": "over", "value": 5000}; a group is {"match": "all" | "any", "rules":
[...]} whose rules may be groups once more. Knows how to clean, answer and tell them. Must not know what follows from an
answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from graph.facts import Facts
from graph.subjects import NO, OPERATORS, SUBJECTS, Operator, Subject
from graph.words import AND, OR, Complaint, M, Names, Words, listed, plain

MOST_RULES = 20
_NAMED = {type: {each.name: each for each in operators} for type, operators in OPERATORS.items()}
MATCHES: tuple[tuple[str, str], ...] = (("all", M("All of these")), ("any", M("Any of these")))


class BadRule(Complaint):
    """What is wrong with a rule, and what to do."""


def clean(raw: Any, depth: int = 0) -> dict[str, Any]:
    """Return the group `raw` as it is stored; raise BadRule with a sentence."""
    if not isinstance(raw, Mapping) or raw.get("match", "all") not in dict(MATCHES):
        raise BadRule(M("Choose whether all or any of the rules must hold."))
    rules = raw.get("rules")
    if not isinstance(rules, list) or not 1 <= len(rules) <= MOST_RULES:
        raise BadRule(M("Add from one to %(most)s rules."), {"most": MOST_RULES})
    return {"match": raw.get("match", "all"), "rules": [_clean_entry(entry, depth) for entry in rules]}


def _clean_entry(raw: Any, depth: int) -> dict[str, Any]:
    if isinstance(raw, Mapping) and "rules" in raw:
        if depth:
            raise BadRule(M("A group of rules cannot hold another group here."))
        return clean(raw, depth + 1)
    return _clean_rule(raw)


def _clean_rule(raw: Any) -> dict[str, Any]:
    subject = SUBJECTS.get(str(raw.get("subject"))) if isinstance(raw, Mapping) else None
    if subject is None:
        raise BadRule(M("Choose what to look at."))
    operator = operator_of(subject, raw.get("operator"))
    if operator is None:
        raise BadRule(M("Choose how to compare."))
    rule = {"subject": subject.name, "operator": operator.name}
    return rule if operator.unary else {**rule, "value": _clean_value(subject, raw.get("value"))}


def operator_of(subject: Subject, name: Any) -> Operator | None:
    """Return the operator called `name` among those that the subject allows, or None."""
    return _NAMED[subject.type].get(name) if isinstance(name, str) else None


def _clean_value(subject: Subject, raw: Any) -> Any:
    if subject.type in ("money", "number", "days"):
        return _amount(raw)
    if subject.type in ("tags", "products"):
        return _list(raw)
    if not isinstance(raw, str) or not raw.strip() or len(raw) > 200:
        raise BadRule(M("Write what to compare with."))
    return raw.strip()


def _amount(raw: Any) -> int:
    digits = raw.strip() if isinstance(raw, str) else str(raw) if type(raw) is int else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        raise BadRule(M("Write a number to compare with."))
    return int(digits)


def _list(raw: Any) -> list[str]:
    parts = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(parts, list) or not all(isinstance(part, str | int) for part in parts):
        raise BadRule(M("Choose at least one to compare with."))
    kept = list(dict.fromkeys(text for part in parts if (text := str(part).strip())))
    if not kept or len(kept) > 100 or any(len(text) > 200 for text in kept):
        raise BadRule(M("Choose at least one to compare with."))
    return kept


def rules_in(group: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every rule of a clean group, those of its inner groups included."""
    for entry in group.get("rules", ()):
        if "rules" in entry:
            yield from entry["rules"]
        else:
            yield entry


def subjects_in(group: Mapping[str, Any] | None) -> list[Subject]:
    """Return the subjects that a group asks about; one that is not known is left out."""
    return [SUBJECTS[rule["subject"]] for rule in rules_in(group or {}) if rule.get("subject") in SUBJECTS]


def evaluate(group: Mapping[str, Any], facts: Facts, now: datetime) -> dict[str, Any]:
    """Return {"answer": bool, "match": …, "rules": […]}: each rule with what it saw and its own answer.

    A rule comes back with "saw" and "answer" beside what it asks; `rule_told` makes a sentence of it. Every rule is
    looked at, so that all of them can be shown.
    """
    rules = [
        evaluate(each, facts, now) if "rules" in each else _ask(each, facts, now) for each in group["rules"]
    ]
    answers = [each["answer"] for each in rules]
    answer = all(answers) if group["match"] == "all" else any(answers)
    return {"answer": answer, "match": group["match"], "rules": rules}


def _ask(rule: Mapping[str, Any], facts: Facts, now: datetime) -> dict[str, Any]:
    subject = SUBJECTS[rule["subject"]]
    operator = operator_of(subject, rule["operator"])
    if operator is None:
        raise ValueError(f"no operator {rule['operator']!r} for {subject.name}")
    seen = subject.read(facts, now)
    absent = seen is None and not operator.unary
    answer = False if absent else operator.test(seen, rule.get("value"))
    return {**rule, "saw": seen, "answer": answer}


def digest(group: Mapping[str, Any]) -> str:
    """Return a short name of a clean group: the same for the same rules."""
    return hashlib.sha256(json.dumps(group, sort_keys=True).encode()).hexdigest()[:16]


def told(group: Mapping[str, Any] | None, names: Names) -> Words:
    """Return a group in words: "cart total over €50 and the checkout was reached"; empty Words for no rules."""
    if not group:
        return Words("")
    parts = [
        _told_group(each, names) if "rules" in each else rule_told(each, names) for each in group["rules"]
    ]
    return listed(parts, AND if group["match"] == "all" else OR)


def _told_group(group: Mapping[str, Any], names: Names) -> Words:
    return Words(M("(%(rules)s)"), {"rules": told(group, names)})


def rule_told(rule: Mapping[str, Any], names: Names) -> Words:
    """Return one clean rule in words, its money and products by their names."""
    subject = SUBJECTS[rule["subject"]]
    operator = operator_of(subject, rule["operator"])
    if operator is None:
        return Words(subject.title)
    if operator is NO:
        return Words(subject.denied)
    value = value_told(subject, rule.get("value"), names)
    return Words(operator.question, {"subject": Words(subject.title), "value": value})


def value_told(subject: Subject, value: Any, names: Names) -> Words:
    """Return a value as it is read aloud: money in the shop's currency, products by title."""
    if value is None:
        return Words(M("nothing"))
    if subject.type == "money":
        return plain(names.money(int(value)))
    if isinstance(value, list):
        titles = [
            plain(names.products.get(each, each) if subject.type == "products" else each) for each in value
        ]
        return listed(titles, OR)
    if isinstance(value, bool):
        return Words(M("yes")) if value else Words(M("no"))
    return plain(str(value))
