"""Two deciders, a decider and a worker who signs up, at once: on connections of their own."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from tests.cast import NOW, Cast
from tests.factories.activities import fresh, school
from tests.factories.likenesses import twice

from tongxin.activities.actions import enrolments
from tongxin.activities.models import Enrolment
from tongxin.kernel.refused import Refused
from tongxin.people.actions import likenesses, merging
from tongxin.people.actions.merging import Choice
from tongxin.people.models import Likeness, Merge, Person

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """What came of each: "" or the refusal's code."""
    told = [""] * len(deeds)
    gate = threading.Barrier(len(deeds))

    def run(place: int) -> None:
        gate.wait()
        try:
            deeds[place]()
        except Refused as refusal:
            told[place] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_two_deciders_and_a_worker_at_once(cast: Cast) -> None:
    """One decides, the other reads so; a sign-up of the very moment is found with the record that is kept."""
    other, pair = twice(cast)
    cohort = school(cast).cohort()
    stay = cast.wang.person.memberships.get().public_id
    choice = Choice(kept=cast.wang.person, membership=stay, account=cast.wang.account.pk)
    cadre, admin, worker = cast.cadre.actor, cast.admin.actor, other.actor

    def merge() -> None:
        merging.merge(pair=Likeness.objects.get(pk=pair.pk), choice=choice, by=cadre, at=NOW)

    def different() -> None:
        likenesses.decide_different(pair=Likeness.objects.get(pk=pair.pk), why="", by=admin, at=NOW)

    def sign_up() -> None:
        enrolments.sign_up(cohort=fresh(cohort), person=other.person, by=worker, at=NOW)

    told = at_once(merge, different, sign_up)
    assert sorted(told[:2]) == ["", "likeness-decided"]
    assert told[2] == ""
    merging.follow_stragglers(at=NOW)
    merged = Merge.objects.exists()
    owner = cast.wang.person.pk if merged else other.person.pk
    assert Enrolment.objects.get().person_id == owner
    assert (Person.objects.get(pk=other.person.pk).merged_into_id is not None) == merged
