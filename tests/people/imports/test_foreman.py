"""One process is set up, and hands are forked from it as long as it lives."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tongxin.people.actions.imports import foreman


@pytest.fixture(autouse=True)
def _none_before_and_none_after() -> Iterator[None]:
    foreman.let_go()
    yield
    foreman.let_go()


def parent_of(hand: socket.socket) -> int:
    """Once it is ready; then it is sent away."""
    with hand, hand.makefile("rb") as told:
        pid = json.loads(told.readline())["ready"]
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_hands_of_two_crews_have_one_parent_until_it_is_let_go() -> None:
    first = {parent_of(hand) for hand in foreman.fork_hands(2)}
    second = {parent_of(hand) for hand in foreman.fork_hands(1)}
    assert len(first) == 1
    assert second == first
    foreman.let_go()
    assert not Path(f"/proc/{first.pop()}").exists()


def test_a_foreman_that_was_killed_has_a_successor() -> None:
    (before,) = (parent_of(hand) for hand in foreman.fork_hands(1))
    os.kill(before, signal.SIGKILL)
    os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)
    (after,) = (parent_of(hand) for hand in foreman.fork_hands(1))
    assert after != before
