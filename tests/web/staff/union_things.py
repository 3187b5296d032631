"""What stands behind the addresses of a union's own pages."""

from tests.cast import NOW, Player

from tongxin.people.actions import committees
from tongxin.people.actions.committees import Election, Seat
from tongxin.people.authority import Actor
from tongxin.unions.actions import agreements, founding, registers
from tongxin.unions.actions.files import Upload
from tongxin.unions.actions.founding import Wish
from tongxin.unions.actions.registers import Paper
from tongxin.unions.founding_rules import CHOICES
from tongxin.unions.models import Union, UnionFile


def union_things(home: Union, parent: Union, chair: Player, by: Actor) -> dict[str, object]:
    """A request with a file, a committee, an entry, an agreement: ids by the pieces of addresses."""
    wish = Wish(
        choice=CHOICES["own"],
        parent=parent,
        name=f"{home.name}新厂",
        sponsor=home.name,
        workers=60,
        members=30,
        reason="职工要求",
    )
    upload = Upload("批复.pdf", b"%PDF-1.7 x")
    request = founding.ask(union=home, wish=wish, uploads=[upload], by=by, at=NOW)
    election = Election(number=1, elected_on=NOW.date(), years=3)
    committee = committees.elect(union=home, election=election, seats=[Seat(chair.person, "chair")], by=by, at=NOW)
    entry = registers.enter(
        union=home, register="collective_contract", paper=Paper("集体合同", NOW.date()), by=by, at=NOW
    )
    above = Union.objects.get(code="500000")
    agreement = agreements.propose(
        keeper=parent, name="互认服务", parties=[above], offers=[], starts=NOW.date(), ends=None, by=by, at=NOW
    )
    return {
        "foundings": request.public_id, "file_id": UnionFile.objects.get(founding=request).public_id,
        "committee_id": committee.public_id, "entry_id": entry.public_id,
        "agreements": agreement.public_id,
    }  # fmt: skip
