"""Money for notices: counted before anything is sent, never above the cap."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.utils.timezone import localdate

from tongxin.kernel.refused import Refused
from tongxin.notices.models import Budget, Price
from tongxin.notices.queries.nearest import Above
from tongxin.notices.states import Channel
from tongxin.people.authority import Actor, require
from tongxin.people.models import Appointment
from tongxin.people.powers import Power
from tongxin.people.roles import RoleName
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union


@atomic
def set_cap(*, union: Union, month: date, cap: Decimal, by: Actor, at: datetime) -> Budget:
    """For the month that the day lies in. A cap below what is spent stops spending and takes nothing back."""
    require(by, Power.APPROVE_SENDINGS, union)
    Union.objects.lock(union.pk)
    if cap < 0:
        raise Refused("budget_cap", "预算不能小于0。")
    first = month.replace(day=1)
    found = Budget.objects.filter(union=union, month=first).first()
    if found is None:
        found = Budget.make(federation=union.federation, union=union, month=first, cap=cap)
    else:
        found = Budget.objects.lock(found.pk)
        found.cap, found.reached_at = cap, None
        found.save(update_fields=["cap", "reached_at"])
    journal.write("budget.set", of=found, by=by, at=at, month=first.isoformat(), cap=str(cap))
    return found


@atomic
def set_price(*, union: Union, channel: Channel, amount: Decimal, valid_from: date, by: Actor, at: datetime) -> Price:
    """From that day on; the price before it ends there."""
    require(by, Power.APPROVE_SENDINGS, union)
    if amount < 0:
        raise Refused("price_amount", "价格不能小于0。")
    if valid_from < localdate(at):
        raise Refused("price-past", "过去的价格不能改，请从今天或以后的一天起。")
    Union.objects.lock(union.pk)
    rows = Price.objects.filter(union=union, channel=channel)
    rows.filter(valid_from__gte=valid_from).delete()
    rows.filter(valid_to=None).update(valid_to=valid_from)
    found = Price.make(union=union, channel=channel, amount=amount, valid_from=valid_from)
    journal.write("price.set", of=found, by=by, at=at, channel=str(channel), amount=str(amount))
    return found


class Purse:
    """One month's budget, locked for a batch: each amount is counted at once, and the row is written when it closes."""

    def __init__(self, row: Budget) -> None:
        self.row, self._before, self._refused = row, row.spent, False

    def spend(self, amount: Decimal) -> bool:
        """Counts it, or says that the cap does not allow it."""
        if self.row.spent + amount > self.row.cap:
            self._refused = True
            return False
        self.row.spent += amount
        return True

    def close(self, *, at: datetime) -> None:
        """The first refusal in a month is told to the union's administrators."""
        first = self._refused and self.row.reached_at is None
        if first:
            self.row.reached_at = at
            _tell(self.row, at)
        if first or self.row.spent != self._before:
            self.row.save(update_fields=["spent", "reached_at"])


class Purses:
    """The budgets that a batch may draw on, locked in the order of their keys. No budget is no money."""

    def __init__(self, above: Above, unions: Iterable[int | None], *, on: date) -> None:
        places = {place for union in unions for place in above.of(union) if place is not None}
        rows = Budget.objects.filter(month=on.replace(day=1), union__in=places)
        locked = Budget.objects.lock_rows(rows.values_list("pk", flat=True))
        self._above, self._purses = above, {row.union_id: Purse(row) for row in locked}

    def of(self, union: int | None) -> Purse | None:
        """The nearest at or above."""
        return next((self._purses[place] for place in self._above.of(union) if place in self._purses), None)

    def close(self, *, at: datetime) -> None:
        for purse in self._purses.values():
            purse.close(at=at)


@atomic
def give_back(budget_id: int, amount: Decimal) -> None:
    """For what was certainly not sent."""
    row = Budget.objects.lock(budget_id)
    row.spent -= amount
    row.save(update_fields=["spent"])


def _tell(budget: Budget, at: datetime) -> None:
    on = localdate(at)
    posts = Appointment.objects.filter(
        union=budget.union_id, role=RoleName.FEDERATION_ADMIN, starts__lte=on, ends__gt=on
    ).select_related("person")
    data = {"union": budget.union.name, "cap": f"{budget.cap:,}"}
    outbox.put(
        [
            Telling(
                f"budget.reached:{budget.public_id}:{budget.cap}:{post.person_id}",
                "budget.reached",
                post.person_id,
                post.person.federation,
                data,
            )
            for post in posts
        ],
        at=at,
    )
