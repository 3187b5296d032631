"""A cohort as one row of a list, in words: a list has fifty, and words made in a template cost thrice as much."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext

from tongxin.activities.queries.overviews import CohortLine
from tongxin.activities.states import CohortState
from tongxin.web import dates, tones
from tongxin.web.addresses import towards


def shown(lines: Sequence[CohortLine], *, programmes: bool = True) -> list[dict[str, Any]]:
    """What staff/cohorts/table.html takes; without `programmes` for a page that names it anyway."""
    cohort, roster = towards("staff:cohort"), towards("staff:cohort-roster")
    return [_row(line, cohort, roster) | {"of": _of(line) if programmes else ""} for line in lines]


def _row(line: CohortLine, cohort: Callable[[str], str], roster: Callable[[str], str]) -> dict[str, Any]:
    state, next_at = CohortState(line.state), line.lessons.next_at
    return {
        "href": cohort(line.public_id),
        "roster": roster(line.public_id),
        "title": line.title,
        "state": gettext(state.label),
        "tone": tones.tone(state),
        "hours": f"{dates.weekday(line.weekday)} {dates.hours(line.starts_at, line.ends_at)}",
        "next": gettext("下次") + dates.short_day(next_at) if next_at else "",
        "site": line.site,
        "room": line.room,
        "teacher": line.teacher or "—",
        "enrolled": line.enrolled,
        "units": line.units,
        "waiting": gettext("候补%(n)s") % {"n": line.waiting} if line.waiting else "",
        "days": f"{dates.short_day(line.first_day)}—{dates.short_day(line.last_day)}",
        "held": gettext("上了%(a)s/%(b)s次") % {"a": line.lessons.held, "b": line.lessons.planned},
        "uncalled": gettext("%(n)s次没点名") % {"n": line.lessons.uncalled} if line.lessons.uncalled else "",
    }


def _of(line: CohortLine) -> str:
    return line.programme + gettext("第%(n)s期") % {"n": line.ordinal}
