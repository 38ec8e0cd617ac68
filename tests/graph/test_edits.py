"""Every gesture leaves a flow that can be kept, read and drawn; what would break it is refused with the reason."""

from __future__ import annotations

import pytest

from graph.edits import (
    AddNode,
    Annotate,
    ChangeTrigger,
    Configure,
    ConfigureFlow,
    Connect,
    DeleteNode,
    Disconnect,
    Duplicate,
    MoveAfter,
    MoveNode,
    Refused,
    Tidy,
)
from graph.model import Graph
from graph.words import say
from tests.graph.build import diamond, long, node, recovery


def path(graph: Graph, *ports: str) -> list[str]:
    """Ids from the start on; `ports` are taken where a step has several ways out."""
    taken, found, id = list(ports), [], graph.trigger.id if graph.trigger else None
    while id:
        found.append(id)
        ways = graph.node(id).ports
        port = ways[0].name if len(ways) == 1 else taken.pop(0) if taken and ways else ""
        id = graph.target(id, port)
    return found


class TestAdding:
    def test_a_step_on_an_edge_is_followed_by_what_followed_there(self) -> None:
        graph = AddNode("tag", ("start", "next")).apply(recovery())
        assert path(graph) == ["start", "n1", "pause", "rich"]

    def test_a_branching_step_on_an_edge_leads_on_by_its_first_way_out(self) -> None:
        graph = AddNode("condition", ("start", "next"), id="new").apply(recovery())
        assert graph.target("new", "yes") == "pause"
        assert graph.target("new", "no") is None

    def test_a_step_at_an_open_end_ends_there(self) -> None:
        graph = AddNode("send_email", ("rich", "no")).apply(recovery())
        assert path(graph, "no") == ["start", "pause", "rich", "n1"]

    def test_new_settings_lie_over_the_defaults_and_are_cleaned(self) -> None:
        graph = AddNode(
            "wait", ("start", "next"), settings={"duration": {"amount": " 3 ", "unit": "days"}}
        ).apply(recovery())
        assert graph.node("n1").settings == {**node("n1", "wait").settings, "duration": long(3, "days")}

    def test_nothing_can_follow_an_end(self) -> None:
        with pytest.raises(Refused, match="Nothing can follow"):
            AddNode("end", ("start", "next")).apply(recovery())
        assert AddNode("end", ("mail", "next")).apply(recovery()).node("n1")

    def test_a_second_start_is_refused(self) -> None:
        with pytest.raises(Refused, match="starts in one way only"):
            AddNode("order_placed").apply(recovery())

    def test_a_taken_id_an_unknown_kind_and_an_unknown_place_are_refused(self) -> None:
        for edit in (
            AddNode("tag", id="pause"),
            AddNode("tags"),
            AddNode("tag", ("moon", "next")),
            AddNode("tag", ("start", "yes")),
        ):
            with pytest.raises(Refused):
                edit.apply(recovery())

    def test_the_five_hundred_and_first_step_is_refused(self) -> None:
        full = Graph((node("start", "order_placed"), *(node(f"n{number}", "wait") for number in range(499))))
        with pytest.raises(Refused, match="500 steps"):
            AddNode("wait").apply(full)


class TestDeleting:
    def test_parent_and_child_are_linked_again(self) -> None:
        assert path(DeleteNode("pause").apply(recovery())) == ["start", "rich"]

    def test_a_condition_asks_which_branch_stays(self) -> None:
        with pytest.raises(Refused, match="which branch"):
            DeleteNode("coin").apply(diamond())

    def test_the_other_branch_goes_with_it_and_the_join_stays(self) -> None:
        graph = DeleteNode("coin", keep="b").apply(diamond())
        assert path(graph) == ["start", "right", "both"]
        assert "left" not in graph.by_id

    def test_a_condition_with_one_branch_keeps_that_one(self) -> None:
        assert path(DeleteNode("rich").apply(recovery())) == ["start", "pause", "gift", "mail"]

    def test_keeping_the_empty_branch_drops_the_other(self) -> None:
        assert list(DeleteNode("rich", keep="no").apply(recovery()).by_id) == ["start", "pause"]

    def test_a_join_hands_on_to_all_that_led_to_it(self) -> None:
        longer = AddNode("tag", ("both", "next"), id="last").apply(diamond())
        graph = DeleteNode("both").apply(longer)
        assert graph.target("left", "next") == graph.target("right", "next") == "last"

    def test_a_flow_keeps_its_start(self) -> None:
        with pytest.raises(Refused, match="needs its start"):
            DeleteNode("start").apply(recovery())

    def test_what_is_gone_already_is_refused_kindly(self) -> None:
        with pytest.raises(Refused, match="no longer there"):
            DeleteNode("moon").apply(recovery())


class TestLinking:
    def test_a_branch_can_join_another(self) -> None:
        assert Connect("rich", "no", "mail").apply(recovery()).target("rich", "no") == "mail"

    def test_a_circle_is_refused_with_the_reason(self) -> None:
        with pytest.raises(Refused, match=r"“Wait for a while” comes before “Send an e-mail”"):
            Connect("mail", "next", "pause").apply(recovery())
        with pytest.raises(Refused, match="round and round"):
            Connect("mail", "next", "mail").apply(recovery())

    def test_nothing_leads_to_the_start(self) -> None:
        with pytest.raises(Refused, match="start"):
            Connect("mail", "next", "start").apply(recovery())

    def test_a_way_out_leads_to_one_step_only(self) -> None:
        graph = Connect("start", "next", "rich").apply(recovery())
        assert next(edge for edge in graph.edges if edge.source == "start").target == "rich"
        assert sum(edge.source == "start" for edge in graph.edges) == 1

    def test_a_way_out_can_be_opened(self) -> None:
        assert Disconnect("pause", "next").apply(recovery()).target("pause", "next") is None


class TestMoving:
    def test_a_step_moves_to_another_edge_and_its_neighbours_close_ranks(self) -> None:
        assert path(MoveAfter("pause", "gift", "next").apply(recovery()), "yes") == [
            "start",
            "rich",
            "gift",
            "pause",
            "mail",
        ]

    def test_a_step_moves_up(self) -> None:
        assert path(MoveAfter("mail", "start", "next").apply(recovery()), "yes") == [
            "start",
            "mail",
            "pause",
            "rich",
            "gift",
        ]

    def test_moving_keeps_the_order_in_which_steps_were_drawn(self) -> None:
        assert list(MoveAfter("mail", "start", "next").apply(recovery()).by_id) == list(recovery().by_id)

    def test_a_branching_step_takes_its_branches_to_an_open_end(self) -> None:
        graph = AddNode("split", ("start", "next"), id="new").apply(recovery())
        assert path(MoveAfter("rich", "new", "b").apply(graph), "b", "yes") == [
            "start",
            "new",
            "rich",
            "gift",
            "mail",
        ]

    def test_a_branching_step_is_not_put_between_two_steps(self) -> None:
        with pytest.raises(Refused, match="branches along"):
            MoveAfter("rich", "start", "next").apply(recovery())

    def test_a_branching_step_is_not_put_below_itself(self) -> None:
        with pytest.raises(Refused, match="round"):
            MoveAfter("rich", "mail", "next").apply(recovery())

    def test_a_step_that_stays_where_it_is_only_loses_its_pin(self) -> None:
        pinned = MoveNode("pause", (9, 9)).apply(recovery())
        assert MoveAfter("pause", "start", "next").apply(pinned) == recovery()

    @pytest.mark.parametrize(("id", "after"), [("start", "mail"), ("pause", "pause")])
    def test_the_start_and_a_step_after_itself_are_refused(self, id: str, after: str) -> None:
        with pytest.raises(Refused):
            MoveAfter(id, after, "next").apply(recovery())

    def test_a_copy_has_the_same_settings_and_another_name(self) -> None:
        graph = Duplicate("mail", "rich", "no").apply(recovery())
        assert graph.node("n1").settings == recovery().node("mail").settings


class TestSettings:
    def test_a_field_cleans_what_was_typed(self) -> None:
        graph = Configure("pause", {"duration": {"amount": "4", "unit": "hours"}}).apply(recovery())
        assert graph.node("pause").settings["duration"] == long(4, "hours")

    def test_a_blank_is_kept_as_not_chosen_yet(self) -> None:
        assert Configure("mail", {"email": ""}).apply(recovery()).node("mail").settings["email"] is None

    def test_a_wrong_value_is_refused_and_its_field_named(self) -> None:
        with pytest.raises(Refused) as refusal:
            Configure("pause", {"duration": {"amount": -1, "unit": "hours"}}).apply(recovery())
        assert refusal.value.field == "duration"

    def test_a_setting_that_does_not_exist_is_refused(self) -> None:
        with pytest.raises(Refused, match="no such setting"):
            Configure("pause", {"colour": "red"}).apply(recovery())

    def test_the_flow_is_set_by_the_names_of_its_form(self) -> None:
        graph = ConfigureFlow(
            {"reentry": "period", "period": {"amount": 7, "unit": "days"}, "quiet": "on"}
        ).apply(recovery())
        assert graph.settings["reentry"] == {"rule": "period", "every": 7, "unit": "days"}
        assert graph.settings["quiet"] == {"from": "21:00", "until": "08:00"}
        assert ConfigureFlow({"quiet": ""}).apply(graph).settings["quiet"] is None

    def test_a_note_is_kept_and_cleared(self) -> None:
        noted = Annotate("pause", "  Ask Eva \n").apply(recovery())
        assert noted.node("pause").note == "Ask Eva"
        assert Annotate("pause").apply(noted) == recovery()

    def test_tidy_lets_go_of_every_pin(self) -> None:
        assert Tidy().apply(MoveNode("pause", (40, 80)).apply(recovery())) == recovery()

    def test_another_start_keeps_all_that_follows(self) -> None:
        graph = ChangeTrigger("checkout_abandoned").apply(recovery())
        assert graph.node("start").kind == "checkout_abandoned"
        assert graph.edges == recovery().edges
        with pytest.raises(Refused, match="cannot start"):
            ChangeTrigger("tag").apply(recovery())


def test_undo_names_the_step() -> None:
    assert say(DeleteNode("mail").label(recovery())) == "delete “Send an e-mail”"
    assert say(AddNode("wait").label(recovery())) == "add “Wait for a while”"
    assert say(DeleteNode("moon").label(recovery())) == "delete “a step”"
