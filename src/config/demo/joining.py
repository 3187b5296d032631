"""Applications to join in each of their states, and a union that went into another one: invented, like all here."""

from datetime import datetime, timedelta
from typing import Final

from config.demo.planting import YONGCHUAN, firm_code, rider_code, small_code
from config.demo.workers import worker
from tongxin.people.actions import joining
from tongxin.people.actions.joining import Wish
from tongxin.people.actions.values import name_columns, phone_columns
from tongxin.people.authority import Actor
from tongxin.people.models import Account, JoinApplication, Person
from tongxin.people.models.joining import JoinBasis
from tongxin.people.models.persons import Assurance
from tongxin.people.queries.lookup import ACCOUNT_PHONE
from tongxin.store.atomic import atomic
from tongxin.store.keys import ring
from tongxin.store.moments import start_of
from tongxin.unions.actions import names, tree
from tongxin.unions.models import Kind, Level, Union

BEGIN_AT: Final = 7_200_000  # worker numbers of those who apply
RIDER: Final = "food_delivery_rider"
_ASKED: Final = (  # how many days ago, at which union, on what ground, of which group
    (0, rider_code(RIDER), JoinBasis.INDUSTRY, RIDER), (1, rider_code("courier"), JoinBasis.INDUSTRY, "courier"),
    (9, rider_code("truck_driver"), JoinBasis.INDUSTRY, "truck_driver"), (2, firm_code(YONGCHUAN, 0), JoinBasis.WORKPLACE, ""),
    (12, firm_code(YONGCHUAN, 1), JoinBasis.WORKPLACE, ""),
)  # fmt: skip
GONE: Final = f"{YONGCHUAN}-D1"
NEW_NAME: Final = "示例产业园第2电子厂工会"
OLD_NAME: Final = "示例产业园电子二厂工会"


@atomic
def apply(*, by: Actor, at: datetime) -> None:
    """What is there already stays."""
    if JoinApplication.objects.exists():
        return
    unions = {union.code: union for union in Union.objects.filter(code__in=[code for _, code, _, _ in _ASKED])}
    made = []
    for number, (days, code, basis, gig) in enumerate(_ASKED):
        person = _person(number, unions[code], gig, at)
        wish = Wish(union=unions[code], basis=basis, gig_group=gig)
        made.append(joining.ask(wish=wish, person=person, by=by, at=at - timedelta(days=days)))
    joining.escalate(application=made[2], on=by.on, at=at)
    why = "您不在本厂上班。请向外卖配送行业工会申请，入会条件和权益一样。"
    joining.refuse(application=made[4], why=why, elsewhere=unions[rider_code(RIDER)], by=by, at=at)


def _person(number: int, near: Union, gig: str, at: datetime) -> Person:
    """Who signed in by phone and said a name, no more."""
    shown = worker(BEGIN_AT + number)
    person = Person.make(
        federation=near.federation, assurance=Assurance.DECLARED, synthetic=True, created_at=at, changed_at=at,
        gig_group=gig, **name_columns(shown.name), **phone_columns(shown.phone),
    )  # fmt: skip
    account = Account(login=f"demo-applicant-{number}", person=person, phone=shown.phone, phone_verified_at=at)
    account.phone_digest = ring().digest(shown.phone, purpose=ACCOUNT_PHONE)
    account.set_unusable_password()
    account.save(force_insert=True)
    return person


@atomic
def change_unions(*, by: Actor, at: datetime) -> None:
    """One got a new name this year, one went into its neighbour: to see that a union's page remembers both."""
    if Union.objects.filter(code=GONE).exists():
        return
    heir = Union.objects.get(code=small_code(0))
    town = heir.parenthoods.get(valid_to=None).parent
    changed = by.on - timedelta(days=100)
    gone = tree.found(
        parent=town, kind=Kind.JOINT_GRASSROOTS_UNION, level=Level.GRASSROOTS, name="示例老街联合工会", code=GONE,
        founded_on=changed - timedelta(days=900), by=by, at=at, synthetic=True, source="演示用的合成批复",
    )  # fmt: skip
    tree.merge(predecessors=[gone], successor=heir, on=changed, by=by, at=start_of(changed), source="演示用的合成批复")
    park = Union.objects.get(code=f"{YONGCHUAN}-U1-2")
    names.rename(union=park, name=OLD_NAME, on=changed, by=by, at=at, source="演示用的合成批复")
    names.rename(union=park, name=NEW_NAME, on=by.on - timedelta(days=10), by=by, at=at, source="演示用的合成批复")
