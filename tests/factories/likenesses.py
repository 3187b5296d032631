"""Two records of one person, and the question about them."""

from tests.cast import HOUSE, NOW, SINCE, Cast, Player, account, an_id

from tongxin.people.actions import likenesses, persons
from tongxin.people.models import Likeness, Person
from tongxin.unions.models import Union


def again(union: Union, name: str, *, login: str = "", **values: object) -> Player:
    """One more record, with nothing but a name unless more is given."""
    person = persons.register(union=union, name=name, joined_on=SINCE, by=HOUSE, at=NOW, synthetic=True, **values)
    return Player(person, account(login, person) if login else None)


def pair_of(one: Person, other: Person) -> Likeness:
    """Asked about, for whatever reason."""
    likenesses.met(one, other, reason="same-paper", by=HOUSE, at=NOW)
    first, second = sorted((one.pk, other.pk))
    return Likeness.objects.get(one=first, other=second)


def twice(cast: Cast) -> tuple[Player, Likeness]:
    """王小华 once more at the factory, under another phone and without a number."""
    other = again(cast.factory, "王晓华", phone="19912340001", login="wang2")
    return other, pair_of(cast.wang.person, other.person)


__all__ = ["again", "an_id", "pair_of", "twice"]
