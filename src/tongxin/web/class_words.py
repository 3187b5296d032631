"""When and where a class meets, in words that every face says alike."""

from django.utils.translation import gettext

from tongxin.activities.models import Cohort
from tongxin.web import dates


def when(cohort: Cohort) -> str:
    """周四 19:00—20:30，4月18日起10次; of what meets once, its day: 4月18日（周四） 19:00—20:30."""
    if cohort.session_count == 1:
        return f"{dates.full_day(cohort.first_day)} {dates.hours(cohort.starts_at, cohort.ends_at)}"
    return gettext("%(weekday)s %(hours)s，%(day)s起%(count)s次") % {
        "weekday": dates.weekday(cohort.weekday),
        "hours": dates.hours(cohort.starts_at, cohort.ends_at),
        "day": dates.short_day(cohort.first_day),
        "count": cohort.session_count,
    }


def where(cohort: Cohort) -> str:
    return f"{cohort.site.name} {cohort.room.name}" if cohort.room else cohort.site.name
