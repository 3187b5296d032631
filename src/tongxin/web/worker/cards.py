"""A class as a card and in words, for every page of this face that shows one."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from tongxin.activities.models import Cohort, Session
from tongxin.activities.queries.classes import ListedClass
from tongxin.activities.queries.standing import Stands
from tongxin.activities.states import ActivityKind, Standing
from tongxin.web import dates
from tongxin.web.class_words import when, where

NEARLY_FULL = 5


def card(listed: ListedClass) -> dict[str, Any]:
    """What parts/class_card.html takes."""
    cohort, stands = listed.cohort, listed.stands
    shows_places = stands.state in {Standing.OPEN, Standing.FULL, Standing.CLOSED, Standing.ENROLLED}
    return {
        "href": reverse("worker:class", args=[cohort.public_id]),
        "name": cohort.title,
        "kind": gettext(kind.label) if (kind := ActivityKind(cohort.course.kind)).traits.event else "",
        "state": gettext(stands.state.label),
        "tone": stands.tone,
        "when": when(cohort),
        "where": where(cohort),
        "taken": stands.units - stands.left if shows_places else None,
        "places": stands.units,
        "meter_tone": _meter_tone(stands),
        "seats": seats(stands),
        "note": note(stands),
    }


def _meter_tone(stands: Stands) -> str:
    if stands.left <= 0:
        return "mute"
    return "warn" if stands.left <= NEARLY_FULL else "dai"


def seats(stands: Stands) -> str:
    """余 4 / 30席 and its like."""
    if stands.state is Standing.FULL:
        return gettext("%(units)s席已满，%(waiting)s人候补") % {"units": stands.units, "waiting": stands.waiting}
    if stands.state is Standing.WAITING:
        return gettext("候补第%(place)s位") % {"place": stands.place}
    if stands.state in {Standing.DONE, Standing.CANCELLED}:
        return ""
    if stands.state in {Standing.OPEN, Standing.ENROLLED, Standing.CLOSED}:
        return gettext("余 %(left)s / %(units)s席") % {"left": stands.left, "units": stands.units}
    return gettext("共%(units)s席") % {"units": stands.units}


def note(stands: Stands) -> str:
    if stands.state is Standing.NOT_YET and stands.opens is not None:
        return gettext("%(when)s开始报名") % {"when": dates.full_day(stands.opens) + " " + dates.clock(stands.opens)}
    return ""


def lesson_line(session: Session) -> str:
    """4月18日（周四） 19:00—20:30."""
    return f"{dates.full_day(session.starts_at)} {dates.hours(session.starts_at, session.ends_at)}"


def cards(rows: Sequence[ListedClass]) -> list[dict[str, Any]]:
    return [card(row) for row in rows]


def card_meter(stands: Stands) -> dict[str, Any]:
    return {"taken": stands.units - stands.left, "places": stands.units, "tone": _meter_tone(stands)}


def synthetic(cohorts: Iterable[Cohort]) -> list[str]:
    """What is synthetic in what is shown, each sentence once."""
    return list(dict.fromkeys(filter(None, (cohort.term.programme.synthetic for cohort in cohorts))))
