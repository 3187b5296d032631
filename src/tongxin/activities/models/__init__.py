from tongxin.activities.models.attendance import Attendance, AttendanceChange
from tongxin.activities.models.cohorts import Cohort, Session
from tongxin.activities.models.collective import GroupSignUp, NamedPlace
from tongxin.activities.models.enrolments import Enrolment
from tongxin.activities.models.families import Family
from tongxin.activities.models.polls import Poll, PollAnswer, PollChoice, PollTick
from tongxin.activities.models.programmes import Course, Programme, Term

__all__ = [
    "Attendance",
    "AttendanceChange",
    "Cohort",
    "Course",
    "Enrolment",
    "Family",
    "GroupSignUp",
    "NamedPlace",
    "Poll",
    "PollAnswer",
    "PollChoice",
    "PollTick",
    "Programme",
    "Session",
    "Term",
]
