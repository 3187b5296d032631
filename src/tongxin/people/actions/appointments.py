"""任命: who holds which role where. It ends by itself; nobody appoints themselves, nor above or beside their own reach."""

from datetime import date, datetime
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.models import Appointment, Person
from tongxin.people.powers import Power
from tongxin.people.roles import FOR_INSTALLATION, RoleName
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

LONGEST_YEARS: Final = 5  # a committee's term (工会法)


@atomic
def appoint(
    *, person: Person, role: str, union: Union, starts: date, ends: date, by: Actor, at: datetime
) -> Appointment:
    """From `starts` until `ends`, the first day without. Power APPOINT at that union.

    Refused: "no-power", "appoint-self", "role-not-yours", "appointment-days", "appointment-long", "appointment-there".
    """
    require(by, Power.APPOINT, union)
    role = _may_give(role, person, by)
    _days(starts, ends, by.on)
    Person.objects.lock(person.pk)
    same = Appointment.objects.filter(person=person, role=role, union=union, starts__lt=ends, ends__gt=starts)
    if same.exists():
        raise Refused("appointment-there", "这段时间这个人已经有同样的岗位，不用再任命。")
    appointment = Appointment.make(
        person=person,
        role=role,
        union=union,
        starts=starts,
        ends=ends,
        appointed_by=by.account_id,
        appointed_at=at,
        federation=union.federation,
    )
    journal.write(
        "appointment.made", of=appointment, by=by, at=at, role=role, starts=starts.isoformat(), ends=ends.isoformat()
    )
    return appointment


@atomic
def end_appointment(*, appointment: Appointment, on: date, by: Actor, at: datetime) -> Appointment:
    """Ends before its time; `on` is the first day without it. One may lay down a post of one's own with this power."""
    appointment = Appointment.objects.lock(appointment.pk)
    require(by, Power.APPOINT, appointment.union_id)
    if appointment.role in FOR_INSTALLATION and not by.system:
        raise Refused("role-not-yours", "这个岗位由安装的人设置，不能在这里改。")
    if on < by.on or on >= appointment.ends:
        raise Refused("appointment-days", "请选今天或以后、原定结束日期以前的日子。")
    appointment.ends = max(on, appointment.starts)
    appointment.save(update_fields=["ends"])
    journal.write("appointment.ended", of=appointment, by=by, at=at, role=appointment.role, ends=on.isoformat())
    return appointment


def _may_give(role: str, person: Person, by: Actor) -> RoleName:
    if role not in RoleName:
        raise Refused("role-unknown", "请选岗位。")
    if by.person_id == person.pk:
        raise Refused("appoint-self", "不能任命自己，请由上级或同级的另一位管理员办理。")
    if role in FOR_INSTALLATION and not by.system:
        raise Refused("role-not-yours", "这个岗位由安装的人设置，不能在这里任命。")
    return RoleName(role)


def _days(starts: date, ends: date, today: date) -> None:
    if ends <= starts or ends <= today:
        raise Refused("appointment-days", "任期的结束日期要晚于开始日期，也要晚于今天。")
    if (ends - starts).days > LONGEST_YEARS * 366:
        raise Refused("appointment-long", "任期最长%(years)d年，到期再任命。", years=LONGEST_YEARS)
