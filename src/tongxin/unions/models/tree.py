"""The tree of unions as it was on any day."""

from datetime import date
from typing import ClassVar, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from tongxin.store.models import Guarded, GuardedQuerySet, PublicIdField

LONG_AGO = date(1900, 1, 1)  # "since before our records"


class Kind(models.TextChoices):
    """What a union is. field.md §3.1; the words are the trade's."""

    ACFTU = "acftu", "全国总工会"
    FEDERATION = "federation", "总工会"
    UNION_ASSOCIATION = "union_association", "工会联合会"
    WORK_COMMITTEE = "work_committee", "工会工作委员会"
    INDUSTRIAL_UNION = "industrial_union", "产业工会"
    GRASSROOTS_UNION = "grassroots_union", "基层工会"
    JOINT_GRASSROOTS_UNION = "joint_grassroots_union", "联合基层工会"
    REGIONAL_ASSOCIATION = "regional_association", "区域性工会联合会"
    SECTORAL_ASSOCIATION = "sectoral_association", "行业性工会联合会"
    BRANCH_UNION = "branch_union", "分会"
    UNION_GROUP = "union_group", "工会小组"


class Level(models.IntegerChoices):
    """How high in the area tree; grass-roots unions of every kind are GRASSROOTS."""

    NATION = 1, "全国"
    PROVINCE = 2, "省级"
    PREFECTURE = 3, "市州级"
    COUNTY = 4, "区县级"
    TOWNSHIP = 5, "乡镇街道级"
    GRASSROOTS = 6, "基层"


class Confidence(models.TextChoices):
    SURE = "sure", "确定"
    FAIRLY = "fairly", "较确定"
    UNSURE = "unsure", "待核实"


def _days(starts: str, ends: str) -> Func:
    return Func(F(starts), F(ends), Value("[)"), function="DATERANGE")


def _same(column: str) -> Func:
    """`column` as a one-point range: equality in an exclusion constraint without btree_gist, which the wheel lacks."""
    return Func(F(column), F(column), Value("[]"), function="INT8RANGE")


class UnionQuerySet(GuardedQuerySet["Union"]):
    def under(self, union: "Union | int", *, on: date, here: bool = True) -> "UnionQuerySet":
        """The union (unless here=False) and all below it, as the tree stood on that day."""
        below = Closure.objects.as_of(on).filter(ancestor=union)
        if not here:
            below = below.filter(depth__gt=0)
        return self.filter(pk__in=below.values("descendant"))

    def above(self, union: "Union | int", *, on: date) -> "UnionQuerySet":
        """Its ancestors and itself, as the tree stood on that day."""
        return self.filter(pk__in=Closure.objects.as_of(on).filter(descendant=union).values("ancestor"))

    def existing(self, on: date) -> "UnionQuerySet":
        return self.filter(Q(dissolved_on=None) | Q(dissolved_on__gt=on), founded_on__lte=on)


class Union(Guarded):
    """One organisation for as long as it lives: its names, codes and places in the tree are dated rows beside it."""

    public_id = PublicIdField()
    federation = models.BigIntegerField(editable=False)  # its province-level federation (itself there and above)
    kind = models.CharField(max_length=30, choices=Kind)
    level = models.SmallIntegerField(choices=Level)
    name = models.CharField(max_length=120)  # as it is called now; UnionName has the rest
    code = models.CharField(max_length=20, unique=True)  # by which commands and sheets name it; stable
    uscc = models.CharField(max_length=18, null=True, unique=True)  # GB 32100; unions' begin with 81
    founded_on = models.DateField(default=LONG_AGO)
    dissolved_on = models.DateField(null=True)
    synthetic = models.BooleanField(default=False)  # invented for the demo
    name_basis = models.CharField(max_length=120, blank=True)  # where the name comes from, if it was derived

    objects: ClassVar[UnionQuerySet] = UnionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes: ClassVar = [models.Index(fields=["name"], name="union_name")]

    def __str__(self) -> str:
        return self.name


class Dated(Guarded):
    """A fact of a union with the days for which it held, and how sure we are."""

    valid_from = models.DateField(default=LONG_AGO)
    valid_to = models.DateField(null=True)  # half-open: the first day on which it no longer holds
    source = models.CharField(max_length=200, blank=True)
    confidence = models.CharField(max_length=10, choices=Confidence, default=Confidence.SURE)

    class Meta:
        abstract = True


_D = TypeVar("_D", bound=models.Model)


class DatedQuerySet(GuardedQuerySet[_D]):
    def as_of(self, day: date) -> "DatedQuerySet[_D]":
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


class UnionName(Dated):
    union = models.ForeignKey(Union, models.PROTECT, related_name="names")
    name = models.CharField(max_length=120)

    objects: ClassVar["DatedQuerySet[UnionName]"] = DatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="union_one_name_a_day",
                expressions=[(_same("union"), RangeOperators.OVERLAPS), (_days("valid_from", "valid_to"), "&&")],
                violation_error_message="同一天只能有一个名称，请先结束原来的名称。",
            )
        ]


class UnionCode(Dated):
    """A code of a public code list, e.g. GB/T 2260: 永川 is 500118 today, was 500383, and 510283 and 510229 before."""

    class Precision(models.TextChoices):
        DAY = "day", "日"
        MONTH = "month", "月"
        YEAR = "year", "年"

    class System(models.IntegerChoices):
        AREA = 1, "GB/T 2260行政区划代码"
        STATISTICS = 2, "统计用区划代码"

    union = models.ForeignKey(Union, models.PROTECT, related_name="codes")
    system = models.SmallIntegerField(choices=System)
    code = models.CharField(max_length=20)
    area_name = models.CharField(max_length=60, blank=True)  # what the list calls the area
    precision = models.CharField(max_length=6, choices=Precision, default=Precision.DAY)

    objects: ClassVar["DatedQuerySet[UnionCode]"] = DatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes: ClassVar = [models.Index(fields=["code"], name="union_code")]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="union_one_code_a_day",
                expressions=[
                    (_same("union"), RangeOperators.OVERLAPS),
                    (_same("system"), RangeOperators.OVERLAPS),
                    (_days("valid_from", "valid_to"), "&&"),
                ],
                condition=~Q(confidence=Confidence.UNSURE),  # a doubtful code may stand beside the likelier one
                violation_error_message="同一天同一套代码只能有一个，请先结束原来的代码。",
            )
        ]


class Parenthood(Dated):
    """Under whom a union stands, and when. The closure is derived from these rows and only from them."""

    child = models.ForeignKey(Union, models.PROTECT, related_name="parenthoods")
    parent = models.ForeignKey(Union, models.PROTECT, related_name="+")

    objects: ClassVar["DatedQuerySet[Parenthood]"] = DatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="union_one_parent_a_day",
                expressions=[(_same("child"), RangeOperators.OVERLAPS), (_days("valid_from", "valid_to"), "&&")],
                violation_error_message="同一天只能有一个上级工会，请先结束原来的隶属关系。",
            ),
            models.CheckConstraint(condition=~Q(child=F("parent")), name="union_not_own_parent"),
        ]


class Closure(Guarded):
    """Who is at or below whom, and when: each pair as often as the tree changed between them."""

    ancestor = models.ForeignKey(Union, models.PROTECT, related_name="+")
    descendant = models.ForeignKey(Union, models.PROTECT, related_name="+", db_index=False)
    depth = models.SmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    objects: ClassVar["DatedQuerySet[Closure]"] = DatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["descendant", "ancestor", "valid_from"], name="closure_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["ancestor", "descendant"], name="closure_down")]


class Succession(Guarded):
    """What became of a union: merged into, split into, renamed or moved; read when a series is to be bridged."""

    class How(models.TextChoices):
        MERGED = "merged", "合并"
        SPLIT = "split", "分立"
        RENAMED = "renamed", "更名"
        MOVED = "moved", "改变隶属"
        RECODED = "recoded", "代码变更"

    how = models.CharField(max_length=10, choices=How)
    predecessor = models.ForeignKey(Union, models.PROTECT, related_name="+")
    successor = models.ForeignKey(Union, models.PROTECT, related_name="+")
    on = models.DateField()
    source = models.CharField(max_length=200, blank=True)
    confidence = models.CharField(max_length=10, choices=Confidence, default=Confidence.SURE)
