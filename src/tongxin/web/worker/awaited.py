"""One's applications of whatever kind, in a row each: what is to be done by when, what is awaited; and each thing's own page."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext

from tongxin.activities.models import Cohort
from tongxin.benefits.queries import offers
from tongxin.calls.models import Application
from tongxin.calls.queries.applications import own, told
from tongxin.calls.states import BY_ENTRY, LIVE, ApplicationState
from tongxin.web import dates

MOST: Final = 50
URGENT: Final = (ApplicationState.OFFERED, ApplicationState.RETURNED)  # these wait for the worker, the others for us


def page_of(pools: Iterable[int]) -> dict[int, str]:
    """By pool, the page of the class or the benefit that it gives; a pool of neither has none. Two queries."""
    ids = list(pools)
    if not ids:
        return {}
    classes = Cohort.objects.filter(pool__in=ids).values_list("pool_id", "public_id")
    schemes = offers.visible().filter(pool__in=ids).values_list("pool_id", "public_id")
    found = {pool: reverse("worker:class", args=[public_id]) for pool, public_id in classes}
    return found | {pool: reverse("worker:benefit", args=[public_id]) for pool, public_id in schemes}


def to_do(person: int) -> list[dict[str, Any]]:
    """What waits for the worker: a place to accept, a paper to add."""
    rows = told(own(person).filter(state__in=URGENT))[:MOST]
    return [_row(row, reverse("worker:application", args=[row.public_id])) for row in rows]


def rows_of(person: int) -> list[dict[str, Any]]:
    """Everything that is not decided, what waits for the worker first; and places that are neither a class nor a voucher."""
    rows = list(told(own(person).filter(state__in=LIVE))[: 2 * MOST])
    pages = page_of({wish.pool_id for row in rows for wish in row.preferences.all()})
    shown = [_row(row, _page(row, pages)) for row in rows if not _shown_elsewhere(row, pages)]
    return sorted(shown, key=lambda row: not row["urgent"])[:MOST]


def _shown_elsewhere(row: Application, pages: Mapping[int, str]) -> bool:
    given = row.state == ApplicationState.GRANTED
    return given and any(award.pool_id in pages for award in row.awards.all())


def _page(row: Application, pages: Mapping[int, str]) -> str:
    """Of a line by arrival its thing's own page says everything; else the application's."""
    wishes = row.preferences.all()
    if row.state == ApplicationState.WAITING and row.call.policy not in BY_ENTRY and wishes[0].pool_id in pages:
        return pages[wishes[0].pool_id]
    return reverse("worker:application", args=[row.public_id])


def _row(row: Application, href: str) -> dict[str, Any]:
    got = {award.pool_id for award in row.awards.all()}
    names = [wish.pool.name for wish in row.preferences.all() if not got or wish.pool_id in got]
    return {"href": href, "names": names, "said": _said(row), "urgent": row.state in URGENT, "state": row.state}


def _said(row: Application) -> str:
    state = ApplicationState(row.state)
    until = next((award.accept_by for award in row.awards.all() if award.accept_by), None)
    if state is ApplicationState.OFFERED and until is not None:
        return gettext("有名额，请在%(until)s前确认") % {"until": dates.moment(until)}
    if state is ApplicationState.ENTERED and row.call.result_at:
        return gettext("已报名，%(when)s公布结果") % {"when": _when(row.call.result_at)}
    places = [wish.place for wish in row.preferences.all() if wish.waits]  # type: ignore[attr-defined]
    if state is ApplicationState.WAITING and places:
        return gettext("候补第%(place)s位") % {"place": min(places)}
    return gettext(state.label)


def _when(at: datetime) -> str:
    return f"{dates.full_day(at)} {dates.clock(at)}"
