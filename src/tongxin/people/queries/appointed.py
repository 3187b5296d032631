"""Who holds a role around a union."""

from datetime import date

from django.db.models import Q, QuerySet

from tongxin.people.models import Appointment, Person
from tongxin.people.roles import RoleName
from tongxin.unions.models import Closure, Union


def holders(role: RoleName, union: Union, *, on: date) -> QuerySet[Person]:
    """People in that post on that day: at the union, below it, or above it. By name, each once."""
    tree = Closure.objects.as_of(on)
    near = Q(union__in=tree.filter(ancestor=union).values("descendant")) | Q(
        union__in=tree.filter(descendant=union).values("ancestor")
    )
    posts = Appointment.objects.filter(near, role=role, starts__lte=on, ends__gt=on)
    rows: QuerySet[Person] = Person.objects.filter(pk__in=posts.values("person"))
    return rows.order_by("name_sort", "pk")
