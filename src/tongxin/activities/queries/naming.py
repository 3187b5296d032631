"""Who is meant by a line of a list: the name and the last digits, among the members of one union. Never guessed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from tongxin.activities.models import GroupSignUp, NamedPlace
from tongxin.activities.states import Named
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.people.name_lists import FEWEST_DIGITS, Line, fits
from tongxin.people.powers import Power
from tongxin.people.queries.members import members_named
from tongxin.unions.models import Closure, Level, Union


@dataclass(frozen=True, slots=True)
class Matched:
    """`named` and `refusal` say why nobody was matched."""

    line: Line
    person: Person | None = None
    named: Named = Named.NOBODY
    refusal: Refused | None = None


def matched(given: Sequence[Line], union: Union) -> list[Matched]:
    """One query however many lines."""
    by_name: dict[str, list[Person]] = defaultdict(list)
    for person in members_named(union, {line.name for line in given}):
        by_name[person.name].append(person)
    return [_match(line, by_name.get(line.name, [])) for line in given]


def _match(line: Line, people: Sequence[Person]) -> Matched:
    if len(line.number) < FEWEST_DIGITS:
        said = Refused("digits-few", "请补上证件号码或手机号的后%(n)d位以上，免得报错人。", n=FEWEST_DIGITS)
        return Matched(line, named=Named.UNSURE, refusal=said)
    if not people:
        said = Refused("nobody-named", "本会在册会员里没有这个姓名。请核对姓名，或先办入会、转接。")
        return Matched(line, refusal=said)
    found = [person for person in people if fits(line.number, person)]
    if len(found) > 1:
        said = Refused("several-fit", "有%(n)d位同名，后几位也相同。请写完整的证件号码。", n=len(found))
        return Matched(line, named=Named.UNSURE, refusal=said)
    if not found:
        said = Refused("digits-differ", "姓名对得上，号码对不上。请核对号码，登记有误的先更正登记。")
        return Matched(line, refusal=said)
    return Matched(line, found[0])


def groups_within(actor: Actor) -> QuerySet[GroupSignUp]:
    """Lists that were committed for unions in reach, the newest first."""
    rows: QuerySet[GroupSignUp] = GroupSignUp.objects.within(actor, Power.ACT_FOR_WORKER)
    names = ("union", "cohort__course", "cohort__union")
    counted = rows.annotate(
        named=Count("places"), declined=Count("places", filter=Q(places__declined_at__isnull=False))
    )
    return counted.select_related(*names).order_by("-at", "-pk")


def nearest_district(actor: Actor) -> Union | None:
    """The county's federation at or above where the actor acts for workers; above counties, the post's own union."""
    roots = actor.roots(Power.ACT_FOR_WORKER)
    above = Closure.objects.as_of(actor.on).filter(descendant__in=roots.here | roots.below)
    near = Union.objects.filter(pk__in=above.values("ancestor"), level__lte=Level.COUNTY)
    return near.order_by("-level", "code").first()


def places_of(group: GroupSignUp) -> QuerySet[NamedPlace]:
    rows: QuerySet[NamedPlace] = NamedPlace.objects.filter(group=group)
    return rows.select_related("person", "application").order_by("pk")


def place_of(person_id: int, public_id: str) -> NamedPlace | None:
    """One's own, with the class and who named one."""
    rows = NamedPlace.objects.filter(person=person_id, public_id=public_id)
    found: NamedPlace | None = rows.select_related(
        "application", "group__union", "cohort__course", "cohort__site", "cohort__room", "cohort__term__programme"
    ).first()
    return found
