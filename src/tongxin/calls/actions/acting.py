"""Who may act for whom in an application."""

from collections.abc import Sequence

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, may, require
from tongxin.people.models import Person
from tongxin.people.powers import Power


def require_acting_for(by: Actor, person_id: int, union_id: int) -> None:
    """The person, staff of the union that opened the call, or staff who reach the person. Else Refused("no-power")."""
    if by.system or by.person_id == person_id or may(by, Power.ACT_FOR_WORKER, union_id):
        return
    if not Person.objects.within(by, Power.ACT_FOR_WORKER).filter(pk=person_id).exists():
        require(by, Power.ACT_FOR_WORKER, union_id)


def acts_for_all(by: Actor, people: Sequence[int], union_id: int) -> None:
    """The one who entered, or staff. Refused: "party-lead" (another one of the party), "no-power"."""
    if by.person_id in people[1:]:
        raise Refused("party-lead", "这是一起报的名，请由当初报名的那位来办；您自己不参加，可以点“退出这一组”。")
    require_acting_for(by, people[0], union_id)
