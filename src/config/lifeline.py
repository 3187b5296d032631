"""A child ends when its parent is gone, also by `kill -9`: otherwise it would go on holding the port."""

import os
import signal
import threading
import time

LOOK_EVERY = 0.25
GRACE = 15.0


def end_with_parent() -> None:
    """Call once, early, in a child process."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True, name="lifeline").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)
