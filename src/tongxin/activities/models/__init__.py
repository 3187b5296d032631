from tongxin.activities.models.attendance import Attendance, AttendanceChange
from tongxin.activities.models.cohorts import Cohort, Session
from tongxin.activities.models.enrolments import Enrolment
from tongxin.activities.models.programmes import Course, Programme, Term

__all__ = ["Attendance", "AttendanceChange", "Cohort", "Course", "Enrolment", "Programme", "Session", "Term"]
