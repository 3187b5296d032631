"""The demo's joint catalogue: what the house ships, signed by the demo's two administrators. The signatures are invented."""

from datetime import date, datetime
from typing import Final

from tongxin.benefits.actions import catalogue, shipped
from tongxin.benefits.actions.catalogue import Said, Wording
from tongxin.benefits.models import CatalogueLine, CatalogueVersion
from tongxin.benefits.promises import Measure, Promise, VersionState
from tongxin.people.authority import Actor, actor_of
from tongxin.people.models import Account
from tongxin.store.atomic import atomic
from tongxin.unions.models import Kind, Union
from tongxin.unions.models.tree import Confidence

REMARK: Final = "演示站：双方的签署是虚构的，没有任何总工会签过。"
HALF: Final = "recuperation"  # one side has not signed it yet
AGAIN: Final = "classes"  # and this one has a second version
SIDES: Final = (("chongqing.admin", "500000"), ("sichuan.admin", "510000"))


@atomic
def plant(*, by: Actor, at: datetime) -> None:
    """What is there already stays."""
    if CatalogueLine.objects.exists():
        return
    unions = {union.code: union for union in Union.objects.filter(code__in=[code for _login, code in SIDES])}
    signers = [(actor_of(Account.objects.get(login=login), by.on), unions[code]) for login, code in SIDES]
    lines = shipped.draft_all(union=unions["500000"], other=unions["510000"], remark=REMARK, by=signers[0][0], at=at)
    for line in lines:
        _sign(line.versions.get(), signers[: 1 if line.code == HALF else 2], at)
    _again(next(line for line in lines if line.code == AGAIN), signers, at)


def _sign(version: CatalogueVersion, signers: list[tuple[Actor, Union]], at: datetime) -> None:
    for actor, union in signers:
        catalogue.sign(version=version, union=union, by=actor, at=at)


def _again(line: CatalogueLine, signers: list[tuple[Actor, Union]], at: datetime) -> None:
    said = Said(
        Union.objects.filter(kind=Kind.ACFTU).earliest("pk"), Promise.APPLY, Measure.NONE,
        how="在“课程”里找离您近的班，免费或只收材料费。人在对方省市的，也可以报当地的班。",
        document="（虚构的修订，用来演示版本）", clause="按各班公布的报名办法", source="演示", confidence=Confidence.UNSURE,
    )  # fmt: skip
    before = line.versions.get(state=VersionState.JOINT)
    wording = Wording(
        who=before.who, valid_from=date(2024, 3, 1), said=[said], changed="写明人在对方省市也可以报当地的班", note=REMARK
    )  # fmt: skip
    _sign(catalogue.draft_version(line=line, wording=wording, by=signers[0][0], at=at), signers, at)
