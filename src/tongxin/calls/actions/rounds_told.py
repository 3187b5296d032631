"""What holders of seals, and applicants of a round that is drawn again, are told. The words stand in the notices' catalogue."""

from collections.abc import Iterable
from datetime import datetime

from tongxin.calls.models import Applicant, Round, Seal
from tongxin.records.actions import outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic


@atomic
def tell_seals(kind: str, seals: Iterable[Seal], *, at: datetime) -> None:
    """Each holder with a record, once for a kind; an outsider has the link and nothing else."""
    outbox.put(
        [
            Telling(
                key=f"{kind}:{seal.public_id}",
                kind=kind,
                person=seal.person_id,
                federation=seal.round.federation,
                data={
                    "what": names_of(seal.round),
                    "closes": seal.round.call.list_ends.isoformat(),
                    "result": seal.round.result_at.isoformat(),
                    "id": seal.public_id,
                },
            )
            for seal in seals
            if seal.person_id is not None
        ],
        at=at,
    )


def tell_repeated(held: Round, *, at: datetime) -> None:
    """Whoever still waits for the result hears of the new time, and why."""
    people = Applicant.objects.filter(call=held.call_id, live=True).values_list("person_id", "federation").distinct()
    outbox.put_alike(
        list(people),
        key=f"draw.repeated:{held.public_id}:",
        kind="draw.repeated",
        data={"what": names_of(held), "result": held.result_at.isoformat(), "why": held.why, "id": held.public_id},
        at=at,
    )


def names_of(held: Round) -> str:
    """The pools' names as far as they fit in a sentence."""
    names = list(held.call.pools.filter(closed_at=None).order_by("pk").values_list("name", flat=True)[:3])
    return "、".join(names[:2]) + ("等" if len(names) > 2 else "")
