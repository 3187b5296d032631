"""What stands behind the addresses of an application to join."""

import io

from PIL import Image
from tests.cast import NOW, Player, account

from tongxin.people.actions import joining
from tongxin.people.actions.joining import Wish
from tongxin.people.models import JoinApplication
from tongxin.unions.models import Union


def a_picture() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (40, 60), "orange").save(kept, "PNG")
    return kept.getvalue()


def applied(union: Union, name: str = "新骑手", **more: object) -> JoinApplication:
    """By someone who signed in by phone a moment ago."""
    newcomer = Player(None, account(f"applies-{union.pk}-{name}"))
    wish = Wish(**{"union": union, "basis": "industry", "name": name, "gig_group": "food_delivery_rider", **more})
    return joining.ask(wish=wish, by=newcomer.actor, at=NOW)
