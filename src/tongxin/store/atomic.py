"""Only actions write: the one door, and the lock on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

_P = ParamSpec("_P")
_R = TypeVar("_R")
_writing: ContextVar[bool] = ContextVar("tongxin_writing", default=False)


class WroteOutsideAction(RuntimeError):
    """Code that is no action tried to write a guarded table. The mend is to call, or to write, an action."""


@contextmanager
def writing() -> Iterator[None]:
    """Opens one transaction in which guarded models may be written. For actions, migrations and loaders of demo data.

    Inside another one it joins it without a savepoint (two round trips less each): what fails within takes the whole
    with it. To go on after a failure, open `transaction.atomic()` around the part that may fail.
    """
    with transaction.atomic(savepoint=not _writing.get()):
        token = _writing.set(True)
        try:
            yield
        finally:
            _writing.reset(token)


def atomic(action: Callable[_P, _R]) -> Callable[_P, _R]:
    """Marks an action: one transaction, inside which guarded models may be written; nested actions join it."""

    @wraps(action)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with writing():
            return action(*args, **kwargs)

    return run


def must_be_writing(what: str) -> None:
    if not _writing.get():
        raise WroteOutsideAction(what)
