"""What stands behind the addresses of joining and of moving between unions."""

import io

from PIL import Image
from tests.cast import HOUSE, NOW, Player, account
from tests.factories.likenesses import again as member

from tongxin.people.actions import joining, passports, transfers
from tongxin.people.actions.joining import Wish
from tongxin.people.models.transfers import PassportKind
from tongxin.unions.models import Union


def member_things(home: Union, parent: Union, pupil: Player, login: str) -> dict[str, object]:
    """An application with a photo that waits at the union, and a member who wants to move up. The pupil has a card."""
    newcomer, picture = Player(None, account(f"joins-{login}")), io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(picture, "JPEG")
    wish = Wish(union=home, basis="workplace", name="申新", photo=picture.getvalue())
    application = joining.ask(wish=wish, by=newcomer.actor, at=NOW)
    mover = member(home, "迁移者", login=f"moves-{login}")
    transfer = transfers.ask(person=mover.person, to_union=parent, by=mover.actor, at=NOW)
    passports.issue(person=pupil.person, kind=PassportKind.PAPER, by=HOUSE, at=NOW)
    return {"joining": application.public_id, "transfers": transfer.public_id}
