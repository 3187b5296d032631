"""Under an agreement, one federation's universal schemes open to the other's members: who recognises whom, from when."""

from datetime import date, datetime

from tongxin.benefits.models import Recognition
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.models import Agreement, AgreementParty, Union


@atomic
def recognise(
    *,
    agreement: Agreement,
    giver: Union,
    taker: Union,
    starts: date,
    ends: date | None = None,
    clause: str = "",
    by: Actor,
    at: datetime,
) -> Recognition:
    """The giver opens what is its own; it counts while the agreement does. Refused: "no-power", "agreement-stranger",
    "recognition-before-agreement", "recognition_days", "recognition_between_two".
    """
    require(by, Power.MANAGE_UNIONS, giver)
    parties = set(AgreementParty.objects.filter(agreement=agreement).values_list("union_id", flat=True))
    if not {giver.pk, taker.pk} <= parties:
        raise Refused("agreement-stranger", "只有协议各方之间可以互认，请先把对方加为协议一方。")
    if starts < agreement.starts:
        raise Refused("recognition-before-agreement", "互认不能早于协议开始的日子，请改日期。")
    row = Recognition.make(
        agreement=agreement, giver=giver, taker=taker, starts=starts, ends=ends, clause=clause.strip()
    )
    journal.write(
        "recognition.made",
        of=row,
        by=by,
        at=at,
        agreement=agreement.public_id,
        taker=taker.public_id,
        starts=starts.isoformat(),
        ends=ends.isoformat() if ends else "",
    )
    return row


@atomic
def end(*, recognition: Recognition, on: date, by: Actor, at: datetime) -> Recognition:
    """From that day on nothing new is given; what was issued stays good. Refused: "no-power", "recognition_days"."""
    row = Recognition.objects.select_related("giver").lock(recognition.pk)
    require(by, Power.MANAGE_UNIONS, row.giver_id)
    row.ends = on
    row.save(update_fields=["ends"])
    journal.write("recognition.ended", of=row, by=by, at=at, ends=on.isoformat())
    return row
