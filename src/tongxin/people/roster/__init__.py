"""A member roster as cadres keep it, read into values and questions. No models here. See README.md."""

from tongxin.people.roster.reading import read
from tongxin.people.roster.shapes import Choices, ColumnMap, Problem, Question, RosterFile, RosterRow
from tongxin.people.roster.template import template_workbook

__all__ = [
    "Choices",
    "ColumnMap",
    "Problem",
    "Question",
    "RosterFile",
    "RosterRow",
    "read",
    "template_workbook",
]
