"""The lines that come with the house, drafted for two federations: each still to be read and signed by both."""

from datetime import datetime

from tongxin.benefits.actions import catalogue
from tongxin.benefits.actions.catalogue import Said, Wording
from tongxin.benefits.models import CatalogueLine
from tongxin.benefits.shipped_lines import ShippedLine, regions, shipped
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union


@atomic
def draft_all(*, union: Union, other: Union, remark: str = "", by: Actor, at: datetime) -> list[CatalogueLine]:
    """Those that are not in the catalogue yet; `remark` joins each one's note. A second press adds nothing.

    Refused: "no-power", "catalogue-region".
    """
    require(by, Power.MANAGE_CATALOGUE, union)
    there = set(CatalogueLine.objects.values_list("code", flat=True))
    known = regions({terms.region for one in shipped() for terms in one.terms})
    return [
        catalogue.draft_line(
            union=union, others=[other], code=one.code, name=one.name, kind=one.kind, wording=_wording(one, known, remark),
            by=by, at=at,
        )
        for one in shipped()
        if one.code not in there
    ]  # fmt: skip


def _wording(one: ShippedLine, known: dict[str, Union], remark: str) -> Wording:
    return Wording(
        who=one.who,
        valid_from=one.since,
        condition=one.condition,
        note=one.note + remark,
        said=[
            Said(
                region=known[terms.region], promise=terms.promise, measure=terms.measure, amount=terms.amount,
                unit=terms.unit, confidence=terms.confidence, **terms.texts,
            )
            for terms in one.terms
        ],
    )  # fmt: skip
