"""Several steps at once: one gesture each, nothing lost between them, and a flow that still makes sense."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.edits import CopySome, DeleteSome, MoveSome, Paste, Refused, Shift, clip, parse
from graph.model import Graph
from graph.network import circle
from graph.words import say
from tests.graph.build import diamond, edges, node, recovery
from tests.graph.drawing import graphs, ids
from tests.graph.test_edits import path


def line() -> Graph:
    """A start and four steps in a row."""
    names = [node("start", "order_placed"), *(node(f"n{at}", "tag", tag=f"t{at}") for at in range(1, 5))]
    return Graph(tuple(names), edges("start n1", "n1 n2", "n2 n3", "n3 n4"))


class TestPasting:
    def test_what_followed_follows_the_pasted_steps_under_new_ids(self) -> None:
        copied = clip(line(), {"n2", "n3"}).to_json()
        graph = Paste(copied, ("n1", "next")).apply(line())
        assert path(graph) == ["start", "n1", "n5", "n6", "n2", "n3", "n4"]
        assert graph.node("n5").settings["tag"] == "t2"

    def test_steps_that_were_apart_are_pasted_one_behind_the_other(self) -> None:
        graph = Paste(clip(line(), {"n1", "n4"}).to_json(), ("n4", "next")).apply(line())
        assert path(graph)[-2:] == ["n5", "n6"]

    def test_branches_come_along_and_the_flow_goes_on_at_the_first_open_end(self) -> None:
        copied = clip(recovery(), {"rich", "gift", "mail"}).to_json()
        graph = Paste(copied, ("start", "next")).apply(recovery())
        assert (
            path(graph, "yes", "yes")[1:] == ["n1", "n2", "n3", "pause", "rich", "gift", "mail"]
            or circle(graph) == []
        )

    def test_a_start_comes_along_into_an_empty_flow_only(self) -> None:
        whole = line().to_json()
        assert Paste(whole).apply(Graph()).trigger is not None
        assert len(Paste(whole, ("n4", "next")).apply(line()).nodes) == 9

    @pytest.mark.parametrize(
        "clip", [{}, {"nodes": "x"}, {"nodes": [{"id": "a", "kind": "none"}]}, {"nodes": []}]
    )
    def test_what_are_not_steps_is_refused_in_a_sentence(self, clip: dict[str, object]) -> None:
        with pytest.raises(Refused):
            Paste(clip, ("n4", "next")).apply(line())

    def test_steps_that_go_round_are_refused(self) -> None:
        round_ = replace(clip(line(), {"n2", "n3"}), edges=edges("n2 n3", "n3 n2")).to_json()
        with pytest.raises(Refused, match="clipboard"):
            Paste(round_, ("n4", "next")).apply(line())

    def test_nothing_is_pasted_between_an_end_and_what_follows(self) -> None:
        with pytest.raises(Refused):
            Paste({"nodes": [node("a", "end").to_json()]}, ("n1", "next")).apply(line())


class TestCopying:
    def test_a_copy_stands_behind_the_last_of_the_chosen_steps(self) -> None:
        assert path(CopySome(("n1", "n2")).apply(line())) == ["start", "n1", "n2", "n5", "n6", "n3", "n4"]

    def test_or_where_it_was_dropped(self) -> None:
        assert path(CopySome(("n1",), ("n3", "next")).apply(line())) == [
            "start",
            "n1",
            "n2",
            "n3",
            "n5",
            "n4",
        ]

    def test_the_start_cannot_be_copied(self) -> None:
        with pytest.raises(Refused, match="start"):
            CopySome(("start",)).apply(line())


class TestMoving:
    def test_steps_move_together_and_keep_their_order_and_ids(self) -> None:
        graph = MoveSome(("n1", "n2"), "n4", "next").apply(line())
        assert path(graph) == ["start", "n3", "n4", "n1", "n2"]
        assert [each.id for each in graph.nodes] == [each.id for each in line().nodes]

    def test_a_condition_moves_with_its_branches(self) -> None:
        graph = MoveSome(("rich", "gift", "mail"), "start", "next").apply(recovery())
        assert path(graph, "yes")[:5] == ["start", "rich", "gift", "mail", "pause"]

    def test_a_condition_without_its_branches_does_not(self) -> None:
        with pytest.raises(Refused, match="branches too"):
            MoveSome(("coin", "both"), "start", "next").apply(diamond())

    @pytest.mark.parametrize(("by", "order"), [(-1, ["n1", "n3", "n2", "n4"]), (1, ["n1", "n2", "n4", "n3"])])
    def test_a_step_moves_along_by_one(self, by: int, order: list[str]) -> None:
        assert path(Shift("n3", by).apply(line()))[1:] == order

    def test_the_first_step_and_the_last_stay(self) -> None:
        assert Shift("n1", -1).apply(line()) == line() == Shift("n4", 1).apply(line())


class TestDeleting:
    def test_what_led_to_the_steps_leads_on(self) -> None:
        assert path(DeleteSome(("n1", "n3")).apply(line())) == ["start", "n2", "n4"]

    def test_the_start_stays_when_all_else_goes(self) -> None:
        assert [each.id for each in DeleteSome(tuple(line().by_id)).apply(line()).nodes] == ["start"]

    def test_a_condition_asks_which_branch_stays_unless_both_go(self) -> None:
        with pytest.raises(Refused, match="which branch"):
            DeleteSome(("coin",)).apply(diamond())
        kept = DeleteSome(("coin",), {"coin": "b"}).apply(diamond())
        assert path(kept) == ["start", "right", "both"]
        assert "left" not in kept.by_id
        assert path(DeleteSome(("coin", "left", "right")).apply(diamond())) == ["start", "both"]


def test_the_gestures_are_named_with_their_number() -> None:
    assert say(DeleteSome(("n1", "n2")).label(line())) == "delete 2 steps"
    assert say(CopySome(("n1",)).label(line())) == "copy “Tag the customer”"


def test_what_a_browser_sends_is_read_strictly() -> None:
    assert parse({"edit": "delete_some", "ids": ["n1"], "keeps": {"n1": "yes"}}) == DeleteSome(
        ("n1",), {"n1": "yes"}
    )
    for wrong in ({"ids": []}, {"ids": "n1"}, {"ids": [1]}, {"ids": ["n1"], "keeps": []}):
        with pytest.raises(Refused):
            parse({"edit": "delete_some", **wrong})
    with pytest.raises(Refused):
        parse({"edit": "shift", "id": "n1", "by": 2})


@given(graphs(), st.lists(ids, min_size=1, unique=True), ids, st.sampled_from(["next", "yes", "no"]))
def test_whatever_is_chosen_no_gesture_breaks_a_flow(
    graph: Graph, some: list[str], at: str, port: str
) -> None:
    taken = clip(graph, some).to_json()
    made = (DeleteSome(tuple(some)), CopySome(tuple(some)), MoveSome(tuple(some), at, port), Paste(taken, (at, port)),
            Shift(at, 1), Shift(at, -1))  # fmt: skip
    for edit in made:
        try:
            after = edit.apply(graph)
        except Refused:
            continue
        assert circle(after) == []
        assert Graph.from_json(after.to_json()) == after
