"""A scheme's vouchers as a sheet, in Chinese whoever takes it: it goes on to others."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import override

from tongxin.benefits.models import Scheme, Voucher
from tongxin.benefits.states import VoucherState
from tongxin.people.masks import Purpose, shown
from tongxin.records.sheets.writing import Column, write_workbook
from tongxin.web import benefit_words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (
    Column("序号", "number"), Column("姓名", width=14), Column("手机（遮盖）", width=16), Column("单位", width=34),
    Column("面值", "money"), Column("状态"), Column("抵扣", "money"), Column("领取时间", "moment"),
    Column("结束时间", "moment"), Column("最后一天", "date"),
)  # fmt: skip


def sheet(scheme: Scheme, rows: Iterable[Voucher]) -> HttpResponse:
    title = f"{scheme.name}领用名单"
    with override("zh-hans"):
        what = benefit_words.what(scheme)
    notes = [
        f"{scheme.union.name}，{what}",
        "手机号已遮盖。此表含个人信息，用完请删除，不要转发。",
    ]
    body = write_workbook(COLUMNS, (_line(n, row) for n, row in enumerate(rows, 1)), title=title[:31], notes=notes)
    header = content_disposition_header(as_attachment=True, filename=f"{title}.xlsx") or "attachment"
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": header})


def _line(number: int, row: Voucher) -> list[Any]:
    people = [shown(row.person, field, Purpose.EXPORT) for field in ("name", "phone", "employer")]
    state = VoucherState(row.state).label
    return [number, *people, row.value, state, row.amount, row.at, row.ended_at, row.last_day]
