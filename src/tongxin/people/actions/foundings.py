"""A union is asked for, and those who decide are told: they are people, whom the unions' room does not know."""

from collections.abc import Sequence
from datetime import datetime

from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.people.queries.keepers import nearest
from tongxin.records.actions import outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic
from tongxin.unions.actions import founding
from tongxin.unions.actions.files import Upload
from tongxin.unions.actions.founding import Wish
from tongxin.unions.models import FoundingRequest, Union


@atomic
def ask(*, union: Union, wish: Wish, uploads: Sequence[Upload] = (), by: Actor, at: datetime) -> FoundingRequest:
    """As `unions.actions.founding.ask`; the nearest who may decide at the parent are told, but not the asker."""
    request = founding.ask(union=union, wish=wish, uploads=uploads, by=by, at=at)
    data = {"what": request.name, "who": union.name, "id": request.public_id}
    keepers = nearest(Power.MANAGE_UNIONS, [request.parent_id], on=by.on).get(request.parent_id, [])
    outbox.put(
        [
            Telling(f"founding.asked:{request.pk}:{person}", "founding.asked", person, federation, data)
            for person, federation in keepers
            if person != by.person_id
        ],
        at=at,
    )
    return request
