"""The vocabulary of rules and fields, as the forms' templates list it."""

from __future__ import annotations

from itertools import groupby

from graph.conditions import MATCHES
from graph.fields import UNIT_TITLES, WEEKDAYS
from graph.subjects import OPERATORS, SUBJECTS


def vocabulary() -> dict[str, object]:
    """Return subjects by group, operators by type, units and days of the week; titles are message ids."""
    subjects = list(SUBJECTS.values())
    grouped = sorted(subjects, key=lambda each: [other.group for other in subjects].index(each.group))
    return {
        "subject_groups": [
            (title, list(each)) for title, each in groupby(grouped, lambda subject: subject.group)
        ],
        "first_subject": subjects[0],
        "operators": OPERATORS,
        "matches": MATCHES,
        "units": UNIT_TITLES,
        "weekdays": WEEKDAYS,
    }
