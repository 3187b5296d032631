from tongxin.activities.models.attendance import Attendance, AttendanceChange
from tongxin.activities.models.cohorts import Cohort, Session
from tongxin.activities.models.collective import GroupSignUp, NamedPlace
from tongxin.activities.models.enrolments import Enrolment
from tongxin.activities.models.programmes import Course, Programme, Term

__all__ = [
    "Attendance",
    "AttendanceChange",
    "Cohort",
    "Course",
    "Enrolment",
    "GroupSignUp",
    "NamedPlace",
    "Programme",
    "Session",
    "Term",
]
