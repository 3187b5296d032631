"""The joint catalogue as people read it, and as a sheet: what an amount says, what stands in each column."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

from tongxin.benefits.models import CatalogueLine, CatalogueTerms, CatalogueVersion
from tongxin.benefits.promises import WITH_NUMBER, Measure, Unit
from tongxin.benefits.queries.catalogue import Item, Signing
from tongxin.records.sheets.writing import Column, Plain, write_workbook
from tongxin.unions.models import Level
from tongxin.web import dates, english

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


def signing(found: Signing) -> str:
    """For staff: whether the line counts, else who has not signed it since when."""
    if found.item is not None:
        version = found.item.version
        return gettext("各方已签，第%(n)s版，%(day)s起") % {"n": version.number, "day": dates.day(version.valid_from)}
    if found.line.ended_on is not None:
        return gettext("已从共同目录里结束")
    if found.asked is None:
        return gettext("没有等签署的版本")
    if not found.missing:
        return gettext("各方已签，从%(day)s起才算数") % {"day": dates.day(found.asked.valid_from)}
    names = "、".join(english.plain(union.name) for union in found.missing)
    return gettext("%(names)s还没有签，%(day)s起等签") % {"names": names, "day": dates.day(found.asked.at)}


def named(found: Signing) -> tuple[str, str]:
    """For whoever may claim it: which line it is, called joint only where every party has signed; with a way to its text."""
    line = found.line
    if found.joint:
        href = reverse("public:catalogue-line", args=[line.public_id])
        return gettext("两地共同目录"), format_html('<a href="{}">{}</a>', href, english.said(line.name))
    why = signing(found) if found.asked and not found.missing else _not_joint(line)
    return gettext("目录项"), gettext("%(line)s（%(why)s）") % {"line": english.plain(line.name), "why": why}


def _not_joint(line: CatalogueLine) -> str:
    """Who has not signed is between the federations."""
    if line.ended_on is not None:
        return gettext("已从共同目录里结束")
    return gettext("等两地总工会签署，签齐以前不是两地共同目录的一项")


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
