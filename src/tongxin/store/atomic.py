"""Only actions write: the one door, and the lock on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.apps import apps
from django.db import IntegrityError, transaction

from tongxin.kernel.refused import Refused

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
    What a constraint with words of its own refuses is raised as Refused, its name as the code.
    """
    try:
        with transaction.atomic(savepoint=not _writing.get()):
            token = _writing.set(True)
            try:
                yield
            finally:
                _writing.reset(token)
    except IntegrityError as error:
        if (refusal := refusal_of(error)) is None:
            raise
        raise refusal from error


def refusal_of(error: IntegrityError) -> Refused | None:
    """The words that the broken constraint carries, if its model gave it any."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            words = str(constraint.violation_error_message)
            if constraint.name == name and words != str(constraint.default_violation_error_message):
                return Refused(constraint.name, words)
    return None


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
