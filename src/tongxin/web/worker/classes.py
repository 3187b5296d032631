"""Finding a class, signing up in two taps, leaving it."""

from hashlib import sha256
from typing import Any, Final, NamedTuple

from django import forms
from django.contrib import messages
from django.core.cache import caches
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from tongxin.activities.actions import enrolments
from tongxin.activities.models import Cohort
from tongxin.activities.queries.classes import (
    ClassPage,
    Filters,
    PartOfDay,
    class_list,
    class_page,
    count_matching,
    places,
    to_sign_up,
    topics,
    visible,
)
from tongxin.activities.queries.standing import Stands
from tongxin.activities.states import Standing
from tongxin.calls.states import ApplicationState
from tongxin.kernel.public_ids import new_public_id
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.venues.models import Site
from tongxin.web import dates
from tongxin.web.answers import render_part, render_refusal, wants_part
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.worker import cards

WEEKDAYS = [(str(n), n) for n in range(1, 8)]
KEY = 64
LISTING: Final = "worker/classes/listing.html"
FRESH: Final = 2  # seconds: what is left is honest to within them, and the class's own page is exact
SHELF_FRESH: Final = 60


class FilterForm(forms.Form):
    """The list's filters as they stand in the address; what cannot be read is no filter."""

    place = forms.CharField(required=False, max_length=12)
    weekday = forms.TypedMultipleChoiceField(required=False, choices=WEEKDAYS, coerce=int)
    part = forms.TypedChoiceField(required=False, choices=PartOfDay, coerce=PartOfDay, empty_value=None)
    topic = forms.CharField(required=False, max_length=20)
    q = forms.CharField(required=False, max_length=40, label=_("课程、老师"))
    open = forms.BooleanField(required=False)


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def classes(request: HouseRequest) -> HttpResponse:
    """Visitors all read the same listing, so one that is FRESH serves them all: a storm of visitors costs no queries."""
    if wants_part(request):
        return render_part(request, f"{LISTING}#rows", _listing(request))
    if request.actor.account_id is not None:
        return render_part(request, "worker/classes/list.html", {"listing": _rendered(request)})
    kept = caches["process"]
    key = sha256(f"{get_language()} {request.GET.urlencode()}".encode()).hexdigest()
    if (listing := kept.get(key)) is None:
        kept.set(key, listing := _rendered(request), FRESH)
    return render_part(request, "worker/classes/list.html", {"listing": listing})


def _rendered(request: HouseRequest) -> SafeString:
    return render_to_string(LISTING, _listing(request), request)


def _listing(request: HouseRequest) -> dict[str, Any]:
    shelf = _shelf(request)
    filters = _asked(request, shelf.places)
    number = request.GET.get("page", "1")
    shown = class_list(
        at=request.now,
        person=request.actor.person_id,
        filters=filters,
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 1,
    )
    return {
        "cards": cards.cards(shown.rows),
        "page": shown,
        "total": count_matching(at=request.now, filters=filters),
        "synthetic": cards.synthetic(row.cohort for row in shown.rows),
        "filters": _filters(filters, shelf),
        "terms": _terms([row.cohort for row in shown.rows]),
        "q": filters.text,
        "filtered": filters != Filters(),
    }


class Shelf(NamedTuple):
    """What the filters offer; it changes when classes are published, and may be a minute old."""

    places: list[Site]
    topics: list[str]


def _shelf(request: HouseRequest) -> Shelf:
    kept = caches["process"]
    shelf: Shelf | None = kept.get("classes-shelf")
    if shelf is None:
        kept.set("classes-shelf", shelf := Shelf(places(request.now), topics(request.now)), SHELF_FRESH)
    return shelf


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def class_(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = get_object_or_404(visible(), public_id=cohort_id)
    return render_part(request, "worker/classes/class.html", _context(request, cohort))


@page(open_to=OpenTo.WORKER, methods=("POST",))
def sign_up(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = to_sign_up(cohort_id)
    if cohort is None:
        raise Http404
    key = request.POST.get("key", "")[:KEY] or None
    person = Person.from_db(None, ["id"], [request.actor.person_id])  # read only if a rule asks for more than the id
    try:
        application = enrolments.sign_up(cohort=cohort, person=person, by=request.actor, at=request.now, key=key)
    except Refused as refusal:
        return refused_class(request, cohort_id, refusal)
    said = {
        ApplicationState.GRANTED: gettext("报名成功，名额已是您的。"),
        ApplicationState.WAITING: gettext("已加入候补。有名额会按先后轮到您，并告诉您。"),
    }
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
        "synthetic": cards.synthetic([cohort]),
        "facts": _facts(cohort, shown.stands),
        "key": new_public_id(),
        "seats": cards.seats(shown.stands),
        "meter": cards.card_meter(shown.stands),
        "dots": _dots(shown, request),
        "closes": _until(shown.stands),
        "opens": cards.note(shown.stands),
    }


def _facts(cohort: Cohort, stands: Stands) -> list[tuple[str, str]]:
    fee = gettext("免费") if not cohort.fee else gettext("材料费%(fee)s元") % {"fee": f"{cohort.fee.normalize():f}"}
    return [
        (gettext("时间"), cards.when(cohort)),
        (gettext("地点"), cards.where(cohort)),
        (gettext("地址"), cohort.site.address),
        (gettext("老师"), cohort.teacher_name),
        (gettext("费用"), fee),
        (gettext("报名办法"), gettext("先到先得，报满后转为候补，退出的名额按候补先后递补。")),
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


def _asked(request: HouseRequest, sites: list[Site]) -> Filters:
    """A place is a site, or a union with all below it."""
    form = FilterForm(request.GET)
    form.is_valid()
    values = form.cleaned_data
    place = values.get("place")
    return Filters(
        site=next((one for one in sites if one.public_id == place), None),
        area=next((one.union for one in sites if one.union.public_id == place), None),
        weekdays=tuple(values.get("weekday", ())),
        part=values.get("part"),
        topic=values.get("topic", ""),
        text=values.get("q", ""),
        open_only=values.get("open", False),
    )


def _terms(cohorts: list[Cohort]) -> list[Any]:
    """The terms on this page, each once."""
    return list({cohort.term_id: cohort.term for cohort in cohorts}.values())


def _areas(filters: Filters, sites: list[Site]) -> list[tuple[str, str, bool, list[tuple[str, str, bool]]]]:
    """Unions with their sites, as the select shows them."""
    unions = {site.union.pk: site.union for site in sites}
    return [
        (
            union.public_id,
            union.name,
            filters.area is not None and filters.area.pk == pk,
            [(site.public_id, site.name, site == filters.site) for site in sites if site.union_id == pk],
        )
        for pk, union in unions.items()
    ]


def _filters(filters: Filters, shelf: Shelf) -> dict[str, Any]:
    return {
        "areas": _areas(filters, shelf.places),
        "weekdays": [(n, dates.weekday(n), n in filters.weekdays) for _value, n in WEEKDAYS],
        "parts": [(part.value, gettext(part.label), part == filters.part) for part in PartOfDay],
        "topics": [(topic, topic, topic == filters.topic) for topic in shelf.topics],
        "open": filters.open_only,
        "clear": reverse("worker:classes"),
    }


urlpatterns = [
    path("classes/", classes, name="classes"),
    path("classes/<str:cohort_id>/", class_, name="class"),
    path("classes/<str:cohort_id>/sign-up/", sign_up, name="sign-up"),
    path("classes/<str:cohort_id>/withdraw/", withdraw, name="withdraw"),
]
