"""Who reviews an application: the chain of unions from where its first person belongs up to the one that opened the call."""

from datetime import date, datetime

from django.db.models import QuerySet

from tongxin.calls.models import Applicant, Application
from tongxin.calls.states import ApplicationState
from tongxin.people.authority import Actor
from tongxin.people.models import Appointment, Membership
from tongxin.people.powers import Power
from tongxin.people.roles import ROLES, Reach, RoleName
from tongxin.people.scoping import reached
from tongxin.unions.models import Closure, Union


def chain(application: Application, *, on: date) -> list[int]:
    """From the lowest to the union of the call, which always closes it; a worker from outside has only that one."""
    top = application.union_id
    lead = Applicant.objects.filter(application=application).order_by("pk").values("person")[:1]
    stay = Membership.objects.filter(person__in=lead, ends=None).values_list("union_id", flat=True).first()
    line = Closure.objects.as_of(on).filter(descendant=stay).order_by("depth").values_list("ancestor_id", flat=True)
    up = list(line) if stay is not None else []
    return [*up[: up.index(top)], top] if top in up else [top]


def reviewer_above(application: Application, *, on: date, above: int | None = None) -> Union | None:
    """The lowest of the chain where someone may answer, strictly above `above`; the union of the call in any case."""
    line = chain(application, on=on)
    if above is not None:
        if above not in line or above == line[-1]:
            return None if above == line[-1] else Union.objects.get(pk=line[-1])
        line = line[line.index(above) + 1 :]
    roles = [role for role in RoleName if ROLES[role].reach_of(Power.RUN_CALLS) in {Reach.HERE, Reach.BELOW}]
    posts = Appointment.objects.filter(union__in=line, role__in=roles, starts__lte=on, ends__gt=on)
    held = set(posts.values_list("union_id", flat=True))
    first = next((pk for pk in line if pk in held), line[-1])
    return Union.objects.get(pk=first)


def to_review(actor: Actor) -> QuerySet[Application]:
    """What waits for a union in reach, what is due soonest first."""
    within = reached(actor.roots(Power.RUN_CALLS), "reviewer_id", actor)
    rows: QuerySet[Application] = Application.objects.filter(within, state=ApplicationState.ENTERED)
    return rows.select_related("call", "union", "reviewer").order_by("due", "pk")


def overdue(at: datetime, *, limit: int) -> list[Application]:
    rows = Application.objects.filter(state=ApplicationState.ENTERED, reviewer__isnull=False, due__lte=at)
    return list(rows.order_by("due")[:limit])
