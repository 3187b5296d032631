"""An office's sheet handed in, filled, withdrawn. What is filled leaves the house, so each filling is journalled."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from tongxin.filings import catalogue
from tongxin.filings.catalogue import find
from tongxin.filings.models import OfficeSheet
from tongxin.filings.queries.held import listed
from tongxin.filings.queries.previews import Marks, filling, resolved
from tongxin.filings.shipped import SHIPPED
from tongxin.kernel.refused import Refused
from tongxin.people.actions import disclosures
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.records.actions import documents, journal
from tongxin.records.sheets import filling as workbook
from tongxin.store.atomic import atomic
from tongxin.unions.models import Closure, Union

KIND: Final = "office-sheet"
LONGEST_NAME: Final = 120
_DISCLOSED: Final = {"id_number": "document", "phone": "phone"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One that the actor may fill: shipped, or handed in by a union at or above theirs."""

    id: str
    name: str
    owner: str
    content: bytes
    row: OfficeSheet | None = None


@atomic
def keep(*, union: Union, name: str, file_name: str, content: bytes, by: Actor, at: datetime) -> OfficeSheet:
    """The same file handed in again is the one that is there.

    Refused: "no-power", "sheet-name", "marks-none", "marks-unknown", and what cannot be filled (records/sheets/filling.py).
    """
    require(by, Power.KEEP_UNION, union)
    name = name.strip() or file_name.rpartition(".")[0].strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused("sheet-name", "请写明这张表的名称，最多%(most)d个字。", most=LONGEST_NAME)
    workbook.marks_of(content, row_labels=marks_of(content).row_labels)  # now that rows are told from single cells
    document = documents.keep(
        content, name=file_name, kind=KIND, union=union.pk, federation=union.federation, keep_until=None, by=by, at=at
    )
    same: OfficeSheet | None = OfficeSheet.objects.filter(
        union=union, document__digest=document.digest, withdrawn_at=None
    ).first()
    if same is not None:
        document.delete()
        return same
    made = OfficeSheet.make(union=union, name=name, document=document, account=by.account_id, at=at)
    journal.write("sheet.kept", of=made, by=by, at=at)
    return made


@atomic
def withdraw(*, sheet: OfficeSheet, by: Actor, at: datetime) -> None:
    """No longer offered; what was filled stays filled. A second tap changes nothing."""
    require(by, Power.KEEP_UNION, sheet.union_id)
    if OfficeSheet.objects.filter(pk=sheet.pk, withdrawn_at=None).update(withdrawn_at=at):
        journal.write("sheet.withdrawn", of=sheet, by=by, at=at)


@atomic
def fill(*, sheet: Sheet, union: Union, full: bool, purpose: str = "", by: Actor, at: datetime) -> bytes:
    """The workbook, filled for that union. `full`: whole numbers; each is a disclosure that its person can read.

    Refused: "no-power", "purpose-missing", "members-many", "marks-unknown", and what cannot be filled.
    """
    require(by, Power.KEEP_UNION, union)
    marks = marks_of(sheet.content)
    if marks.row_labels:
        require(by, Power.SEE_PEOPLE, union)
    full = full and bool(marks.numbers)
    wanted = filling(marks, union, by.on, full=full)
    if full:
        people = [stay.person for stay in listed(union, by.on)]
        fields = [_DISCLOSED[marks.fields[label].key] for label in marks.numbers]
        disclosures.reveal_many(people=people, fields=fields, purpose=purpose, union=union, by=by, at=at)
    body = workbook.filled(sheet.content, wanted)
    journal.write(
        "sheet.filled", of=union, by=by, at=at, union=union.pk, sheet=sheet.id, rows=len(wanted.rows), full=full
    )
    return body


def marks_of(content: bytes) -> Marks:
    """Refused: "marks-none", "marks-unknown", and what cannot be read."""
    found = workbook.marks_of(content, row_labels=())
    unknown = list(dict.fromkeys(mark.label for mark in found if not mark.named and find(mark.label) is None))
    if unknown:
        raise Refused(
            "marks-unknown", "这些标记不认识：%(marks)s。请改成字段目录里的名称，再上传。", marks=_named(unknown)
        )
    marks = resolved(found)
    if not marks.found:
        raise Refused(
            "marks-none",
            "表里没有标记。请在要填的格子里写上两层花括号和字段名，如｛｛会员数｝｝、｛｛姓名｝｝，再上传。",
        )
    return marks


def offered(by: Actor) -> QuerySet[OfficeSheet]:
    """Handed in by unions in reach, or above them."""
    mine = unions_within(by, Power.KEEP_UNION)
    roots = by.roots(Power.KEEP_UNION)
    above = Closure.objects.as_of(by.on).filter(descendant__in=roots.here | roots.below).values("ancestor")
    rows: QuerySet[OfficeSheet] = OfficeSheet.objects.filter(
        Q(union__in=mine.values("pk")) | Q(union__in=above), withdrawn_at=None
    )
    return rows.select_related("union", "document").order_by("-at", "-pk")


def opened(public_id: str, by: Actor) -> Sheet | None:
    """None where there is no such sheet for the actor."""
    if public_id in SHIPPED:
        one = SHIPPED[public_id]
        return Sheet(one.key, one.name, "", one.content())
    row = offered(by).filter(public_id=public_id).first()
    if row is None:
        return None
    return Sheet(row.public_id, row.name, row.union.name, documents.path_of(row.document).read_bytes(), row)


def _named(unknown: list[str]) -> str:
    """Each with what it may have meant."""
    return "、".join(
        f"{label}（{'或'.join(alike)}？）" if (alike := catalogue.likely(label)) else label for label in unknown[:10]
    )
