"""The joint catalogue: a line is one item for life; what it says is a version, signed by every federation that is party to it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tongxin.benefits.promises import WITH_NUMBER, LineKind, Measure, Promise, Unit, VersionState
from tongxin.rulebook.models import RuleVersion
from tongxin.store.keeping import THREE_YEARS, Kept
from tongxin.store.models import Guarded, PublicIdField
from tongxin.unions.models import Union
from tongxin.unions.models.tree import Confidence


class CatalogueLine(Guarded):
    """一项. Name and kind are what it is; whatever else may change stands in its versions."""

    public_id = PublicIdField()
    federation = models.BigIntegerField(editable=False)  # of the keeper
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")  # who keeps the paper
    code = models.CharField(max_length=40, unique=True)  # by which sheets, schemes and commands name it; stable
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=LineKind)
    ended_on = models.DateField(null=True)  # half-open: from this day it says nothing
    ended_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["union", "name"],
                name="catalogue_name_once",
                violation_error_message="目录里已有同名的一项，请给它起草新版本，或换个名称。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CatalogueVersion(Guarded):
    """One wording. Never edited: a change is the next version. It counts from `valid_from`, once every party has signed."""

    keeps: ClassVar = Kept(3, "共同目录：谁起草的", THREE_YEARS)
    line = models.ForeignKey(CatalogueLine, models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    who = models.CharField(max_length=200)  # in words
    condition = models.JSONField(null=True)  # the same as a tree of rules.conditions; null: people judge
    rule = models.ForeignKey(RuleVersion, models.PROTECT, null=True, related_name="+")  # whose condition was taken over
    changed = models.CharField(max_length=200, blank=True)  # what is different from the version before
    note = models.CharField(max_length=300, blank=True)  # what in it is invented or not known
    valid_from = models.DateField()
    account = models.BigIntegerField(null=True)  # who drafted
    at = models.DateTimeField()
    complete_at = models.DateTimeField(null=True)  # the last signature, or when it was dropped

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "number"], name="catalogue_version_once"),
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(state=VersionState.DRAFT),
                name="catalogue_one_draft",
                violation_error_message="这一项已有一个等签署的版本，请先签完或撤下，再起草下一个。",
            ),
            models.UniqueConstraint(
                fields=["line", "valid_from"],
                condition=Q(state=VersionState.JOINT),
                name="catalogue_one_start",
                violation_error_message="这一天起已有一个签过的版本，请换一个开始日期。",
            ),
        ]


class CatalogueTerms(Guarded):
    """What a version says for one region: the union named and all below it. The national union's row speaks for both."""

    version = models.ForeignKey(CatalogueVersion, models.PROTECT, related_name="terms")
    region = models.ForeignKey(Union, models.PROTECT, related_name="+")
    promise = models.CharField(max_length=10, choices=Promise)
    measure = models.CharField(max_length=10, choices=Measure)
    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    unit = models.CharField(max_length=20, choices=Unit, blank=True)
    how = models.CharField(max_length=300, blank=True)  # what it consists of, and how one comes to it
    document = models.CharField(max_length=160, blank=True)  # 《基层工会经费收支管理办法》总工办发〔2017〕43号
    clause = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)  # where we read it: the original, a report about it
    confidence = models.CharField(max_length=10, choices=Confidence, default=Confidence.UNSURE)
    parameter = models.CharField(max_length=60, blank=True)  # the rulebook's key of the same limit, if it has one

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "region"],
                name="catalogue_region_once",
                violation_error_message="同一个地区在一个版本里只能写一次。",
            ),
            models.CheckConstraint(
                condition=Q(measure__in=WITH_NUMBER, amount__isnull=False, amount__gt=0) & ~Q(unit="")
                | ~Q(measure__in=WITH_NUMBER) & Q(amount=None, unit=""),
                name="catalogue_amount",
                violation_error_message="写“最多”或“标准”时要填大于0的金额和单位；其他情形不填金额和单位。",
            ),
            models.CheckConstraint(
                condition=~Q(measure=Measure.CEILING, promise=Promise.APPLY),
                name="catalogue_ceiling_promises_nothing",
                violation_error_message="金额是上限的，只能写“工会可以给”，不能写成职工可以申请到这么多。",
            ),
        ]


class CatalogueSignature(Guarded):
    """One party's place under a version; empty until it signs. Who is asked stands here from the draft on."""

    keeps: ClassVar = Kept(3, "共同目录：谁代表哪一方签的", THREE_YEARS)
    version = models.ForeignKey(CatalogueVersion, models.PROTECT, related_name="signatures")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    account = models.BigIntegerField(null=True)
    signed_by = models.CharField(max_length=40, blank=True)  # the signer's name, as it stood that day

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "union"], name="catalogue_signature_once"),
        ]
