"""An office's sheet is kept, looked at, filled with what the house holds, and every full number of it is a disclosure."""

import pytest
from openpyxl import Workbook
from tests.activities.asking import refused
from tests.cast import NOW, Cast, worker
from tests.records.forms import drawn, named, opened, saved

from tongxin.filings import catalogue
from tongxin.filings.actions import sheets
from tongxin.filings.actions.sheets import Sheet
from tongxin.filings.models import OfficeSheet
from tongxin.filings.queries.previews import preview
from tongxin.filings.shipped import SHIPPED
from tongxin.kernel.refused import Refused
from tongxin.people.actions import committees
from tongxin.people.actions.committees import Election, Seat
from tongxin.people.models import Disclosure
from tongxin.people.names import mask_id
from tongxin.records.models import Document, JournalEntry

pytestmark = pytest.mark.django_db


def sheet_with(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def kept(cast: Cast, content: bytes) -> Sheet:
    row = sheets.keep(union=cast.factory, name="表", file_name="表.xlsx", content=content, by=cast.cadre.actor, at=NOW)
    found = sheets.opened(row.public_id, cast.cadre.actor)
    assert found is not None
    return found


def filled(cast: Cast, content: bytes, **ask: object):
    body = sheets.fill(
        sheet=kept(cast, content), union=cast.factory, by=cast.cadre.actor, at=NOW, **{"full": False, **ask}
    )
    return opened(body).active


def test_the_union_s_own_facts(cast: Cast) -> None:
    election = Election(number=3, elected_on=NOW.date(), years=3)
    committees.elect(
        union=cast.factory, election=election, seats=[Seat(cast.li.person, "chair")], by=cast.cadre.actor, at=NOW
    )
    labels = (
        "工会名称",
        "组织代码",
        "工会类型",
        "上级工会",
        "主席姓名",
        "届次",
        "届满日期",
        "会员总数",
        "职工数",
        "截至日",
    )
    sheet = filled(cast, sheet_with([f"{{{{{label}}}}}" for label in labels]))
    assert [cell.value for cell in sheet[1]] == [
        "永川同心机械厂工会", "500118-J1", "基层工会", "中山路街道总工会", "李建国", "第3届", "2027年3月28日", 3, None,
        "2024年3月28日",
    ]  # fmt: skip


def test_members_by_name_with_numbers_masked_unless_they_are_disclosed(cast: Cast) -> None:
    content = sheet_with(["姓名", "号码"], ["{{姓名}}", "{{身份证号码}}"])
    sheet = filled(cast, content)
    people = {cast.cadre.person, cast.li.person, cast.wang.person}
    rows = {(sheet[f"A{n}"].value, sheet[f"B{n}"].value) for n in (2, 3, 4)}
    assert rows == {(one.name, mask_id(one.document_text())) for one in people}
    assert Disclosure.objects.count() == 0
    sheet = filled(cast, content, full=True, purpose="报上级实名制")
    assert {sheet[f"B{n}"].value for n in (2, 3, 4)} == {one.document_text() for one in people}
    assert set(Disclosure.objects.values_list("person", "field", "purpose")) == {
        (one.pk, "document", "报上级实名制") for one in people
    }
    entry = JournalEntry.objects.filter(verb="sheet.filled").latest("pk")
    assert (entry.union, entry.data["rows"], entry.data["full"]) == (cast.factory.pk, 3, True)


def test_full_numbers_need_a_purpose_and_leave_nothing_without(cast: Cast) -> None:
    with refused("purpose-missing"):
        filled(cast, sheet_with(["{{手机号码}}"]), full=True)
    assert (Disclosure.objects.count(), JournalEntry.objects.filter(verb="sheet.filled").count()) == (0, 0)


def test_the_preview_says_what_is_written_and_who_could_supply_the_rest(cast: Cast) -> None:
    content = sheet_with(["{{会员数}}", "{{法人资格证号}}", "{{职工数}}", "{{采集人}}"], ["{{姓名}}", "{{户籍类型}}"])
    seen = preview(sheets.marks_of(content), cast.factory, cast.cadre.actor)
    assert seen.cells == [("Sheet", "A1", "会员数", 3), ("Sheet", "C1", "职工数", "")]
    assert seen.missing == [
        ("法人资格证号", "本会办公室"), ("采集人", "采集人手写"), ("户籍类型", "会员本人"),
        ("职工数", "还没有登记，请在“职工数”里补上"),
    ]  # fmt: skip
    assert (seen.columns, seen.members, seen.may_reveal) == (["姓名"], 3, False)
    assert ["王*华"] in seen.sample


@pytest.mark.parametrize("key", list(SHIPPED))
def test_shipped_sheets_are_filled(cast: Cast, key: str) -> None:
    sheet = sheets.opened(key, cast.cadre.actor)
    assert sheet is not None
    book = opened(sheets.fill(sheet=sheet, union=cast.factory, full=False, by=cast.cadre.actor, at=NOW))
    texts = [str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert any("永川同心机械厂工会" in text for text in texts)
    assert not any("{{" in text for text in texts)
    assert any("采集人" in text for text in texts)
    assert any("盖章" in text for text in texts)


def test_members_and_their_signatures_on_the_shipped_sheet(cast: Cast) -> None:
    sheet = sheets.opened("members", cast.cadre.actor)
    assert sheet is not None
    book = opened(sheets.fill(sheet=sheet, union=cast.factory, full=False, by=cast.cadre.actor, at=NOW)).active
    assert [book[f"A{n}"].value for n in (4, 5, 6)] == [1, 2, 3]
    assert [str(one.sqref) for one in book.data_validations.dataValidation] == ["W4:W6"]
    assert "代确认" in book["A7"].value
    assert "A7:Y7" in map(str, book.merged_cells.ranges)


def test_names_over_cells_are_filled_where_the_catalogue_knows_them(cast: Cast) -> None:
    book = named(named(drawn(), "会员总数", "'花名册'!$C$2"), "office_own", "'花名册'!$D$3")
    sheet = filled(cast, saved(book))
    assert (sheet["C2"].value, sheet["D3"].value) == (3, "确认方式")


# ---- handing in ---------------------------------------------------------------------------------------------------


def test_a_mark_that_nobody_knows_is_refused_with_what_it_may_have_meant(cast: Cast) -> None:
    with pytest.raises(Refused) as caught:
        kept(cast, sheet_with(["{{会员人数数}}", "{{天气}}"]))
    assert caught.value.code == "marks-unknown"
    assert "会员" in str(caught.value.params["marks"])
    assert "天气" in str(caught.value.params["marks"])


def test_no_marks_no_power_and_the_same_file_again(cast: Cast) -> None:
    with refused("marks-none"):
        kept(cast, sheet_with(["会员数", 3]))
    content = sheet_with(["{{会员数}}"])
    with refused("no-power"):
        sheets.keep(
            union=cast.jiangjin_mill, name="表", file_name="表.xlsx", content=content, by=cast.cadre.actor, at=NOW
        )
    assert kept(cast, content).id == kept(cast, content).id
    assert (OfficeSheet.objects.count(), Document.objects.count()) == (1, 1)


def test_those_below_find_what_the_district_handed_in_and_others_do_not(cast: Cast) -> None:
    content = sheet_with(["{{会员数}}"])
    row = sheets.keep(
        union=cast.yongchuan, name="", file_name="区里的表.xlsx", content=content, by=cast.admin.actor, at=NOW
    )
    assert sheets.opened(row.public_id, cast.cadre.actor).name == "区里的表"
    assert sheets.opened(row.public_id, cast.sibling_cadre.actor) is None
    with refused("no-power"):
        sheets.withdraw(sheet=row, by=cast.cadre.actor, at=NOW)
    sheets.withdraw(sheet=row, by=cast.admin.actor, at=NOW)
    assert sheets.opened(row.public_id, cast.cadre.actor) is None


def test_filling_for_another_union_and_too_many_members_are_refused(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = kept(cast, sheet_with(["{{姓名}}"]))
    with refused("no-power"):
        sheets.fill(sheet=sheet, union=cast.zhongshan, full=False, by=cast.cadre.actor, at=NOW)
    monkeypatch.setattr("tongxin.filings.queries.held.MOST", 2)
    with refused("members-many"):
        sheets.fill(sheet=sheet, union=cast.factory, full=False, by=cast.cadre.actor, at=NOW)


def test_a_district_fills_for_all_below_it(cast: Cast, django_assert_max_num_queries) -> None:
    for n in range(3):
        worker(cast.zhongshan, f"甲{n}")
    sheet = sheets.keep(
        union=cast.yongchuan,
        name="表",
        file_name="表.xlsx",
        content=sheet_with(["{{姓名}}"]),
        by=cast.admin.actor,
        at=NOW,
    )
    found = sheets.opened(sheet.public_id, cast.admin.actor)
    with django_assert_max_num_queries(25):
        body = sheets.fill(sheet=found, union=cast.zhongshan, full=False, by=cast.admin.actor, at=NOW)
    assert opened(body).active.max_row == 6


def test_catalogue_names_are_each_one_s_own() -> None:
    from tongxin.people.roster.fields import header_key

    names = [header_key(name) for field in catalogue.ALL for name in (field.label, *field.also)]
    assert sorted({name for name in names if names.count(name) > 1}) == []
    assert [field.key for field in catalogue.ALL if catalogue.find(field.label) is not field] == []


def test_a_name_with_a_formula_in_it_is_text(cast: Cast) -> None:
    worker(cast.factory, "甲", employer="=HYPERLINK(1)")
    sheet = filled(cast, sheet_with(["{{工作单位}}"]))
    values = {sheet[f"A{n}"].value for n in range(1, 5)}
    assert "'=HYPERLINK(1)" in values
