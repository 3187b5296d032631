"""Programmes and their courses. Terms: see `terms`."""

from datetime import date, datetime

from tongxin.activities.models import Course, Programme
from tongxin.activities.states import ActivityKind
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

LATE_AFTER = 10


@atomic
def start(
    *,
    union: Union,
    name: str,
    began_on: date,
    about: str = "",
    late_after: int = LATE_AFTER,
    synthetic: str = "",
    by: Actor,
    at: datetime,
) -> Programme:
    """`synthetic` says what in it is invented, and stands on every page of it.

    Refused: "no-power", "name-missing", "programme_name_once", "programme_late_after".
    """
    require(by, Power.RUN_COURSES, union)
    programme = Programme.make(
        federation=union.federation,
        union=union,
        name=named(name),
        began_on=began_on,
        about=about.strip(),
        late_after=late_after,
        synthetic=synthetic,
    )
    journal.write("programme.started", of=programme, by=by, at=at)
    return programme


@atomic
def edit(*, programme: Programme, name: str, about: str, late_after: int, by: Actor, at: datetime) -> Programme:
    require(by, Power.RUN_COURSES, programme.union_id)
    programme = Programme.objects.lock(programme.pk)
    programme.name, programme.about, programme.late_after = named(name), about.strip(), late_after
    programme.save(update_fields=["name", "about", "late_after"])
    journal.write("programme.edited", of=programme, by=by, at=at)
    return programme


@atomic
def add_course(
    *,
    programme: Programme,
    name: str,
    topic: str,
    kind: ActivityKind = ActivityKind.LESSONS,
    about: str = "",
    by: Actor,
    at: datetime,
) -> Course:
    """Offered again in a later term it stays the same course. Refused: "no-power", "name-missing", "course_name_once"."""
    require(by, Power.RUN_COURSES, programme.union_id)
    course = Course.make(
        federation=programme.federation,
        programme=programme,
        union_id=programme.union_id,
        name=named(name),
        topic=topic.strip(),
        kind=kind,
        about=about.strip(),
    )
    journal.write("course.added", of=course, by=by, at=at)
    return course


@atomic
def edit_course(
    *, course: Course, name: str, topic: str, about: str, kind: ActivityKind | None = None, by: Actor, at: datetime
) -> Course:
    """`kind` only while it was never offered. Refused: "no-power", "name-missing", "course_name_once", "course-offered"."""
    require(by, Power.RUN_COURSES, course.union_id)
    course = Course.objects.lock(course.pk)
    if kind is not None and kind != course.kind and course.cohorts.exists():
        raise Refused("course-offered", "这门课已经开过班，不能再改种类。请另加一门。")
    course.name, course.topic, course.about = named(name), topic.strip(), about.strip()
    course.kind = kind or course.kind
    course.save(update_fields=["name", "topic", "about", "kind"])
    journal.write("course.edited", of=course, by=by, at=at)
    return course


def named(name: str) -> str:
    name = name.strip()
    if not name:
        raise Refused("name-missing", "还没有填名称，请填上。")
    if len(name) > 60:
        raise Refused("name-long", "名称最多60个字，请改短一些。")
    return name
