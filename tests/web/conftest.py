"""Browsers without a screen: a clock that stands still, clients who are signed in."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone
from tests.benefits.lines import TwoSides
from tests.cast import NOW, Cast, Player

from tongxin.people.models import Account


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def tick(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stands at the cast's NOW until it is ticked: for requests, sessions and one-time codes alike."""
    clock = Clock(NOW)
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    monkeypatch.setattr(time, "time", lambda: clock.now.timestamp())  # noqa: PLW0108 - the clock moves
    return clock


def sign_in(account: Account, *, factor: bool) -> Client:
    """A client with an open session; `factor` says whether it proved password and second factor."""
    client = Client()
    client.force_login(account)
    session = client.session
    at = time.time()
    session["account_authentication_methods"] = [
        {"method": method, "at": at} for method in (("password", "mfa") if factor else ("code",))
    ]
    session["account_authentication_methods_user"] = session[SESSION_KEY]
    session.save()
    return client


@pytest.fixture
def as_worker(clock: Clock) -> Callable[[Player], Client]:
    """`as_worker(cast.wang)`: signed in by phone."""
    return partial(_sign_in, factor=False)


@pytest.fixture
def as_staff(clock: Clock) -> Callable[[Player], Client]:
    """`as_staff(cast.officer)`: signed in with password and second factor."""
    return partial(_sign_in, factor=True)


def _sign_in(player: Player, *, factor: bool) -> Client:
    assert player.account is not None
    return sign_in(player.account, factor=factor)


@pytest.fixture
def sides(cast: Cast) -> TwoSides:
    return TwoSides(cast)
