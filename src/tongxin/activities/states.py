"""States of terms, cohorts, sessions, enrolments and marks."""

from dataclasses import dataclass

from django.db import models

from tongxin.kernel.transitions import Table


class TermState(models.TextChoices):
    DRAFT = "draft", "筹备中"
    PUBLISHED = "published", "已公布"
    FINISHED = "finished", "已结束"


TERM_MOVES = Table(
    ("publish", [TermState.DRAFT], TermState.PUBLISHED),
    ("finish", [TermState.PUBLISHED], TermState.FINISHED),
)


class ActivityKind(models.TextChoices):
    """What a course of a programme is. What follows from it stands in the table below: nobody asks which kind it is."""

    LESSONS = "lessons", "课程"
    CULTURE = "culture", "文化活动"
    SPORTS = "sports", "体育活动"
    FAMILY = "family", "亲子活动"

    @property
    def traits(self) -> "Traits":
        return _TRAITS[self]


@dataclass(frozen=True, slots=True)
class Traits:
    """`event`: takes place once, 一场. `families`: workers bring children along, who are counted and never registered."""

    event: bool = False
    families: bool = False


_TRAITS = {
    ActivityKind.LESSONS: Traits(),
    ActivityKind.CULTURE: Traits(event=True),
    ActivityKind.SPORTS: Traits(event=True),
    ActivityKind.FAMILY: Traits(event=True, families=True),
}
EVENTS = tuple(kind for kind, traits in _TRAITS.items() if traits.event)


class CohortState(models.TextChoices):
    PLANNED = "planned", "筹备中"
    OPEN = "open", "已开放报名"  # whether one can sign up now also depends on the call's window
    CLOSED = "closed", "报名已截止"
    FINISHED = "finished", "已结课"
    CANCELLED = "cancelled", "已取消"


COHORT_MOVES = Table(
    ("open", [CohortState.PLANNED], CohortState.OPEN),
    ("close", [CohortState.OPEN], CohortState.CLOSED),
    ("reopen", [CohortState.CLOSED], CohortState.OPEN),
    ("finish", [CohortState.OPEN, CohortState.CLOSED], CohortState.FINISHED),
    ("cancel", [CohortState.PLANNED, CohortState.OPEN, CohortState.CLOSED], CohortState.CANCELLED),
)


class SessionState(models.TextChoices):
    PLANNED = "planned", "待上课"
    HELD = "held", "已上课"
    CANCELLED = "cancelled", "已取消"


SESSION_MOVES = Table(
    ("hold", [SessionState.PLANNED, SessionState.HELD], SessionState.HELD),  # by its first mark
    ("reschedule", [SessionState.PLANNED], SessionState.PLANNED),
    ("cancel", [SessionState.PLANNED, SessionState.HELD], SessionState.CANCELLED),  # held only while nobody attended
)


class EnrolmentState(models.TextChoices):
    ENROLLED = "enrolled", "在册"
    WITHDRAWN = "withdrawn", "已退课"
    MOVED = "moved", "已转班"
    CANCELLED = "cancelled", "班次取消"


class Standing(models.TextChoices):
    """How a cohort stands to one person at one moment. Every list, page and API answer says it from here."""

    NOT_YET = "not_yet", "未开放"
    OPEN = "open", "可报名"
    FULL = "full", "已满，可候补"
    ENTERED = "entered", "已报名，等结果"  # the places are given later: by a draw, by points, after a review
    OFFERED = "offered", "有名额，等您确认"
    WAITING = "waiting", "候补中"
    ENROLLED = "enrolled", "已报名"
    CLOSED = "closed", "报名已截止"
    RUNNING = "running", "上课中"
    DONE = "done", "已结课"
    CANCELLED = "cancelled", "已取消"

    @property
    def tone(self) -> str:
        """ok, warn, info, zhu, or none for what asks for nothing."""
        return _TONE.get(self, "")


_TONE = {
    Standing.NOT_YET: "info",
    Standing.OPEN: "ok",
    Standing.FULL: "warn",
    Standing.ENTERED: "info",
    Standing.OFFERED: "warn",
    Standing.WAITING: "warn",
    Standing.ENROLLED: "ok",
    Standing.RUNNING: "info",
    Standing.CANCELLED: "zhu",
}


class Mark(models.TextChoices):
    PRESENT = "present", "到"
    LATE = "late", "迟"
    LEAVE = "leave", "假"
    ABSENT = "absent", "缺"


ATTENDED = (Mark.PRESENT, Mark.LATE)
LISTED = (CohortState.OPEN, CohortState.CLOSED)  # what the class list shows
RUNNING = (CohortState.PLANNED, CohortState.OPEN, CohortState.CLOSED)  # what staff can still change


class How(models.TextChoices):
    """By what way a mark came."""

    GRID = "grid", "点名表"
    WORKER_CODE = "worker_code", "出示签到码"
    SCREEN_CODE = "screen_code", "扫大屏码"
    REST_PRESENT = "rest_present", "其余都到"
    LOADED = "loaded", "补录"
    ASKED = "asked", "提前请假"  # before the lesson; any way of coming overrules it


class Named(models.TextChoices):
    """What would become of one line of a union's sheet (集体报名)."""

    PLACE = "place", "有名额"
    LINE = "line", "排候补"
    ALREADY = "already", "已在班里"
    LEFT = "left", "本人退过"
    NOBODY = "nobody", "没有对上"
    UNSURE = "unsure", "要补号码"
    REFUSED = "refused", "不能报"
    TWICE = "twice", "表里重复"


TAKEN_IN = (Named.PLACE, Named.LINE)
