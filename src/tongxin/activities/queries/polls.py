"""What is asked of whom, and what was wished for: counts, with small ones kept back where they could tell who it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from tongxin.activities.models import Poll, PollAnswer, PollChoice, PollTick, Term
from tongxin.activities.states import TermState
from tongxin.people.authority import Actor
from tongxin.people.models import Membership
from tongxin.people.powers import Power
from tongxin.unions.models import Closure

SMALL = 5


@dataclass(frozen=True, slots=True)
class Wished:
    """`count` None: kept back, for so few could be known by it."""

    choice: PollChoice
    count: int | None

    @property
    def share(self) -> int:
        return self.count or 0


@dataclass(frozen=True, slots=True)
class Results:
    """`answers` None: fewer than can be shown, and then nothing else is."""

    answers: int | None
    rows: Sequence[Wished]
    words: Sequence[str] = ()

    @property
    def most(self) -> int:
        return max((row.share for row in self.rows), default=0)


def open_to(person: int, *, on: date) -> QuerySet[Poll]:
    """Polls of the person's union and of those above it, whenever they are."""
    home = Membership.objects.filter(Q(ends=None) | Q(ends__gt=on), person=person, starts__lte=on).values("union")
    above = Closure.objects.as_of(on).filter(descendant__in=home)
    rows: QuerySet[Poll] = Poll.objects.filter(union__in=above.values("ancestor")).select_related("union", "programme")
    return rows


def of_person(person: int, *, on: date, at: datetime) -> list[Poll]:
    """Those begun, the ones still open first; each with whether the person answered (`answered`)."""
    rows = open_to(person, on=on).filter(opens__lte=at).order_by("-closes", "-pk")[:20]
    polls = list(rows)
    answered = set(PollAnswer.objects.filter(person=person, poll__in=polls).values_list("poll_id", flat=True))
    for poll in polls:
        poll.answered = poll.pk in answered  # type: ignore[attr-defined]
    return polls


def own_answer(poll: Poll, person: int) -> tuple[list[int], str]:
    """The numbers ticked, and the words."""
    answer = PollAnswer.objects.filter(poll=poll, person=person).first()
    if answer is None:
        return [], ""
    return list(
        PollTick.objects.filter(answer=answer).order_by("choice__no").values_list("choice__no", flat=True)
    ), answer.words


def results(poll: Poll, *, at: datetime, with_words: bool = False) -> Results:
    """Only once the poll is over: whoever watched a count grow would see who answered what. Three queries.

    Words are given without names, sorted, so that their order says nothing either.
    """
    choices = list(PollChoice.objects.filter(poll=poll).order_by("no"))
    answers = PollAnswer.objects.filter(poll=poll).count()
    if answers < SMALL or at < poll.closes:
        return Results(None, [Wished(choice, None) for choice in choices])
    counted = dict(
        PollTick.objects.filter(choice__poll=poll)
        .values_list("choice")
        .annotate(n=Count("pk"))
        .values_list("choice", "n")
    )
    rows = _kept_back([(choice, counted.get(choice.pk, 0)) for choice in choices], one_each=poll.most == 1)
    words = PollAnswer.objects.filter(poll=poll).exclude(words="").order_by("words") if with_words else None
    return Results(answers, rows, list(words.values_list("words", flat=True)) if words is not None else ())


def _kept_back(counts: Sequence[tuple[PollChoice, int]], *, one_each: bool) -> list[Wished]:
    """Largest first. Where each ticks one choice, one count kept back alone would follow from the others: then two are."""
    hidden = {choice.pk for choice, count in counts if 0 < count < SMALL}
    if one_each and len(hidden) == 1:
        shown = [(count, choice.pk) for choice, count in counts if count >= SMALL]
        hidden |= {min(shown)[1]} if shown else set()
    rows = [Wished(choice, None if choice.pk in hidden else count) for choice, count in counts]
    return sorted(rows, key=lambda row: (-row.share, row.choice.no))


def polls_of(actor: Actor) -> QuerySet[Poll]:
    """For staff."""
    rows: QuerySet[Poll] = Poll.objects.within(actor, Power.SEE_COURSES)
    return rows.select_related("programme", "union").annotate(answered=Count("answers")).order_by("-closes", "-pk")


def terms_for(poll: Poll) -> list[Term]:
    """Those into which wishes can be taken up."""
    return list(Term.objects.filter(programme=poll.programme_id, state=TermState.DRAFT).order_by("ordinal"))
