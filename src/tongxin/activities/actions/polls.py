"""所思所想所盼: ask, answer, end, and take the wishes up into the next term. Whoever wished is told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from tongxin.activities.actions import cohorts, programmes
from tongxin.activities.actions.cohorts import CohortPlan
from tongxin.activities.actions.programmes import named
from tongxin.activities.actions.tellings import tell
from tongxin.activities.models import Cohort, Course, Poll, PollAnswer, PollChoice, PollTick, Programme, Term
from tongxin.activities.queries.polls import open_to
from tongxin.activities.states import ActivityKind, TermState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.venues.models import Site

FEWEST, MOST_CHOICES, LONGEST_WORDS = 2, 12, 200
TAKEN_UP = "poll.taken-up"


@dataclass(frozen=True, slots=True)
class Asked:
    """What staff fill in; each choice with its kind of activity."""

    title: str
    choices: Sequence[tuple[str, ActivityKind]]
    opens: datetime
    closes: datetime
    most: int = 3
    about: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """When and where what was wished for might take place; staff change each draft afterwards."""

    site: Site
    weekday: int
    starts_at: time
    ends_at: time
    session_count: int
    units: int


@atomic
def ask(*, programme: Programme, asked: Asked, by: Actor, at: datetime) -> Poll:
    """Refused: "no-power", "name-missing", "name-long", "poll-choices", "poll_choice_once", "poll_times", "poll_most"."""
    require(by, Power.RUN_COURSES, programme.union_id)
    choices = [(name.strip(), kind) for name, kind in asked.choices if name.strip()]
    if not FEWEST <= len(choices) <= MOST_CHOICES:
        raise Refused("poll-choices", "请写%(few)s到%(most)s个选项，一行一个。", few=FEWEST, most=MOST_CHOICES)
    if asked.closes <= at:
        raise Refused("poll_times", "截止时间要晚于现在，请改晚一些。")
    poll = Poll.make(
        federation=programme.federation,
        programme=programme,
        union_id=programme.union_id,
        title=named(asked.title),
        about=asked.about.strip(),
        most=asked.most,
        opens=asked.opens,
        closes=asked.closes,
        account=by.account_id,
        at=at,
    )
    PollChoice.objects.bulk_create(
        [PollChoice(poll=poll, no=no, name=named(name), kind=kind) for no, (name, kind) in enumerate(choices, 1)]
    )
    journal.write("poll.asked", of=poll, by=by, at=at, choices=len(choices))
    return poll


@atomic
def answer(*, poll: Poll, person: Person, chosen: Collection[int], words: str, by: Actor, at: datetime) -> PollAnswer:
    """One answer a person: given again, it is changed. The person's row is locked, so that two taps are one after the other.

    Refused: "not-yours", "poll-not-yours", "poll-over", "poll-not-open", "poll-too-many", "poll-empty", "poll-words-long".
    """
    if by.person_id != person.pk:
        raise Refused("not-yours", "只能由本人来答。")
    Person.objects.lock(person.pk)
    poll = Poll.objects.get(pk=poll.pk)
    _check_open(poll, person, by, at)
    rows = {choice.no: choice for choice in PollChoice.objects.filter(poll=poll, no__in=chosen)}
    _check_given(poll, rows, words.strip())
    answered, _new = PollAnswer.objects.update_or_create(
        poll=poll, person=person, defaults={"federation": person.federation, "words": words.strip(), "at": at}
    )
    PollTick.objects.filter(answer=answered).delete()
    PollTick.objects.bulk_create([PollTick(answer=answered, choice=row) for _no, row in sorted(rows.items())])
    journal.write("poll.answered", of=poll, by=by, at=at)
    return answered


@atomic
def close(*, poll: Poll, by: Actor, at: datetime) -> Poll:
    """Ended now instead of later. Refused: "no-power", "poll-over"."""
    require(by, Power.RUN_COURSES, poll.union_id)
    poll = Poll.objects.lock(poll.pk)
    if poll.closes <= at:
        raise Refused("poll-over", "这次征集已经截止。")
    if poll.opens >= at:
        raise Refused("poll-not-open", "这次征集还没有开始，等开始以后才能提前结束。")
    poll.closes = at
    poll.save(update_fields=["closes"])
    journal.write("poll.closed", of=poll, by=by, at=at)
    return poll


@atomic
def take_up(*, poll: Poll, chosen: Collection[int], term: Term, slot: Slot, by: Actor, at: datetime) -> list[Cohort]:
    """Each chosen wish becomes a draft of the term, which names the poll as its origin; those who wished for it are told.

    Refused: "no-power", "poll-open", "poll-none", "poll-taken-up", "other-programme", "term-not-draft" and what
    `cohorts.add` refuses.
    """
    require(by, Power.RUN_COURSES, poll.union_id)
    poll = Poll.objects.lock(poll.pk)
    choices = list(PollChoice.objects.filter(poll=poll, no__in=chosen).order_by("no"))
    _check_taking_up(poll, choices, term, at)
    made = [_draft(choice, term, slot, by=by, at=at) for choice in choices]
    for choice, cohort in zip(choices, made, strict=True):
        _tell(poll, choice, cohort, at)
    PollChoice.objects.filter(pk__in=[choice.pk for choice in choices]).update(taken_up_at=at)
    journal.write("poll.taken-up", of=poll, by=by, at=at, term=term.public_id, choices=len(choices))
    return made


def _check_open(poll: Poll, person: Person, by: Actor, at: datetime) -> None:
    if at < poll.opens:
        raise Refused("poll-not-open", "这次征集还没有开始，请到时候再来。")
    if at >= poll.closes:
        raise Refused("poll-over", "这次征集已经截止。")
    if not open_to(person.pk, on=by.on).filter(pk=poll.pk).exists():
        raise Refused("poll-not-yours", "这次征集只问本工会的会员。您的会籍在别处的，请看您的工会有没有征集。")


def _check_given(poll: Poll, rows: Collection[int], words: str) -> None:
    if len(rows) > poll.most:
        raise Refused("poll-too-many", "最多选%(most)s项，请去掉几项。", most=poll.most)
    if not rows and not words:
        raise Refused("poll-empty", "请至少选一项，或用自己的话写一句。")
    if len(words) > LONGEST_WORDS:
        raise Refused("poll-words-long", "最多写%(most)s个字，请改短一些。", most=LONGEST_WORDS)


def _check_taking_up(poll: Poll, choices: Sequence[PollChoice], term: Term, at: datetime) -> None:
    if at < poll.closes:
        raise Refused("poll-open", "征集还没有截止，截止以后再排进下一期。")
    if not choices:
        raise Refused("poll-none", "请选要排进去的项。")
    if done := next((choice.name for choice in choices if choice.taken_up_at is not None), None):
        raise Refused("poll-taken-up", "“%(choice)s”已经排过，请去掉它。", choice=done)
    if term.programme_id != poll.programme_id:
        raise Refused("other-programme", "这一期属于另一个项目，请选本项目的一期。")
    if term.state != TermState.DRAFT:
        raise Refused("term-not-draft", "这一期已经公布，请选还在筹备的一期，或先新建一期。")


def _draft(choice: PollChoice, term: Term, slot: Slot, *, by: Actor, at: datetime) -> Cohort:
    course = _course(choice, by, at)
    once = ActivityKind(course.kind).traits.event
    plan = CohortPlan(
        course=course, site=slot.site, weekday=slot.weekday, starts_at=slot.starts_at, ends_at=slot.ends_at,
        session_count=1 if once else slot.session_count, units=slot.units,
    )  # fmt: skip
    return cohorts.add(term=term, plan=plan, by=by, at=at)


def _course(choice: PollChoice, by: Actor, at: datetime) -> Course:
    """That of the same name, if the programme has one; it keeps its kind, and the first wish that named it."""
    programme = choice.poll.programme
    course = Course.objects.filter(programme=programme, name=choice.name).first()
    if course is None:
        kind = ActivityKind(choice.kind)
        course = programmes.add_course(programme=programme, name=choice.name, topic=kind.label, kind=kind, by=by, at=at)
    if course.asked_id is None:
        course.asked = choice
        course.save(update_fields=["asked"])
    return course


def _tell(poll: Poll, choice: PollChoice, cohort: Cohort, at: datetime) -> None:
    ticks = PollTick.objects.filter(choice=choice).order_by("answer__person_id")
    people = list(ticks.values_list("answer__person_id", "answer__person__federation"))
    tell(people, TAKEN_UP, of=cohort.public_id, at=at, what=choice.name, title=poll.title, term=cohort.term.ordinal)
