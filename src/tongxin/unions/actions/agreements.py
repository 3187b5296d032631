"""What unions without a common parent open to each other: proposed by one, in force once giver and taker have signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from tongxin.kernel.refused import Refused
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.actions.standing import By, day_of, must_manage
from tongxin.unions.models import Agreement, AgreementGrant, AgreementParty, Union


@dataclass(frozen=True, slots=True)
class Offer:
    """One grant to be: `giver` opens its own rows, or also those below it, to `taker`, for one power in its scope."""

    giver: Union
    taker: Union
    scope: str
    power: str
    below: bool = False


@atomic
def propose(
    *,
    keeper: Union,
    name: str,
    parties: Iterable[Union],
    offers: Iterable[Offer],
    starts: date,
    ends: date | None,
    by: By,
    at: datetime,
) -> Agreement:
    """A draft that opens nothing yet. Refused: "agreement-days", "agreement-parties", "agreement-stranger"."""
    must_manage(by, keeper)
    unions = {union.pk: union for union in (keeper, *parties)}
    if ends is not None and ends <= starts:
        raise Refused("agreement-days", "协议的结束日期要晚于开始日期。")
    if len(unions) == 1:
        raise Refused("agreement-parties", "协议至少要有两方，请加上对方工会。")
    agreement = Agreement.make(name=name.strip(), starts=starts, ends=ends, federation=keeper.federation)
    AgreementParty.objects.bulk_create([AgreementParty(agreement=agreement, union=union) for union in unions.values()])
    for offer in offers:
        if offer.giver.pk not in unions or offer.taker.pk not in unions:
            raise Refused("agreement-stranger", "只有协议各方之间可以开放，请先把对方加为协议一方。")
        AgreementGrant.make(
            agreement=agreement,
            giver=offer.giver,
            taker=offer.taker,
            scope=offer.scope,
            power=offer.power,
            below=offer.below,
        )
    journal.write("agreement.proposed", of=agreement, by=by, at=at, union=keeper.pk, parties=len(unions))
    return agreement


@atomic
def sign(*, agreement: Agreement, union: Union, by: By, at: datetime) -> AgreementParty:
    """One party signs, today. Each for itself: the power is asked at that party."""
    must_manage(by, union)
    agreement = Agreement.objects.lock(agreement.pk)
    party: AgreementParty | None = AgreementParty.objects.filter(agreement=agreement, union=union).first()
    if party is None:
        raise Refused("agreement-stranger", "这个工会不是协议的一方。")
    if party.signed_on is not None:
        raise Refused("agreement-signed", "这一方已经签过，不用再签。")
    party.signed_on = day_of(at)
    party.save(update_fields=["signed_on"])
    journal.write("agreement.signed", of=agreement, by=by, at=at, union=union.pk)
    return party


@atomic
def end_early(*, agreement: Agreement, union: Union, by: By, at: datetime) -> Agreement:
    """Any party ends it, today: from today it opens nothing."""
    must_manage(by, union)
    agreement = Agreement.objects.lock(agreement.pk)
    if not AgreementParty.objects.filter(agreement=agreement, union=union).exists():
        raise Refused("agreement-stranger", "这个工会不是协议的一方。")
    if agreement.ended_early_on is not None:
        raise Refused("agreement-ended", "协议已经提前结束。")
    agreement.ended_early_on = day_of(at)
    agreement.save(update_fields=["ended_early_on"])
    journal.write("agreement.ended", of=agreement, by=by, at=at, union=union.pk)
    return agreement
