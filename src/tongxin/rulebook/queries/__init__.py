"""Which version is in force, what it says about a person, and what it would mean for everybody."""

from tongxin.rulebook.queries.rehearsal import Rehearsal, rehearse
from tongxin.rulebook.queries.verdicts import verdict_given, verdict_on, version_in_force

__all__ = ["Rehearsal", "rehearse", "verdict_given", "verdict_on", "version_in_force"]
