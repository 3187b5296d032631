"""A term of 惠工之家 at 永川 with a class or two, made by the actions themselves. NOW is Thursday 2024-03-28, 10:00."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from itertools import count

from tests.cast import BEIJING, NOW, Cast, Player, worker

from tongxin.activities.actions import cohorts, programmes, terms
from tongxin.activities.actions.cohorts import CohortPlan
from tongxin.activities.models import Cohort, Course, Enrolment, Programme, Session, Term
from tongxin.calls.models import Application
from tongxin.store.atomic import writing
from tongxin.unions.models import Union
from tongxin.venues.models import Room, Site, SiteKind

STARTS, ENDS = date(2024, 4, 1), date(2024, 6, 30)
OPENS = datetime(2024, 3, 25, 9, tzinfo=BEIJING)
CLOSES = datetime(2024, 4, 8, 18, tzinfo=BEIJING)
_numbers = count(1)


def at(month: int, day: int, hour: int = 10, minute: int = 0, second: int = 0) -> datetime:
    """A moment of 2024 in Beijing."""
    return datetime(2024, month, day, hour, minute, second, tzinfo=BEIJING)


@dataclass
class School:
    """Everything at one union, run by its officer, taught by the cast's teacher."""

    cast: Cast
    union: Union
    officer: Player
    programme: Programme = field(init=False)
    site: Site = field(init=False)
    room: Room = field(init=False)

    def __post_init__(self) -> None:
        self.programme = programmes.start(
            union=self.union, name="惠工之家", began_on=date(2018, 3, 1), by=self.by, at=NOW
        )
        self.site = self.new_site("职工服务中心")
        self.room = self.new_room("舞蹈室", 40)

    @cached_property
    def by(self):
        return self.officer.actor

    def new_site(self, name: str) -> Site:
        with writing():
            return Site.make(
                federation=self.union.federation, union=self.union, kind=SiteKind.WORKER_SERVICE_CENTER, name=name
            )

    def new_room(self, name: str, seats: int | None = None) -> Room:
        with writing():
            return Room.make(site=self.site, name=name, seats=seats)

    @cached_property
    def term(self) -> Term:
        term = terms.add(programme=self.programme, starts=STARTS, ends=ENDS, ordinal=27, by=self.by, at=NOW)
        return terms.set_window(term=term, opens=OPENS, closes=CLOSES, by=self.by, at=NOW)

    def course(self, name: str = "瑜伽入门", topic: str = "健身") -> Course:
        found = Course.objects.filter(programme=self.programme, name=name).first()
        return found or programmes.add_course(programme=self.programme, name=name, topic=topic, by=self.by, at=NOW)

    def plan(self, **changes: object) -> CohortPlan:
        """Tuesdays 19:00 to 20:30, ten times, no room, 孟书."""
        values: dict[str, object] = {
            "course": self.course(),
            "site": self.site,
            "weekday": 2,
            "starts_at": time(19),
            "ends_at": time(20, 30),
            "session_count": 10,
            "units": 30,
            "teacher": self.cast.teacher.person,
            "teacher_name": "孟老师",
        }
        return CohortPlan(**{**values, **changes})  # type: ignore[arg-type]

    def planned(self, **changes: object) -> Cohort:
        return cohorts.add(term=self.term, plan=self.plan(**changes), by=self.by, at=NOW)

    def cohort(self, **changes: object) -> Cohort:
        """Published and open. The first one publishes the term."""
        from tongxin.activities.actions import openings

        made = self.planned(**changes)
        term = Term.objects.get(pk=self.term.pk)
        if term.state == "draft":
            terms.publish(term=term, by=self.by, at=NOW)
        else:
            openings.open_cohort(cohort=made, by=self.by, at=NOW)
        return fresh(made)

    def two_cohorts(self, **changes: object) -> tuple[Cohort, Cohort]:
        """Tuesday's and Thursday's, both open."""
        first = self.cohort(name="周二班", **changes)
        return first, self.cohort(name="周四班", weekday=4, **changes)

    def workers(self, number: int) -> list[Player]:
        return [worker(self.cast.factory, "钱学员", login=f"pupil{next(_numbers)}") for _ in range(number)]


def school(cast: Cast) -> School:
    return School(cast, cast.yongchuan, cast.officer)


def fresh(cohort: Cohort) -> Cohort:
    rows = Cohort.objects.select_related("course", "site", "room", "term__call", "term__programme", "pool", "union")
    found: Cohort = rows.get(pk=cohort.pk)
    return found


def lesson(cohort: Cohort, no: int) -> Session:
    return Session.objects.get(cohort=cohort, no=no)


def sign_up(cohort: Cohort, *players: Player, when: datetime = NOW) -> list[Application]:
    from tongxin.activities.actions import enrolments

    return [enrolments.sign_up(cohort=fresh(cohort), person=one.person, by=one.actor, at=when) for one in players]


def enrolment(cohort: Cohort, player: Player) -> Enrolment:
    return Enrolment.objects.select_related("person", "cohort").get(cohort=cohort, person=player.person)
