"""等您办的事: what waits for the one who opens the page, each with its number and where it is done. Work is counted, not people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from tongxin.people.powers import Power
from tongxin.people.queries import committees, joining, likeness, transfers
from tongxin.people.scoping import unions_within
from tongxin.unions.models import FoundingRequest
from tongxin.unions.states import FoundingState
from tongxin.web.guard import HouseRequest
from tongxin.web.navigation import address

MANY: Final = 99  # more are not counted


@dataclass(frozen=True, slots=True)
class Due:
    label: str
    count: str
    href: str
    late: bool = False  # its time is over


@dataclass(frozen=True, slots=True)
class _Kind:
    label: str
    name: str  # of the address
    power: Power
    rows: Callable[[HouseRequest], "QuerySet[Any]"]
    query: str = ""
    late: bool = False


def _foundings(request: HouseRequest) -> "QuerySet[Any]":
    managed = unions_within(request.actor, Power.MANAGE_UNIONS)
    return FoundingRequest.objects.filter(parent__in=managed, state=FoundingState.WAITING)


KINDS: Final = (
    _Kind(
        "逾期的入会申请", "staff:joining", Power.REVIEW_JOINING,
        lambda asked: joining.to_answer(asked.actor, show=joining.OVERDUE, at=asked.now), "?show=overdue", late=True,
    ),
    _Kind(
        "入会申请", "staff:joining", Power.REVIEW_JOINING, lambda asked: joining.to_answer(asked.actor, at=asked.now)
    ),
    _Kind("会籍转接", "staff:transfers", Power.REVIEW_JOINING, lambda asked: transfers.to_answer(asked.actor, at=asked.now)),
    _Kind("建会申请", "staff:foundings", Power.MANAGE_UNIONS, _foundings),
    _Kind("像是重复的登记", "staff:likenesses", Power.MERGE_PEOPLE, lambda asked: likeness.waiting(asked.actor)),
    _Kind(
        "任期届满的工会", "staff:elections", Power.KEEP_UNION,
        lambda asked: committees.due_within(asked.actor, Power.KEEP_UNION, committees.OVERDUE, asked.actor.on), late=True,
    ),
)  # fmt: skip


def due(request: HouseRequest) -> list[Due]:
    """One short statement for each kind that the actor may do; what does not wait is left out."""
    found = []
    for kind in KINDS:
        if request.actor.holds(kind.power) and (count := _count(kind.rows(request))):
            said = f"{count}" if count <= MANY else f"{MANY}+"
            found.append(Due(kind.label, said, address(kind.name) + kind.query, kind.late))
    return found


def _count(rows: "QuerySet[Any]") -> int:
    return len(rows.order_by().values_list("pk")[: MANY + 1])
