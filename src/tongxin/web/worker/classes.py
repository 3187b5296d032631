"""Finding a class, signing up in two taps, leaving it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext

from tongxin.activities.actions import enrolments
from tongxin.activities.models import Cohort
from tongxin.activities.queries.classes import ClassPage, class_page, to_sign_up, visible
from tongxin.activities.queries.standing import Stands
from tongxin.activities.states import ActivityKind, SessionState, Standing
from tongxin.calls.actions import noting
from tongxin.calls.states import ApplicationState
from tongxin.kernel.public_ids import new_public_id
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.rulebook.queries import verdict_given, verdict_on
from tongxin.web import call_words, class_words, dates, english, verdict_words
from tongxin.web.answers import render_part, render_refusal, sent_key, wants_part
from tongxin.web.calendar_file import Event, as_file
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.worker import cards, listing


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def classes(request: HouseRequest) -> HttpResponse:
    if wants_part(request):
        return render_part(request, f"{listing.TEMPLATE}#rows", listing.context(request, request.actor.person_id))
    return render_part(request, "worker/classes/list.html", {"listing": listing.drawn(request)})


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def class_(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = get_object_or_404(visible(), public_id=cohort_id)
    return render_part(request, "worker/classes/class.html", _context(request, cohort))


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def class_may(request: HouseRequest, cohort_id: str) -> HttpResponse:
    """Why can I, why not: each condition with what the record says. Asking writes nothing; a visitor sees the conditions."""
    cohort = get_object_or_404(visible(), public_id=cohort_id)
    person = request.actor.person_id
    context: dict[str, Any] = {"cohort": cohort, "asked": person is not None, "verdict": None}
    if cohort.term.call is not None and cohort.term.call.rule_version is not None:
        version, union = cohort.term.call.rule_version, cohort.term.call.union_id
        if person is None:
            verdict = verdict_given(version, {}, request.actor.on, union=union)
        else:
            verdict = verdict_on(version, Person.objects.get(pk=person), request.actor.on, union=union)
        context |= {"verdict": verdict_words.shown(verdict), "version": version}
    return render_part(request, "worker/classes/may.html", context)


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def class_calendar(request: HouseRequest, cohort_id: str) -> HttpResponse:
    """Its lessons for the phone's own calendar."""
    cohort = get_object_or_404(visible(), public_id=cohort_id)
    lessons = cohort.sessions.exclude(state=SessionState.CANCELLED).order_by("starts_at", "pk")
    where = ", ".join(filter(None, (class_words.where(cohort), cohort.site.address)))
    events = (Event(one.public_id, english.plain(cohort.title), where, one.starts_at, one.ends_at) for one in lessons)
    return as_file(events, name=f"class-{cohort.public_id}", at=request.now)


@page(open_to=OpenTo.WORKER, methods=("POST",))
def sign_up(request: HouseRequest, cohort_id: str) -> HttpResponse:
    found = to_sign_up(cohort_id, request.actor.person_id or 0)
    if found is None:
        raise Http404
    key = sent_key(request)
    by, at = request.actor, request.now
    try:
        with noting.watched(pool=found.cohort.pool, by=by, at=at):
            application = enrolments.sign_up(cohort=found.cohort, person=found.person, by=by, at=at, key=key)
    except Refused as refusal:
        return refused_class(request, cohort_id, refusal)
    said = {
        ApplicationState.GRANTED: gettext("报名成功，名额已是您的。"),
        ApplicationState.WAITING: gettext("已加入候补。有名额会按先后轮到您，并告诉您。"),
        ApplicationState.ENTERED: gettext("已报上名。结果出来会告诉您，在那以前可以改志愿，也可以退出。"),
    }
    if application.state == ApplicationState.ENTERED:
        messages.success(request, said[ApplicationState.ENTERED])
        return redirect("worker:application", application.public_id)
    if words := said.get(ApplicationState(application.state)):
        messages.success(request, words)
    else:  # an old page, sent once more after the worker left
        messages.info(request, gettext("这次报名已经退出。想再报，请在这一页重新点报名。"))
    return redirect("worker:class", cohort_id)


@page(open_to=OpenTo.WORKER, methods=("POST",))
def withdraw(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = get_object_or_404(visible(), public_id=cohort_id)
    person = Person.objects.get(account=request.user)
    try:
        enrolments.withdraw(cohort=cohort, person=person, by=request.actor, at=request.now)
    except Refused as refusal:
        return refused_class(request, cohort_id, refusal)
    messages.success(request, gettext("已退出，名额会让给候补的工友。"))
    return redirect("worker:class", cohort_id)


def refused_class(request: HouseRequest, cohort_id: str, refusal: Refused) -> HttpResponse:
    """The page as it stands now, for a refusal often means that it has changed."""
    cohort = get_object_or_404(visible(), public_id=cohort_id)
    return render_refusal(request, "worker/classes/class.html", _context(request, cohort), refusal)


def _context(request: HouseRequest, cohort: Cohort) -> dict[str, Any]:
    shown = class_page(cohort, at=request.now, person=request.actor.person_id)
    return {
        "cohort": cohort,
        "shown": shown,
        "stands": shown.stands,
        "state": str(shown.stands.state),
        "kind": ActivityKind(cohort.course.kind),
        "synthetic": cards.synthetic([cohort]),
        "facts": _facts(cohort, shown.stands),
        "key": new_public_id(),
        "seats": cards.seats(shown.stands),
        "meter": cards.card_meter(shown.stands),
        "dots": _dots(shown, request),
        "closes": _until(shown.stands),
        "result": dates.moment(shown.stands.result_at) if shown.stands.result_at else "",
        "opens": cards.note(shown.stands),
        "needs": _needs(shown.stands, request),
    }


def _needs(stands: Stands, request: HouseRequest) -> str:
    """The level that is asked for and that the reader has not reached; asked of the database only where there is one."""
    if not (stands.can_ask and stands.needs):
        return ""
    person = request.actor.person_id
    if person is not None and Person.objects.filter(pk=person, assurance__gte=stands.assurance).exists():
        return ""
    return stands.needs


def _facts(cohort: Cohort, stands: Stands) -> list[tuple[str, str]]:
    fee = gettext("免费") if not cohort.fee else gettext("材料费%(fee)s元") % {"fee": f"{cohort.fee.normalize():f}"}
    return [
        (gettext("时间"), class_words.when(cohort)),
        (gettext("地点"), class_words.where(cohort)),
        (gettext("地址"), cohort.site.address),
        (gettext("老师"), cohort.teacher_name),
        (gettext("费用"), fee),
        (gettext("报名办法"), call_words.manner(cohort.term.call)),
        (gettext("志愿"), call_words.wishes(cohort.term.call) if cohort.term.call else ""),
        (gettext("几个人一起"), call_words.party(cohort.term.call) if cohort.term.call else ""),
        (gettext("抽签的机会"), call_words.chances(cohort.term.call) if cohort.term.call else ""),
        (gettext("报名截止"), _until(stands)),
        (gettext("主办"), cohort.union.name),
    ]


def _until(stands: Stands) -> str:
    return f"{dates.full_day(stands.closes)} {dates.clock(stands.closes)}" if stands.closes else ""


def _dots(shown: ClassPage, request: HouseRequest) -> list[dict[str, Any]]:
    """One a lesson, with the mark; only for who is or was on the roster."""
    if shown.enrolment is None or shown.stands.state is not Standing.ENROLLED:
        return []
    return [
        {
            "no": lesson.session.no,
            "mark": lesson.mark,
            "today": dates.local(lesson.session.starts_at) == request.actor.on,
        }
        for lesson in shown.lessons
    ]


urlpatterns = [
    path("classes/", classes, name="classes"),
    path("classes/<str:cohort_id>/", class_, name="class"),
    path("classes/<str:cohort_id>/may/", class_may, name="class-may"),
    path("classes/<str:cohort_id>/calendar.ics", class_calendar, name="class-calendar"),
    path("classes/<str:cohort_id>/sign-up/", sign_up, name="sign-up"),
    path("classes/<str:cohort_id>/withdraw/", withdraw, name="withdraw"),
]
