"""The list of classes with its filters: drawn once for all who read it, with each reader's own put in."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from django import forms
from django.core.cache import caches
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from tongxin.activities.models import Cohort
from tongxin.activities.queries.classes import (
    Filters,
    ListedClass,
    PartOfDay,
    as_theirs,
    class_list,
    count_matching,
    holds,
    places,
    topics,
)
from tongxin.activities.states import ActivityKind
from tongxin.venues.models import Site
from tongxin.web import dates
from tongxin.web.guard import HouseRequest
from tongxin.web.worker import cards

WEEKDAYS = [(str(n), n) for n in range(1, 8)]
TEMPLATE: Final = "worker/classes/listing.html"
FRESH: Final = 2  # seconds: what is left is honest to within them; one's own classes and the class's page are exact
SHELF_FRESH: Final = 60


class FilterForm(forms.Form):
    """The list's filters as they stand in the address; what cannot be read is no filter."""

    place = forms.CharField(required=False, max_length=12)
    weekday = forms.TypedMultipleChoiceField(required=False, choices=WEEKDAYS, coerce=int)
    part = forms.TypedChoiceField(required=False, choices=PartOfDay, coerce=PartOfDay, empty_value=None)
    topic = forms.CharField(required=False, max_length=20)
    kind = forms.TypedChoiceField(required=False, choices=ActivityKind, coerce=ActivityKind, empty_value=None)
    q = forms.CharField(required=False, max_length=40, label=_("课程、老师"))
    open = forms.BooleanField(required=False)


class Shared(NamedTuple):
    """The listing as visitors see it, kept for all: the words, and in them the card of each class, by its pool."""

    html: SafeString
    cards: dict[int, SafeString]


def drawn(request: HouseRequest) -> SafeString:
    """The listing for this reader. A storm of readers costs a query each, of visitors none."""
    key = sha256(f"{get_language()} {request.GET.urlencode()}".encode()).hexdigest()
    shared: Shared = caches["process"].get(key) or _share(request, key)
    person = request.actor.person_id
    held = {} if person is None else holds(person)
    if person is None or not held.keys() & shared.cards.keys():
        return shared.html
    listed: Sequence[ListedClass] | None = caches["process"].get(f"{key}-rows")
    if listed is None:  # dropped to make room
        return _whole(request, context(request, person))
    html: str = shared.html
    for pool, one in as_theirs(listed, held, person=person, at=request.now).items():
        html = html.replace(shared.cards[pool], _card(one), 1)
    return SafeString(html)


def _share(request: HouseRequest, key: str) -> Shared:
    found = context(request, None)
    listed: Sequence[ListedClass] = found["page"].rows
    by_pool = {one.cohort.pool_id: card for one, card in zip(listed, found["cards"], strict=True) if one.cohort.pool_id}
    shared = Shared(_whole(request, found), by_pool)
    caches["process"].set(f"{key}-rows", listed, 2 * FRESH)  # apart: read by those who have a class among them
    caches["process"].set(key, shared, FRESH)
    return shared


def _whole(request: HouseRequest, found: dict[str, Any]) -> SafeString:
    return SafeString(render_to_string(TEMPLATE, found, request))


def _card(listed: ListedClass) -> SafeString:
    return SafeString(get_template("parts/class_card.html").render({"k": cards.card(listed)}))


def context(request: HouseRequest, person: int | None) -> dict[str, Any]:
    """What the template takes, as the classes stand to the person now; None: to a visitor."""
    shelf = _shelf(request)
    filters = _asked(request, shelf.places)
    number = request.GET.get("page", "1")
    shown = class_list(
        at=request.now,
        person=person,
        filters=filters,
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 1,
    )
    return {
        "cards": [_card(row) for row in shown.rows],
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
        kind=values.get("kind"),
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
        "kinds": [(kind.value, gettext(kind.label), kind == filters.kind) for kind in ActivityKind],
        "topics": [(topic, topic, topic == filters.topic) for topic in shelf.topics],
        "open": filters.open_only,
        "clear": reverse("worker:classes"),
    }
