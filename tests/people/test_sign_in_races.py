"""Two browsers with codes of one number, or with one code, at once: on connections of their own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection
from tests.cast import NOW

from tongxin.kernel.refused import Refused
from tongxin.people.actions import sign_in
from tongxin.people.models import Account
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)
NUMBERS = [f"1991234567{n}" for n in range(6)]


def at_once(deeds: Sequence[Callable[[], Account]]) -> list[object]:
    """Of each the account's key, or the refusal's code."""
    gate = Barrier(len(deeds))

    def run(deed: Callable[[], Account]) -> object:
        gate.wait()
        try:
            return deed().pk
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def issued(number: str, at: datetime) -> tuple[str, str]:
    code, digits = sign_in.issue_code(phone=number, network="10.0.0.1", at=at)
    return code.public_id, digits


def entering(code: tuple[str, str], network: str) -> Callable[[], Account]:
    at = NOW + timedelta(seconds=90)
    return lambda: sign_in.account_by_code(handle=code[0], digits=code[1], network=network, at=at)


def verbs() -> dict[str, int]:
    found = list(JournalEntry.objects.values_list("verb", flat=True))
    return {verb: found.count(verb) for verb in sorted(set(found))}


def test_two_codes_of_a_new_number_open_one_account() -> None:
    for number in NUMBERS:
        codes = [issued(number, NOW), issued(number, NOW + timedelta(seconds=61))]
        one, two = at_once([entering(code, f"10.0.0.{n}") for n, code in enumerate(codes)])
        assert one == two
    assert Account.objects.count() == len(NUMBERS)
    assert verbs() == {"account.opened": len(NUMBERS), "account.signed-in": 2 * len(NUMBERS)}


def test_one_code_opens_once() -> None:
    for number in NUMBERS:
        code = issued(number, NOW)
        told = at_once([entering(code, f"10.0.0.{n}") for n in range(3)])
        assert sorted(map(str, told), reverse=True)[:2] == ["code-gone", "code-gone"]
        assert sum(isinstance(one, int) for one in told) == 1
    assert verbs() == {"account.opened": len(NUMBERS), "account.signed-in": len(NUMBERS)}
