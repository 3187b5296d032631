"""Who may give which role where; and that a post ends by itself."""

from datetime import date, timedelta

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast, Player

from tongxin.kernel.refused import Refused
from tongxin.people.actions import appointments
from tongxin.people.authority import Actor
from tongxin.people.models import Appointment
from tongxin.people.powers import Power
from tongxin.people.roles import RoleName
from tongxin.unions.models import Union

YEAR = TODAY + timedelta(days=365)


def appoint(who: Player, role: str, union: Union, by: Actor, starts: date = TODAY, ends: date = YEAR) -> Appointment:
    return appointments.appoint(person=who.person, role=role, union=union, starts=starts, ends=ends, by=by, at=NOW)


def refusal(*args: object, **values: object) -> str:
    with pytest.raises(Refused) as refused:
        appoint(*args, **values)  # type: ignore[arg-type]
    return refused.value.code


def test_appoint_gives_the_roles_powers_from_its_day_to_its_end(cast: Cast) -> None:
    appoint(cast.wang, RoleName.CADRE, cast.factory, cast.admin.actor, starts=TODAY + timedelta(days=1))
    assert not cast.wang.actor.holds(Power.MANAGE_PEOPLE)
    assert cast.wang.on(TODAY + timedelta(days=1)).holds(Power.MANAGE_PEOPLE)
    assert cast.wang.on(YEAR - timedelta(days=1)).holds(Power.MANAGE_PEOPLE)
    assert not cast.wang.on(YEAR).holds(Power.MANAGE_PEOPLE)


@pytest.mark.parametrize("role", [role for role in RoleName if role != RoleName.OPERATOR])
def test_an_administrator_gives_every_role_at_and_below_their_union(cast: Cast, role: RoleName) -> None:
    for union in (cast.yongchuan, cast.factory):
        appoint(cast.wang, role, union, cast.admin.actor)


def test_the_operator_is_given_by_the_installation_only(cast: Cast) -> None:
    assert refusal(cast.wang, RoleName.OPERATOR, cast.yongchuan, cast.admin.actor) == "role-not-yours"
    post = appoint(cast.wang, RoleName.OPERATOR, cast.yongchuan, HOUSE)
    with pytest.raises(Refused) as refused:
        appointments.end_appointment(appointment=post, on=TODAY, by=cast.chief.actor, at=NOW)
    assert refused.value.code == "role-not-yours"


def test_nobody_appoints_above_or_beside_their_reach(cast: Cast) -> None:
    for union in (cast.chongqing, cast.nation, cast.jiangjin, cast.jiangjin_mill, cast.sichuan, cast.jinjiang):
        assert refusal(cast.wang, RoleName.CADRE, union, cast.admin.actor) == "no-power"


def test_nobody_without_the_power_appoints(cast: Cast) -> None:
    for by in (cast.officer, cast.cadre, cast.reader, cast.auditor, cast.operator, cast.teacher, cast.wang):
        assert refusal(cast.li, RoleName.CADRE, cast.factory, by.actor) == "no-power"


def test_nobody_appoints_themselves(cast: Cast) -> None:
    assert refusal(cast.admin, RoleName.AUDITOR, cast.yongchuan, cast.admin.actor) == "appoint-self"
    appoint(cast.admin, RoleName.AUDITOR, cast.yongchuan, cast.chief.actor)


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        (TODAY, TODAY, "appointment-days"),
        (YEAR, TODAY, "appointment-days"),
        (TODAY - timedelta(days=9), TODAY, "appointment-days"),
        (TODAY, TODAY + timedelta(days=5 * 366 + 1), "appointment-long"),
    ],
)
def test_appoint_is_refused_for_days_that_make_no_sense(cast: Cast, starts: date, ends: date, code: str) -> None:
    assert refusal(cast.wang, RoleName.CADRE, cast.factory, cast.admin.actor, starts, ends) == code


def test_appoint_the_same_twice_or_an_unknown_role_is_refused(cast: Cast) -> None:
    appoint(cast.wang, RoleName.CADRE, cast.factory, cast.admin.actor)
    assert refusal(cast.wang, RoleName.CADRE, cast.factory, cast.admin.actor) == "appointment-there"
    assert refusal(cast.wang, "king", cast.factory, cast.admin.actor) == "role-unknown"


def test_end_appointment_takes_the_powers_at_once(cast: Cast) -> None:
    post = Appointment.objects.get(person=cast.officer.person)
    appointments.end_appointment(appointment=post, on=TODAY, by=cast.chief.actor, at=NOW)
    assert not cast.officer.actor.is_staff
    with pytest.raises(Refused) as refused:
        appointments.end_appointment(appointment=post, on=TODAY, by=cast.chief.actor, at=NOW)
    assert refused.value.code == "appointment-days"


def test_end_appointment_is_refused_to_a_sibling_and_for_the_past(cast: Cast) -> None:
    post = Appointment.objects.get(person=cast.officer.person)
    for by, on, code in (
        (cast.jinjiang_admin, TODAY, "no-power"),
        (cast.admin, TODAY - timedelta(days=1), "appointment-days"),
    ):
        with pytest.raises(Refused) as refused:
            appointments.end_appointment(appointment=post, on=on, by=by.actor, at=NOW)
        assert refused.value.code == code
