import os
import signal

from config.supervisor import Child, supervise


def ended(child, now):
    """Looks after the child until its process has ended and was noticed."""
    child.process.wait(timeout=60)
    child.look_after(now)


def test_child_that_ends_is_started_again_ever_later():
    child = Child("short", ["platform"])  # prints a line and ends
    child.look_after(0.0)
    waits = []
    now = 0.0
    for _ in range(8):
        ended(child, now)
        waits.append(child.start_at - now)
        now = child.start_at
        child.look_after(now)
    child.wait(deadline=0.0)
    assert waits == [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_crash_after_a_long_life_counts_as_the_first():
    child = Child("short", ["platform"])
    child.look_after(0.0)
    ended(child, 1.0)
    ended(child, 100.0)
    assert child.crashes == 1
    assert child.start_at == 100.0
    child.wait(deadline=0.0)


def test_supervise_stops_its_children_on_a_signal():
    child = Child("long", ["http.server", "--bind", "127.0.0.1", "0"])
    before = signal.getsignal(signal.SIGTERM)
    looks = []

    def look():
        """The signal comes at the second look: before the first it would end the tests themselves."""
        looks.append(1)
        if len(looks) == 2:
            os.kill(os.getpid(), signal.SIGTERM)

    supervise([child], [look])
    assert child.process.returncode == -signal.SIGTERM
    assert len(looks) == 2
    assert signal.getsignal(signal.SIGTERM) is before
