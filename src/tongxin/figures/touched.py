"""What stands on a union: shown before it is moved, merged or ended, so that nobody is surprised."""

from dataclasses import dataclass
from datetime import date

from tongxin.activities.models import Cohort
from tongxin.activities.states import CohortState
from tongxin.people.models import Appointment, Membership
from tongxin.unions.models import FoundingRequest, Parenthood, Union

RUNNING = (CohortState.PLANNED, CohortState.OPEN, CohortState.CLOSED)


@dataclass(frozen=True, slots=True)
class Touched:
    """Numbers of the union itself on a day; `below` are those directly under it."""

    members: int
    below: int
    cohorts: int
    posts: int
    foundings: int

    @property
    def lines(self) -> list[tuple[str, str]]:
        return [
            ("会员", f"{self.members:,}人"),
            ("直接下级工会", f"{self.below:,}个"),
            ("没有结课的班次", f"{self.cohorts:,}个"),
            ("没有到期的岗位", f"{self.posts:,}个"),
            ("等批复的建会申请", f"{self.foundings:,}份"),
        ]


def touched(union: Union, on: date) -> Touched:
    return Touched(
        members=Membership.objects.filter(union=union, ends=None).count(),
        below=Parenthood.objects.as_of(on).filter(parent=union).count(),
        cohorts=Cohort.objects.filter(union=union, state__in=RUNNING).count(),
        posts=Appointment.objects.filter(union=union, ends__gt=on).count(),
        foundings=FoundingRequest.objects.filter(parent=union, state="waiting").count(),
    )
