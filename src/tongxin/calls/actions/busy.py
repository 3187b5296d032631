"""At some hours a group of people is at work with both hands: what they take part in does not open then.

Which hours is said by the dated parameter `busy_hours_<group>` of the region (rulebook/data/parameters.csv; the groups are
those of `people`). Whether the group takes part follows from the call's rule, its reserves and whose members it is for; a
union that knows more than the rolls do says so itself (`Call.spares_meals`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils.timezone import localdate, localtime

from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Call, Reserve
from tongxin.kernel import day_hours
from tongxin.kernel.refused import Refused
from tongxin.people.models import Membership
from tongxin.people.models.persons import GigGroup
from tongxin.people.queries.joining import TRADE_WORDS
from tongxin.rulebook.models import Parameter, RuleVersion
from tongxin.rulebook.queries import parameters, verdict_given
from tongxin.rules.conditions import facts_used, from_data
from tongxin.rules.verdicts import Truth
from tongxin.store.moments import Moment
from tongxin.unions.models import Closure

KEY: Final = "busy_hours_"
FACT: Final = "gig_group"
ALL_GROUPS: Final = "新就业形态"


def check(call: Call, *, at: datetime) -> None:
    """Refused: "busy-hours", with the next moment at which it can open."""
    if (found := against(call, at=at)) is not None:
        raise found


def against(call: Call, *, at: datetime) -> Refused | None:
    """Why it could not open as it stands, if it were published `at`."""
    opens = localtime(max(call.opens, at))
    said = parameters.rows([KEY + group for group in GigGroup.values], union=call.union_id, on=opens.date())
    for group in GigGroup:
        row = said.get(KEY + group)
        if row is None or not row.text:
            continue
        try:
            free = day_hours.free_from(day_hours.read(row.text), opens)
        except Refused as unreadable:  # entered under a key of another unit
            return unreadable
        if free != opens and takes_part(call, group, at=opens):
            return _refusal(group, row, free)
    return None


def takes_part(call: Call, group: GigGroup, *, at: datetime) -> bool:
    """A rule under which nobody of the group can enter settles it; else a rule or a reserve that speaks of the group, or
    one member of it among those whom the call is for.
    """
    if call.spares_meals:
        return True
    rule = kind_of(call).conditions(call)
    if rule is not None and not _may(rule, group, at):
        return False
    reserves = Reserve.objects.filter(pool__call=call).select_related("rule_version")
    return (rule is not None and _speaks(rule)) or _kept_for(reserves, group, at) or _is_reached(call, group, at)


def _may(rule: RuleVersion, group: GigGroup, at: datetime) -> bool:
    return verdict_given(rule, {FACT: group.value}, localdate(at)).truth is not Truth.NO


def _speaks(rule: RuleVersion) -> bool:
    return FACT in facts_used(from_data(rule.condition))


def _kept_for(reserves: Iterable[Reserve], group: GigGroup, at: datetime) -> bool:
    """By its rule; one without a rule by its name."""
    names = (ALL_GROUPS, group.label, *TRADE_WORDS.get(group, ()))
    for reserve in reserves:
        rule = reserve.rule_version
        if rule is None and any(name in reserve.name + reserve.words for name in names):
            return True
        if rule is not None and _speaks(rule) and _may(rule, group, at):
            return True
    return False


def _is_reached(call: Call, group: GigGroup, at: datetime) -> bool:
    on = localdate(at)
    below = Closure.objects.as_of(on).filter(ancestor__in=kind_of(call).audience(call, on)).values("descendant")
    stays = Membership.objects.filter(Q(ends=None) | Q(ends__gt=on), starts__lte=on, union__in=below)
    return stays.filter(person__gig_group=group).exists()


def _refusal(group: GigGroup, row: Parameter, free: datetime) -> Refused:
    return Refused(
        "busy-hours",
        "参加的人里有%(group)s，%(hours)s他们正忙（%(document)s），不能在这时开放。"
        "请把开始时间改到%(next)s或者更晚；提前也行，只要避开这些时段。",
        group=str(group.label),
        hours=row.text,
        document=row.document,
        next=Moment(free),
    )
