"""Lines of requests: how many are worked on, which one has to go, and what happens to the others."""

from __future__ import annotations

from orch_lsp.lsp.wire.lanes import Lane


def entered(lane: Lane, *names: str) -> tuple[list[str], list[str | int | None]]:
    """What was started, and what had to be refused, for requests that come one after the other."""
    started: list[str] = []
    refused = [lane.enter(name, lambda name=name: started.append(name)) for name in names]
    return started, refused


def test_only_so_many_are_started_and_the_others_follow_in_their_order():
    lane = Lane(at_once=2, waiting=10)
    started, refused = entered(lane, "a", "b", "c", "d")
    assert started == ["a", "b"]
    assert refused == [None] * 4

    lane.leave("b")
    lane.leave("a")
    assert started == ["a", "b", "c", "d"]
    assert "d" in lane
    assert "a" not in lane


def test_with_a_full_line_the_oldest_that_waits_is_given_up():
    lane = Lane(at_once=1, waiting=2)
    started, refused = entered(lane, "a", "b", "c", "d")
    assert refused == [None, None, None, "b"]
    for name in ("a", "c", "d"):
        lane.leave(name)
    assert started == ["a", "c", "d"]


def test_what_waits_can_be_withdrawn_and_what_is_worked_on_cannot():
    lane = Lane(at_once=1, waiting=10)
    started, _ = entered(lane, "a", "b", "c")
    assert not lane.withdraw("a")
    assert lane.withdraw("b")
    assert not lane.withdraw("b")
    assert lane.withdraw_all() == ["c"]
    lane.leave("a")
    assert started == ["a"]


def test_an_answer_to_something_else_starts_nothing():
    lane = Lane(at_once=1, waiting=10)
    started, _ = entered(lane, "a", "b")
    lane.leave("b")
    lane.leave("x")
    assert started == ["a"]
