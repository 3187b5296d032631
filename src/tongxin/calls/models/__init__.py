"""Scarcity is the pool; what one gets is the award. No noun of any substance stands in this room (a test looks)."""

from tongxin.calls.models.applications import Applicant, Application, Award, Preference, Step
from tongxin.calls.models.draws import Draw, Round, Seal
from tongxin.calls.models.lane import Arrival, Entry, Intake, Lane, Rehearsal
from tongxin.calls.models.publications import Objection, Publication
from tongxin.calls.models.windows import Call, Pool, Reserve

__all__ = [
    "Applicant",
    "Application",
    "Arrival",
    "Award",
    "Call",
    "Draw",
    "Entry",
    "Intake",
    "Lane",
    "Objection",
    "Pool",
    "Preference",
    "Publication",
    "Rehearsal",
    "Reserve",
    "Round",
    "Seal",
    "Step",
]
