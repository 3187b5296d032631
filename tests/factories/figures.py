"""A small world to count in: two provinces, one programme each, rows written by hand so that every number is known."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from tongxin.activities.models import Attendance, Cohort, Course, Enrolment, Programme, Session, Term
from tongxin.activities.states import CohortState, EnrolmentState, How, Mark, SessionState, TermState
from tongxin.people.models import Person
from tongxin.served.actions import ledger
from tongxin.served.models import Measure
from tongxin.store.atomic import writing
from tongxin.unions.actions.closure import rebuild_closure
from tongxin.unions.models import Kind, Level, Parenthood, Union, UnionName
from tongxin.venues.models import Site, SiteKind

BEIJING = ZoneInfo("Asia/Shanghai")
_numbers = count(1)


def plant_unions() -> dict[str, Union]:
    """By code: the national one, Chongqing with 永川 and a street, Sichuan with 成都 and 锦江."""
    rows = (
        ("000000", None, "中华全国总工会", Kind.ACFTU, Level.NATION),
        ("500000", "000000", "重庆市总工会", Kind.FEDERATION, Level.PROVINCE),
        ("500118", "500000", "永川区总工会", Kind.FEDERATION, Level.COUNTY),
        ("500118001", "500118", "中山路街道总工会", Kind.FEDERATION, Level.TOWNSHIP),
        ("510000", "000000", "四川省总工会", Kind.FEDERATION, Level.PROVINCE),
        ("510100", "510000", "成都市总工会", Kind.FEDERATION, Level.PREFECTURE),
        ("510104", "510100", "锦江区总工会", Kind.FEDERATION, Level.COUNTY),
    )
    made: dict[str, Union] = {}
    with writing():
        for code, parent, name, kind, level in rows:
            union = Union.make(federation=0, kind=kind, level=level, name=name, code=code)
            union.federation = made[parent].federation if parent and parent != "000000" else union.pk
            union.save()
            UnionName.make(union=union, name=name)
            if parent:
                Parenthood.make(child=union, parent=made[parent])
            made[code] = union
        rebuild_closure()
    return made


def person(union: Union, name: str) -> Person:
    now = datetime(2024, 1, 1, tzinfo=BEIJING)
    with writing():
        return Person.make(federation=union.federation, name=name, name_sort=name, created_at=now, changed_at=now)


@dataclass
class Books:
    """One programme and its writing hand. Days are of 2024 as (month, day)."""

    union: Union
    name: str = "惠工之家"
    programme: Programme = field(init=False)
    site: Site = field(init=False)

    def __post_init__(self) -> None:
        with writing():
            self.programme = Programme.make(
                federation=self.union.federation, union=self.union, name=self.name, began_on=date(2018, 3, 1)
            )
        self.new_site()

    def new_site(self) -> None:
        """Where cohorts from now on meet."""
        with writing():
            self.site = Site.make(
                federation=self.union.federation, union=self.union, kind=SiteKind.WORKERS_HOME,
                name=f"职工之家{next(_numbers)}",
            )  # fmt: skip

    def term(self, ordinal: int) -> Term:
        with writing():
            return Term.make(
                federation=self.union.federation, programme=self.programme, union=self.union, ordinal=ordinal,
                starts=date(2024, 1, 1), ends=date(2024, 6, 30), state=TermState.PUBLISHED,
            )  # fmt: skip

    def course(self, name: str) -> Course:
        with writing():
            return Course.make(
                federation=self.union.federation, programme=self.programme, union=self.union, name=name, topic="健身"
            )

    def cohort(
        self,
        term: Term,
        course: Course,
        *days: date,
        state: str = CohortState.OPEN,
        union: Union | None = None,
        units: int = 10,
    ) -> Cohort:
        """One session a day given, none of them held yet."""
        with writing():
            cohort = Cohort.make(
                federation=self.union.federation, term=term, course=course, union=union or self.union, site=self.site,
                weekday=days[0].isoweekday(), starts_at=time(19), ends_at=time(20, 30), first_day=days[0],
                last_day=days[-1], session_count=len(days), units=units, state=state,
            )  # fmt: skip
            for no, day in enumerate(days, 1):
                starts = datetime.combine(day, time(19), BEIJING)
                Session.make(
                    federation=cohort.federation,
                    cohort=cohort,
                    no=no,
                    starts_at=starts,
                    ends_at=starts + timedelta(hours=1),
                )
        return cohort

    def enrol(self, cohort: Cohort, who: Person, at: date = date(2024, 1, 2)) -> Enrolment:
        with writing():
            return Enrolment.make(
                federation=cohort.federation, cohort=cohort, person=who, at=datetime.combine(at, time(9), BEIJING),
                state=EnrolmentState.ENROLLED,
            )  # fmt: skip

    def attend(self, enrolment: Enrolment, *numbers: int) -> None:
        """Present at these sessions, with what the ledger then holds: an attendance each, a person-time at the first."""
        for no in numbers:
            with writing():
                session = enrolment.cohort.sessions.get(no=no)
                session.state = SessionState.HELD
                session.save()
                mark = Attendance.make(
                    federation=enrolment.federation, session=session, enrolment=enrolment, mark=Mark.PRESENT,
                    how=How.GRID, at=session.ends_at,
                )  # fmt: skip
            day = session.starts_at.astimezone(BEIJING).date()
            self._record(enrolment, Measure.ATTENDANCE, mark.pk, day, counts=True)
            self._record(enrolment, Measure.PERSON_TIME, enrolment.pk, day, counts=True)

    def take_back(self, enrolment: Enrolment, day: date) -> None:
        self._record(enrolment, Measure.PERSON_TIME, enrolment.pk, day, counts=False)

    def _record(self, enrolment: Enrolment, measure: Measure, source: int, day: date, *, counts: bool) -> None:
        service = ledger.Service(
            day=day, union=enrolment.cohort.union_id, federation=enrolment.federation, person=enrolment.person_id,
            programme=self.programme.pk, measure=measure, source=source, counts=counts,
        )  # fmt: skip
        ledger.record([service], at=datetime.combine(day, time(21), BEIJING))
