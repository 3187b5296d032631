"""What is asked: whose rows, as of which day, of which programme, narrowed to what."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from tongxin.activities.models import Programme
from tongxin.unions.models import Union, UnionQuerySet


class Axis(StrEnum):
    """By what the rows behind a number are grouped, and narrowed."""

    BRANCH = "branch"  # the unions directly under the one asked about, each with all below it that day
    UNION = "union"  # the union that served, alone
    TERM = "term"
    COURSE = "course"
    COHORT = "cohort"
    SITE = "site"
    YEAR = "year"
    MONTH = "month"
    PERSON = "person"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Axis.BRANCH: "下级工会",
    Axis.UNION: "举办工会",
    Axis.TERM: "期",
    Axis.COURSE: "课程",
    Axis.COHORT: "班次",
    Axis.SITE: "阵地",
    Axis.YEAR: "年",
    Axis.MONTH: "月",
    Axis.PERSON: "职工",
}

Key = int | str | None  # a row's id, a year "2024", a month "2024-03"; None where the record names none


@dataclass(frozen=True, slots=True)
class Asking:
    """`scope` is all that the asker may see (None: everything, for the operator's own command line).

    `union` narrows it to one union and all that stood below it on `as_of`. `narrowed` holds further bounds by axis.
    """

    as_of: date
    scope: UnionQuerySet | None = None
    union: Union | None = None
    programme: Programme | None = None
    narrowed: Mapping[Axis, Key] = field(default_factory=dict)

    def within(self, axis: Axis, key: Key) -> "Asking":
        return replace(self, narrowed={**self.narrowed, axis: key})
