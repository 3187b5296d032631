"""Who was let in, or refused, by calls under a rule: for whoever rehearses another wording of it."""

from collections.abc import Iterator
from datetime import date, datetime, time

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from tongxin.calls.models import Applicant, Preference
from tongxin.rulebook.models import Rule
from tongxin.rulebook.queries.replay import Decision

REFUSED = "refused"


def decided_under(rule: Rule, since: date, until: date) -> Iterator[Decision]:
    """Every person of every application, in order, without holding them all."""
    wish = Preference.objects.filter(application=OuterRef("application")).order_by("rank")  # a closed one may be gone
    rows = (
        Applicant.objects.filter(
            call__rule_version__rule=rule,
            application__at__gte=_midnight(since),
            application__at__lt=_midnight(until),
        )
        .order_by("pk")
        .values_list(
            "person_id", "application__at", "call__union_id", "application__state",
            Subquery(wish.values("pool__name")[:1]),
        )
    )  # fmt: skip
    for person, at, union, state, name in rows.iterator():
        yield Decision(person, timezone.localdate(at), union, state != REFUSED, name or "")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
