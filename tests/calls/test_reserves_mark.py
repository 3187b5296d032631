"""Groups that no rule decides: marked one by one or for many, all or none, by whoever runs calls; until the list is frozen."""

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import CLOSES, DRAWN, QUICK, a_call, a_group, a_pool, apply_all, enter_all, people, states

from tongxin.calls.actions import applications, entries, reserves
from tongxin.calls.models import Application, Call, Pool
from tongxin.calls.queries import miscounted
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry
from tongxin.store.atomic import writing

WHY = "凭劳模证书"


def pool_of(cast: Cast, call: Call, units: int = 3) -> Pool:
    pool = a_pool(call, units)
    couriers = a_group(cast.yongchuan, "courier", "快递员")
    plans = [reserves.Plan("劳模", "劳动模范", 1), reserves.Plan("快递员", "快递小哥", 1, couriers)]
    reserves.keep(pool=pool, plans=plans, by=HOUSE, at=NOW)
    return Pool.objects.get(pk=pool.pk)


@pytest.fixture
def call(cast: Cast) -> Call:
    return a_call(cast.yongchuan, manner=DRAWN)


def groups() -> list[str]:
    return list(Application.objects.order_by("pk").values_list("groups", flat=True))


def refused(code: str, deed: object) -> str:
    with pytest.raises(Refused) as refusal:
        deed()  # type: ignore[operator]
    assert refusal.value.code == code
    return str(refusal.value)


def test_mark_puts_in_and_takes_out_and_leaves_what_a_rule_decides(cast: Cast, call: Call) -> None:
    [mine] = enter_all([pool_of(cast, call)], people(cast.factory, 1))
    with writing():
        Application.objects.filter(pk=mine.pk).update(groups="快递员")
    reserves.mark(application=mine, groups=["劳模"], why=WHY, by=cast.officer.actor, at=NOW)
    assert groups() == ["劳模+快递员"]
    reserves.mark(application=mine, groups=[], why="证书不是本人的", by=cast.officer.actor, at=NOW)
    assert groups() == ["快递员"]
    said = JournalEntry.objects.filter(verb="application.marked").order_by("pk")
    assert [(row.data["groups"].count("劳模"), row.data["why"]) for row in said] == [(1, WHY), (0, "证书不是本人的")]


def test_mark_asks_for_power_and_a_reason_and_a_group_that_people_decide(cast: Cast, call: Call) -> None:
    [mine] = enter_all([pool_of(cast, call)], people(cast.factory, 1))
    sent = {"application": mine, "groups": ["劳模"], "at": NOW}
    refused("no-power", lambda: reserves.mark(**sent, why=WHY, by=cast.wang.actor))  # type: ignore[arg-type]
    refused("no-power", lambda: reserves.mark(**sent, why=WHY, by=cast.sibling_officer.actor))  # type: ignore[arg-type]
    refused("why-missing", lambda: reserves.mark(**sent, why=" ", by=HOUSE))  # type: ignore[arg-type]
    ruled = sent | {"groups": ["快递员"]}
    assert "由规则判断" in refused("group-unknown", lambda: reserves.mark(**ruled, why=WHY, by=HOUSE))  # type: ignore[arg-type]
    assert groups() == [""]


def test_mark_is_refused_once_the_list_is_frozen(cast: Cast, call: Call) -> None:
    [mine] = enter_all([pool_of(cast, call)], people(cast.factory, 1))
    entries.freeze(call=call, by=HOUSE, at=CLOSES)
    said = refused("list-frozen", lambda: reserves.mark(application=mine, groups=["劳模"], why=WHY, by=HOUSE, at=NOW))
    assert "异议" in said


def test_mark_many_is_all_or_none(cast: Cast, call: Call) -> None:
    pool, other = pool_of(cast, call), a_pool(call, 1, "没有预留的")
    rows = enter_all([pool], people(cast.factory, 2))
    [strange] = enter_all([other], [cast.wang.person])
    sent = {"call": call, "group": "劳模", "into": True, "why": WHY, "by": cast.officer.actor, "at": NOW}
    pks = [row.pk for row in rows]
    said = refused("group-unknown", lambda: reserves.mark_many(**sent, applications=[*pks, strange.pk]))  # type: ignore[arg-type]
    assert "有1份" in said
    refused("nobody-chosen", lambda: reserves.mark_many(**sent, applications=[]))  # type: ignore[arg-type]
    assert groups() == ["", "", ""]
    assert reserves.mark_many(**sent, applications=pks) == 2  # type: ignore[arg-type]
    assert reserves.mark_many(**sent, applications=pks) == 0  # type: ignore[arg-type]
    assert groups() == ["劳模", "劳模", ""]
    out = sent | {"into": False}
    assert reserves.mark_many(**out, applications=pks[:1]) == 1  # type: ignore[arg-type]
    assert groups() == ["", "劳模", ""]


def test_mark_many_takes_only_what_is_of_the_call_and_waits_still(cast: Cast, call: Call) -> None:
    elsewhere = a_call(cast.yongchuan, manner=DRAWN)
    [other] = enter_all([a_pool(elsewhere, 1)], people(cast.factory, 1))
    [mine] = enter_all([pool_of(cast, call)], [cast.wang.person])
    sent = {"call": call, "group": "劳模", "into": True, "why": WHY, "by": HOUSE, "at": NOW}
    refused("application-elsewhere", lambda: reserves.mark_many(**sent, applications=[mine.pk, other.pk]))  # type: ignore[arg-type]
    applications.withdraw(application=mine, why="有事", by=HOUSE, at=NOW)
    refused("wrong-state", lambda: reserves.mark_many(**sent, applications=[mine.pk]))  # type: ignore[arg-type]


def test_who_waits_and_is_marked_gets_a_place_that_was_kept(cast: Cast) -> None:
    quick = a_call(cast.yongchuan, manner=QUICK)
    pool = pool_of(cast, quick, 3)  # one for model workers, one for couriers, one open
    rows = apply_all(pool, people(cast.factory, 3))
    assert states(rows) == ["granted", "waiting", "waiting"]
    reserves.mark(application=rows[2], groups=["劳模"], why=WHY, by=cast.officer.actor, at=NOW)
    assert states(rows) == ["granted", "waiting", "granted"]
    assert miscounted() == []
