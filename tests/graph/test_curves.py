"""Lines with rounded elbows."""

from __future__ import annotations

from graph.curves import bounds, rounded, route


def test_a_straight_line_has_no_elbow() -> None:
    assert rounded([(0, 0), (0, 30), (0, 60)]) == "M0,0 L0,60"


def test_an_elbow_is_a_turn_of_twenty() -> None:
    assert rounded([(0, 0), (0, 100), (100, 100)]) == "M0,0 L0,80 Q0,100 20,100 L100,100"


def test_an_elbow_without_room_is_smaller() -> None:
    assert (
        rounded([(0, 0), (0, 100), (10, 100), (10, 200)])
        == "M0,0 L0,95 Q0,100 5,100 L5,100 Q10,100 10,105 L10,200"
    )


def test_a_point_alone_is_a_line_of_no_length() -> None:
    assert rounded([(3, 4)]) == "M3,4 L3,4"


def test_a_branch_turns_to_its_lane_and_carries_a_pill_above_its_plus() -> None:
    points, plus, pill = route((0, 64), (-150, 200), -150, branch=True)
    assert points == [(0, 64), (0, 100), (-150, 100), (-150, 200)]
    assert (plus, pill) == ((-150, 172), (-150, 136))


def test_a_join_is_entered_from_above() -> None:
    points, plus, pill = route((-150, 64), (0, 160), -150, branch=False)
    assert points == [(-150, 64), (-150, 128), (0, 128), (0, 160)]
    assert (plus, pill) == ((-150, 94), None)


def test_a_card_put_above_is_reached_round_about() -> None:
    points, plus, _pill = route((0, 64), (0, -200), 0, branch=False)
    assert points[0] == (0, 64)
    assert points[-1] == (0, -200)
    assert plus[0] > 132


def test_an_empty_drawing_has_a_margin() -> None:
    assert bounds([]) == (-40, -40, 80, 80)
