"""In which groups someone is, of those for whom a pool keeps places, as far as a rule says so. Asked of one, or of thousands."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.timezone import localdate

from tongxin.calls.models import Pool, Reserve
from tongxin.people.models import Person
from tongxin.rulebook.models import RuleVersion
from tongxin.rulebook.queries import at_once, verdict_on
from tongxin.rules.verdicts import Truth


def groups_of(pools: Iterable[int], person: Person, *, at: datetime) -> str:
    """The groups among the pools' reserves in which the person is, as they stand in a list of tickets."""
    day = localdate(at)
    return "+".join(name for name, version in _by_rule(pools) if verdict_on(version, person, day).truth is Truth.YES)


def groups_of_many(pool: Pool, people: Sequence[int], moments: Sequence[datetime]) -> list[str]:
    """The same of thousands (row ids), each as of the moment beside it, in the order given: a statement a group, not a
    verdict a person.
    """
    found: list[list[str]] = [[] for _ in people]
    days = [localdate(moment) for moment in moments]
    for name, version in _by_rule([pool.pk]) if pool.reserved else ():
        for groups, truth in zip(found, at_once.truths(version, people, days), strict=True):
            if truth is Truth.YES:
                groups.append(name)
    return ["+".join(groups) for groups in found]


def _by_rule(pools: Iterable[int]) -> list[tuple[str, RuleVersion]]:
    """The groups that a rule decides, each once, in the order in which a list of tickets names them."""
    rows = Reserve.objects.filter(pool__in=list(pools), rule_version__isnull=False).select_related("rule_version__rule")
    return sorted({row.name: row.rule_version for row in rows if row.rule_version is not None}.items())
