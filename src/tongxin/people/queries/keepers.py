"""Who looks after a union: those who hold a power there from the nearest place, to be told of what is waiting for them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from tongxin.people.models import Appointment
from tongxin.people.powers import Power
from tongxin.people.roles import ROLES, Reach, RoleName
from tongxin.unions.models import Closure

Keepers = dict[int, list[tuple[int, int]]]  # union → (person, the federation that keeps the person)


def nearest(power: Power, unions: Iterable[int], *, on: date, above: bool = False) -> Keepers:
    """For each union, those with the power at the lowest level that has any; `above` leaves out the union itself.

    Two queries for any number of unions.
    """
    ways = defaultdict(list)
    tree = Closure.objects.as_of(on).filter(descendant__in=set(unions))
    if above:
        tree = tree.filter(depth__gt=0)
    for ancestor, union, depth in tree.values_list("ancestor_id", "descendant_id", "depth"):
        ways[ancestor].append((union, depth))
    reach = {role: far for role in RoleName if (far := ROLES[role].reach_of(power)) in {Reach.HERE, Reach.BELOW}}
    posts = Appointment.objects.filter(union__in=list(ways), role__in=list(reach), starts__lte=on, ends__gt=on)
    found: dict[int, dict[int, set[tuple[int, int]]]] = defaultdict(lambda: defaultdict(set))
    for place, role, person, federation in posts.values_list("union_id", "role", "person_id", "person__federation"):
        for union, depth in ways[place]:
            if depth == 0 or reach[RoleName(role)] is Reach.BELOW:
                found[union][depth].add((person, federation))
    return {union: sorted(by_depth[min(by_depth)]) for union, by_depth in found.items()}
