"""A union ends or merges, with everyone in it."""

from datetime import date

import pytest
from django.db import connection
from tests.cast import HOUSE, NOW, SINCE, TODAY, Cast, Player, worker
from tests.factories.racing import side_by_side

from tongxin.kernel.refused import Refused
from tongxin.people import jobs
from tongxin.people.actions import joining, memberships, union_endings
from tongxin.people.actions.joining import Wish
from tongxin.people.models import Appointment, Membership, Person
from tongxin.store.atomic import writing
from tongxin.unions.models import Succession, Union

DAY = date(2024, 3, 1)


def without_posts(*unions: Union) -> None:
    with writing():
        Appointment.objects.filter(union__in=unions).delete()


def refusal(call, **values: object) -> str:
    with pytest.raises(Refused) as refused:
        call(**values)
    return refused.value.code


def merge(cast: Cast, **changes: object) -> int:
    given = {"predecessors": [cast.riders], "successor": cast.factory, "on": DAY, "by": cast.admin.actor, "at": NOW}
    return union_endings.merge(**given | changes)  # type: ignore[arg-type]


def test_merging_moves_every_member_without_a_gap(cast: Cast) -> None:
    assert merge(cast) == 2
    stays = Membership.objects.filter(person=cast.zhang.person).order_by("starts")
    assert [(s.union_id, s.starts, s.ends, s.end_reason) for s in stays] == [
        (cast.riders.pk, SINCE, DAY, "transferred"), (cast.factory.pk, DAY, None, "")
    ]  # fmt: skip
    assert stays[1].previous == stays[0]
    cast.riders.refresh_from_db()
    assert cast.riders.dissolved_on == DAY
    assert Succession.objects.get().successor == cast.factory
    assert not Membership.objects.filter(union=cast.riders, ends=None).exists()


def test_merging_is_all_or_nothing(cast: Cast) -> None:
    worker(cast.riders, "新骑手")
    with writing():
        Membership.objects.filter(person__name="新骑手").update(starts=TODAY)
    assert refusal(merge, cast=cast) == "merge-later-members"
    assert refusal(merge, cast=cast, predecessors=[cast.factory], successor=cast.riders) == "union-has-posts"
    assert refusal(merge, cast=cast, on=date(2024, 3, 29)) == "day-to-come"
    assert refusal(merge, cast=cast, successor=cast.jinjiang_shop) == "no-power"
    assert refusal(merge, cast=cast, successor=cast.jinjiang_shop, by=HOUSE) == "merge-across"
    assert refusal(merge, cast=cast, by=cast.cadre.actor) == "no-power"
    assert Membership.objects.filter(union=cast.riders, ends=None).count() == 3
    assert not Succession.objects.exists()


def test_members_and_posts_keep_a_union_alive(cast: Cast) -> None:
    given = {"union": cast.riders, "on": TODAY, "by": cast.admin.actor, "at": NOW}
    assert refusal(union_endings.dissolve, **given) == "union-has-members"
    for person in (cast.zhang.person, cast.zhao.person):
        memberships.end(
            membership=Membership.objects.get(person=person, ends=None), on=DAY, reason="left", by=HOUSE, at=NOW
        )
    assert union_endings.dissolve(**given).dissolved_on == TODAY
    assert refusal(union_endings.dissolve, **{**given, "union": cast.zhongshan}) == "union-has-children"


@pytest.mark.django_db(transaction=True)
def test_whoever_joins_while_it_ends_is_in_a_living_union_or_in_none(cast: Cast) -> None:
    for stay in Membership.objects.filter(union=cast.riders, ends=None):
        memberships.end(membership=stay, on=DAY, reason="left", by=HOUSE, at=NOW)
    newcomer: Person = cast.zhang.person
    outcomes = side_by_side(
        lambda: memberships.join(person=newcomer, union=cast.riders, starts=TODAY, by=HOUSE, at=NOW),
        lambda: union_endings.dissolve(union=cast.riders, on=TODAY, by=cast.admin.actor, at=NOW),
    )
    assert outcomes in (["done", "union-has-members"], ["union-not-there", "done"])
    cast.riders.refresh_from_db()
    member = Membership.objects.filter(union=cast.riders, ends=None).exists()
    assert member == (cast.riders.dissolved_on is None)


def test_what_waited_at_a_union_that_ended_goes_on_at_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a job that the ending itself leaves, not by the next tick of a timer."""
    wish = Wish(union=cast.riders, basis="platform", name="新骑手", gig_group="food_delivery_rider")
    asked = joining.ask(wish=wish, by=Player(None, cast.newcomer).actor, at=NOW)
    merge(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")
        assert (jobs.HAND_ON_JOB,) in cursor.fetchall()
    monkeypatch.setattr(jobs.timezone, "now", lambda: NOW)
    jobs.hand_on_applications()
    asked.refresh_from_db()
    assert (asked.union, asked.steps.order_by("-pk")[0].verb) == (cast.factory, "hand-on")
