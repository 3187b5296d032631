"""Clients that are signed in, on the cast's day."""

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import NOW, Player


def on_the_cast_s_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests arrive at the cast's NOW, when its appointments are in force."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def signed_in(player: Player) -> Client:
    """With the second factor done, as the sign-in library notes it."""
    assert player.account is not None
    client = Client()
    client.force_login(player.account)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": NOW.timestamp()}]
    session["account_authentication_methods_user"] = str(player.account.pk)
    session.save()
    return client
