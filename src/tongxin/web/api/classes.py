"""Classes and sign-up for machines."""

from datetime import datetime
from typing import Annotated, cast

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router
from ninja.errors import HttpError

from tongxin.activities.actions import enrolments
from tongxin.activities.models import Cohort
from tongxin.activities.queries.classes import Filters, ListedClass, PartOfDay, class_list, class_page, visible
from tongxin.calls.actions import noting
from tongxin.calls.models import Application
from tongxin.calls.queries import place_in_line
from tongxin.calls.states import ApplicationState
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.web.api.doors import SIGNED_IN, anyone
from tongxin.web.api.shapes import ClassesOut, ClassOut, PlaceOut, RefusalOut, SignUpIn, SignUpOut
from tongxin.web.guard import HouseRequest, read_only

router = Router(tags=["classes"])
ClassId = Annotated[str, Path(pattern=r"^[0-9a-z]{12}$", description="A class's public id.")]


@router.get(
    "/classes", response={200: ClassesOut, 422: RefusalOut}, auth=None, summary="Published classes that are not over"
)
def classes(
    request: HttpRequest,
    page: Annotated[int, Query(ge=1, le=500)] = 1,
    weekday: Annotated[int | None, Query(ge=1, le=7)] = None,
    part: Annotated[PartOfDay | None, Query()] = None,
    topic: Annotated[str, Query(max_length=20, pattern=r"^[^\x00]*$")] = "",
    q: Annotated[str, Query(max_length=40, pattern=r"^[^\x00]*$")] = "",
    open_only: Annotated[bool, Query(alias="open")] = False,  # noqa: FBT002 - a query parameter
) -> ClassesOut:
    filters = Filters(
        weekdays=(weekday,) if weekday else (),
        part=PartOfDay(part) if part else None,
        topic=topic,
        text=q,
        open_only=open_only,
    )
    actor = anyone(request)
    with read_only():
        found = class_list(at=_now(request), person=actor.person_id, filters=filters, page=page)
    return ClassesOut(classes=[_out(row) for row in found.rows], page=found.page, more=found.more)


@router.get(
    "/classes/{class_id}", response={200: ClassOut, 404: RefusalOut, 422: RefusalOut}, auth=None, summary="One class"
)
def class_(request: HttpRequest, class_id: ClassId) -> ClassOut:
    actor = anyone(request)
    with read_only():
        cohort = _cohort(class_id)
        shown = class_page(cohort, at=_now(request), person=actor.person_id)
    return _out(ListedClass(cohort, shown.stands))


@router.post(
    "/classes/{class_id}/sign-up",
    response={200: SignUpOut, 401: RefusalOut, 403: RefusalOut, 404: RefusalOut, 422: RefusalOut},
    auth=SIGNED_IN,
    summary="Sign up, for oneself or for a worker in one's reach",
)
def sign_up(request: HttpRequest, class_id: ClassId, asked: SignUpIn) -> SignUpOut:
    actor = request.auth  # type: ignore[attr-defined]
    cohort = _cohort(class_id)
    if asked.person is not None:
        person = Person.objects.within(actor, Power.ACT_FOR_WORKER).filter(public_id=asked.person).first()
    else:
        person = Person.objects.filter(pk=actor.person_id).first()
    if person is None:
        raise HttpError(404, "person")
    with noting.watched(pool=cohort.pool, by=actor, at=_now(request)), transaction.atomic():
        application = enrolments.sign_up(cohort=cohort, person=person, by=actor, at=_now(request), key=asked.key)
        return _application(application, cohort)


def _application(application: Application, cohort: Cohort) -> SignUpOut:
    return SignUpOut(
        application=application.public_id,
        state=ApplicationState(application.state),
        at=timezone.localtime(application.at),
        place=place_in_line(application, cohort.pool) if cohort.pool is not None else None,
    )


def _cohort(class_id: str) -> Cohort:
    found = visible().filter(public_id=class_id).first()
    if found is None:
        raise HttpError(404, "class")
    return found


def _now(request: HttpRequest) -> datetime:
    """When it arrived, as the door noted it."""
    return cast("HouseRequest", request).now


def _out(row: ListedClass) -> ClassOut:
    cohort, stands = row.cohort, row.stands
    return ClassOut(
        id=cohort.public_id,
        title=cohort.title,
        course=cohort.course.name,
        topic=cohort.course.topic,
        programme=cohort.term.programme.name,
        term=cohort.term.ordinal,
        union=cohort.union.name,
        union_code=cohort.union.code,
        room=cohort.room.name if cohort.room else "",
        teacher=cohort.teacher_name,
        site=PlaceOut(id=cohort.site.public_id, name=cohort.site.name, address=cohort.site.address),
        weekday=cohort.weekday,
        starts_at=cohort.starts_at,
        ends_at=cohort.ends_at,
        first_day=cohort.first_day,
        last_day=cohort.last_day,
        sessions=cohort.session_count,
        fee_yuan=f"{cohort.fee:.2f}",
        synthetic=cohort.term.programme.synthetic,
        state=stands.state,
        units=stands.units,
        left=stands.left,
        waiting=stands.waiting,
        place=stands.place,
        opens=stands.opens,
        closes=stands.closes,
        assurance=stands.assurance,
    )
