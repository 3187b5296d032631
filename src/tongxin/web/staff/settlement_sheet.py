"""A settlement as a sheet: the paper that both sides keep, so in Chinese, whatever the language of whoever downloads it."""

from typing import Final

from django.utils.translation import override

from tongxin.benefits.counter_states import How, Outcome
from tongxin.benefits.models import Settlement
from tongxin.benefits.queries.settlements import Line, differences_of, lines_of
from tongxin.records.sheets.writing import Column, Written, write_workbook
from tongxin.web import dates

COLUMNS: Final = (
    Column("时间", "moment"), Column("门店", width=18), Column("收银员", width=12), Column("福利", width=26), Column("券号后四位"),
    Column("方式", width=10), Column("核销（元）", "money"), Column("撤销或退款（元）", "money"), Column("说明", width=30),
)  # fmt: skip


def of(one: Settlement, *, signer: str) -> tuple[str, bytes]:
    """The file's name, and the workbook."""
    found = lines_of(one)
    with override("zh-hans"):
        notes = _notes(one, found, signer)
        body = write_workbook(COLUMNS, [*map(_row, found), _sums(one)], title=f"第{one.number}期", notes=notes)
    return f"结算单-{one.partner.name}-第{one.number}期.xlsx", body


def _row(line: Line) -> list[Written]:
    taken = line.sign > 0
    words = "撤销或退款" if not taken else "" if line.outcome == Outcome.SPENT else Outcome(line.outcome).label
    amounts = (line.amount, None) if taken else (None, line.amount)
    return [line.at, line.site, line.clerk, line.scheme, line.voucher, How(line.how).label, *amounts, words]


def _sums(one: Settlement) -> list[Written]:
    return ["合计", "", "", "", "", f"{one.lines}行", one.redeemed, one.reversed, f"应付{one.total}元"]


def _notes(one: Settlement, found: list[Line], signer: str) -> list[str]:
    """What stands on paper besides the rows: who is paid what, who signed, what differs."""
    apart = differences_of(one, found)
    signed = [
        ("工会", one.union_signed_at, signer),
        ("商户", one.partner_signed_at, one.clerk.label if one.clerk else ""),
    ]
    notes = [
        f"{one.union.name}与{one.partner.legal_name}（{one.partner.uscc}）",
        dates.span(one.starts, dates.last_day(one.ends)),
        f"核销{one.redeemed}元，撤销或退款{one.reversed}元，应付{one.total}元",
        *(f"{who}签字：{name} {dates.moment(at)}" if at else f"{who}签字：还没有" for who, at, name in signed),
        f"明细的SHA-256：{bytes(one.digest).hex()}",
    ]
    for shift in apart.shifts:
        counted = "没有清点" if shift.counted is None else f"清点{shift.counted}元"
        notes.append(
            f"交班不符：{shift.device.site.name} {shift.clerk.label} 系统{shift.expected}元，{counted} {shift.remark}"
        )
    notes += [f"晚到的核销：{dates.moment(line.at)} {line.site} {line.amount}元" for line in apart.late]
    notes += [
        f"由工会承担（券已在别的设备上用过、已收回或已过期）：{dates.moment(line.at)} {line.site} {line.amount}元"
        for line in apart.borne
    ]
    return notes
