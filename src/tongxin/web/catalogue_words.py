"""The joint catalogue as people read it, and as a sheet: what an amount says, what stands in each column."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

from tongxin.benefits.models import CatalogueTerms, CatalogueVersion
from tongxin.benefits.promises import WITH_NUMBER, Measure, Unit
from tongxin.benefits.queries.catalogue import Item
from tongxin.records.sheets.writing import Column, Plain, write_workbook
from tongxin.unions.models import Level
from tongxin.web import dates

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS: Final = (
    Column("项目", width=20), Column("普惠或特殊", width=10), Column("给谁", width=36), Column("地区", width=16),
    Column("怎么说", width=14), Column("金额", width=12), Column("数额", "number"), Column("单位", width=12),
    Column("内容和办法", width=40), Column("文件", width=34), Column("条款", width=34), Column("来源", width=24),
    Column("可靠程度", width=10), Column("从哪天起", "date"), Column("第几版", "number"), Column("签署", width=40),
    Column("说明", width=40),
)  # fmt: skip


def amount(terms: CatalogueTerms) -> str:
    """最多2,200元/人·年, Up to 2,200 yuan a person a year. Empty where no amount is involved."""
    measure = Measure(terms.measure)
    if measure is Measure.NONE:
        return ""
    label = gettext(measure.label)
    if measure not in WITH_NUMBER or terms.amount is None:
        return label
    number = f"{terms.amount:,.2f}".removesuffix(".00")
    unit = gettext(Unit(terms.unit).label)
    return f"{label} {number} {unit}" if dates.english() else f"{label}{number}{unit}"


def region(terms: CatalogueTerms) -> str:
    """The union whose people it is for; what the national union says holds in both provinces."""
    return gettext("川渝两地") if terms.region.level == Level.NATION else terms.region.name


def signed(version: CatalogueVersion) -> str:
    """重庆市总工会2024年3月28日签；四川省总工会2024年3月29日签."""
    return "；".join(
        f"{one.union.name}{dates.day(one.signed_at)}签" if one.signed_at else f"{one.union.name}还没有签"
        for one in version.signatures.all()
    )


def sheet(items: Iterable[Item], on: date) -> HttpResponse:
    """One row a region, so that a filter of the spreadsheet finds it; numbers are numbers."""
    title = "共同服务目录"
    notes = [
        f"{title}，{dates.day(on)}有效的各项。",
        "“最多”是上限，不是应得；“您可以申请”要经审核；“还不清楚”是还没有查到。",
    ]
    answer = HttpResponse(
        write_workbook(COLUMNS, (row for item in items for row in _rows(item)), title=title, notes=notes),
        content_type=XLSX,
    )
    name = f"{title}{on:%Y%m%d}.xlsx"
    answer.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return answer


def _rows(item: Item) -> Iterator[Sequence[Plain]]:
    line, version = item.line, item.version
    for terms in version.terms.all():
        yield (
            line.name, line.get_kind_display(), version.who, region(terms), terms.get_promise_display(),
            terms.get_measure_display(), terms.amount, terms.get_unit_display() if terms.unit else "", terms.how,
            terms.document, terms.clause, terms.source, terms.get_confidence_display(), version.valid_from,
            version.number, signed(version), version.note,
        )  # fmt: skip
