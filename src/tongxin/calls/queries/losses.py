"""Who lost before: in earlier draws of the same union and kind, how many in a row since the last win."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from tongxin.calls.models import Applicant, Application, Award, Call, Preference
from tongxin.calls.states import ENTRY, ApplicationState, Policy


@dataclass(frozen=True, slots=True)
class Chance:
    """One application, what was lost before, and the chances that follow. Of a party, whoever lost least counts."""

    application: Application
    losses: int
    weight: int


def earlier(call: Call) -> QuerySet[Call]:
    """The draws that count: settled before this one closes."""
    rows: QuerySet[Call] = Call.objects.filter(union=call.union_id, kind=call.kind, policy=Policy.DRAW)
    return rows.filter(settled_at__isnull=False, settled_at__lt=call.closes).exclude(pk=call.pk)


def chances(call: Call) -> list[Chance]:
    """Everyone who takes part, in three queries however many; by ticket."""
    rows = Application.objects.filter(call=call, state__in=ENTRY).order_by("ticket", "pk")
    people: dict[int, list[int]] = defaultdict(list)
    among = Applicant.objects.filter(call=call, live=True, application__state__in=ENTRY)
    for application, person in among.values_list("application_id", "person_id"):
        people[application].append(person)
    lost = _lost(call)
    return [
        Chance(row, losses, min(1 + losses, call.chances))
        for row in rows
        for losses in [min((lost.get(person, 0) for person in people[row.pk]), default=0)]
    ]


def recorded(call: Call) -> list[Chance]:
    """Of a frozen list: as it was published, whatever became of the applications since. Losses are not counted again."""
    rows = Application.objects.filter(call=call, ticket__isnull=False).exclude(state=ApplicationState.WITHDRAWN)
    return [Chance(row, row.weight - 1, row.weight) for row in rows.order_by("ticket")]


def _lost(call: Call) -> dict[int, int]:
    """By person. Who was in an earlier list and was given nothing, lost; who was given something, though it was given back,
    won. Who withdrew before the places were given took no part.
    """
    came = Applicant.objects.filter(
        person__in=Applicant.objects.filter(call=call, live=True).values("person"), call__in=earlier(call)
    ).annotate(
        won=Exists(Award.objects.filter(application=OuterRef("application"))),
        drawn=Exists(Preference.objects.filter(application=OuterRef("application"), no__isnull=False)),
    )
    rows = came.filter(drawn=True).order_by("person_id", "-call__settled_at", "-call_id")
    return _streaks(rows.values_list("person_id", "call_id", "won"))


def _streaks(rows: Iterable[tuple[int, int, bool]]) -> dict[int, int]:
    """Of each person the calls, the newest first; a call counts once, as won if anything of it was."""
    calls: dict[int, dict[int, bool]] = defaultdict(dict)
    for person, call, won in rows:
        calls[person][call] = calls[person].get(call, False) or won
    return {person: _until_win(list(found.values())) for person, found in calls.items()}


def _until_win(newest_first: list[bool]) -> int:
    return newest_first.index(True) if True in newest_first else len(newest_first)
