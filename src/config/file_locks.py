"""Locks between processes, on files; the kernel lets go of them when a process ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def hold(file: Path, *, shared: bool, wait: bool = True) -> int:
    """A descriptor that holds the lock until it is closed. BlockingIOError where it would have to wait but may not."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextmanager
def locked(file: Path, *, wait: bool = True) -> Iterator[None]:
    """Alone."""
    descriptor = hold(file, shared=False, wait=wait)
    try:
        yield
    finally:
        os.close(descriptor)
