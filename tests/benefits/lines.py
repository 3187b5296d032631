"""Lines of the joint catalogue for tests: two federations, each with someone who may sign for it."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tests.cast import NOW, Cast, Player, member_of_staff

from tongxin.benefits.actions import catalogue
from tongxin.benefits.actions.catalogue import Said, Wording
from tongxin.benefits.models import CatalogueLine, CatalogueVersion
from tongxin.benefits.promises import LineKind, Measure, Promise, Unit
from tongxin.people.roles import RoleName
from tongxin.unions.models import Union

SINCE = date(2024, 1, 1)
MEMBER = {"fact": "is_member", "op": "=", "value": True, "words": "是工会会员"}


@dataclass
class TwoSides:
    """陈渝 signs for 重庆, 川签 for 四川."""

    cast: Cast
    sichuan_chief: Player = field(init=False)

    def __post_init__(self) -> None:
        self.sichuan_chief = member_of_staff(
            self.cast.sichuan, RoleName.FEDERATION_ADMIN, "川签", login="sichuan-chief"
        )

    def of(self, union: Union) -> Player:
        return {self.cast.chongqing: self.cast.chief, self.cast.sichuan: self.sichuan_chief}[union]

    def wording(self, **changed: object) -> Wording:
        said = (
            ceiling(self.cast.sichuan, "2200.00"),
            Said(self.cast.chongqing, Promise.MAY_GIVE, Measure.UNKNOWN, document="总工办发〔2017〕43号"),
        )
        return Wording(**{"who": "工会会员", "valid_from": SINCE, "said": said, "condition": MEMBER, **changed})

    def drafted(
        self, name: str = "节日慰问品", kind: LineKind = LineKind.UNIVERSAL, **changed: object
    ) -> CatalogueLine:
        return catalogue.draft_line(
            union=self.cast.chongqing,
            others=[self.cast.sichuan],
            name=name,
            kind=kind,
            wording=self.wording(**changed),
            by=self.cast.chief.actor,
            at=NOW,
        )

    def signed(self, name: str = "节日慰问品", kind: LineKind = LineKind.UNIVERSAL, **changed: object) -> CatalogueLine:
        line = self.drafted(name, kind, **changed)
        self.sign_both(line.versions.get())
        return line

    def sign_both(self, version: CatalogueVersion) -> CatalogueVersion:
        for union in (self.cast.chongqing, self.cast.sichuan):
            version = catalogue.sign(version=version, union=union, by=self.of(union).actor, at=NOW)
        return version

    def next(self, line: CatalogueLine, **changed: object) -> CatalogueVersion:
        wording = self.wording(**{"valid_from": date(2025, 1, 1), "changed": "上限改了", **changed})
        return catalogue.draft_version(line=line, wording=wording, by=self.cast.chief.actor, at=NOW)


def ceiling(region: Union, amount: str) -> Said:
    return Said(
        region,
        Promise.MAY_GIVE,
        Measure.CEILING,
        Decimal(amount),
        Unit.PERSON_YEAR,
        document="四川的规定",
        clause=f"每人每年不超过{amount}元",
    )
