"""Rosters on the page: who sees them, what is masked, what is kept when something is wrong."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import NOW, Cast, Player
from tests.factories.rosters import counts, document, members, number, phone, row, sheet, uploaded
from tests.web.conftest import Clock

from tongxin.people.actions import imports
from tongxin.people.models import ImportBatch
from tongxin.people.states import BatchState
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db
AsStaff = Callable[[Player], Client]
HTMX = {"HX-Request": "true"}


def post_file(client: Client, cast: Cast, content: bytes, name: str = "花名册.xlsx") -> object:
    return client.post(
        "/staff/imports/new", {"union": cast.factory.public_id, "file": SimpleUploadedFile(name, content)}
    )


def address(batch: ImportBatch, what: str = "") -> str:
    return f"/staff/imports/{batch.public_id}/{what}"


def test_upload_leads_to_the_preview(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.cadre)
    answer = post_file(client, cast, sheet(*members(2), row("错一位", number(70)[:-1], phone(1))))
    batch = ImportBatch.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, address(batch))
    page = client.get(address(batch)).content.decode()
    assert "导入2行，跳过1行" in page
    assert f'value="{number(70)[:-1]}"' in page  # what is wrong stands in full
    assert number(0) not in page
    assert "510***********0003" in page
    assert "赵*伟" in page
    assert phone(1) not in page


@pytest.mark.parametrize(
    ("content", "words"), [(b"%PDF-1.4", "这个文件其实是PDF"), (b"", "是空的"), (None, "请选一个文件")]
)
def test_bad_file_is_answered_on_the_same_page(
    cast: Cast, as_staff: AsStaff, content: bytes | None, words: str
) -> None:
    client = as_staff(cast.cadre)
    if content is None:
        answer = client.post("/staff/imports/new", {"union": cast.factory.public_id})
    else:
        answer = post_file(client, cast, content)
    page = answer.content.decode()
    assert (answer.status_code, ImportBatch.objects.count()) == (422, 0)
    assert words in page
    assert f'<option value="{cast.factory.public_id}" selected>' in page


def test_batches_of_other_unions_are_not_there(cast: Cast, as_staff: AsStaff) -> None:
    batch = uploaded(cast.jiangjin_mill, row("错一位", number(70)[:-1]), by=cast.sibling_cadre.actor)
    for player in (cast.cadre, cast.admin, cast.jinjiang_cadre, cast.jinjiang_admin):
        client = as_staff(player)
        assert batch.file_name not in client.get("/staff/imports/").content.decode()
        for what in ("", "missing/", "rows/2/"):
            assert client.get(address(batch, what)).status_code == 404
        for what in ("commit", "drop", "choose", "again", "annotated.xlsx", "rows/2/"):
            assert client.post(address(batch, what), {"answer": "skip"}).status_code == 404
    assert as_staff(cast.sibling_cadre).get(address(batch)).status_code == 200
    assert as_staff(cast.chief).get(address(batch)).status_code == 200
    assert as_staff(cast.officer).get("/staff/imports/").status_code == 403


def test_union_out_of_reach_is_no_choice(cast: Cast, as_staff: AsStaff) -> None:
    file = SimpleUploadedFile("x.xlsx", sheet(*members(1)))
    answer = as_staff(cast.cadre).post("/staff/imports/new", {"union": cast.jiangjin_mill.public_id, "file": file})
    assert (answer.status_code, ImportBatch.objects.count()) == (422, 0)


def test_row_that_is_still_wrong_keeps_what_was_typed(cast: Cast, as_staff: AsStaff) -> None:
    batch = uploaded(cast.factory, row("甲某人", number(1)[:-1]), by=cast.cadre.actor)
    answer = as_staff(cast.cadre).post(address(batch, "rows/2/"), {"id_number": "5101"}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="5101"' in page
    assert "身份证号只有4位，少14位。" in page
    assert page.index('<tbody id="row-2"') < page.index('id="import-bar"')


def test_fixed_row_comes_back_with_the_figures_and_without_scripts_to_its_place(cast: Cast, as_staff: AsStaff) -> None:
    batch = uploaded(cast.factory, row("甲某人", number(1)[:-1]), row("乙某人", number(2)[:-1]), by=cast.cadre.actor)
    client = as_staff(cast.cadre)
    part = client.post(address(batch, "rows/2/"), {"id_number": number(1)}, headers=HTMX).content.decode()
    assert "导入1行，跳过1行" in part
    answer = client.post(address(batch, "rows/3/"), {"id_number": number(2), "next": address(batch) + "?show=refused"})
    assert (answer.status_code, answer["Location"]) == (302, address(batch) + "?show=refused#row-3")
    assert counts(batch) == (2, 0, 0, 0, 0)


def test_known_name_stands_in_full_only_of_a_member_here(cast: Cast, as_staff: AsStaff) -> None:
    batch = uploaded(
        cast.factory, row("王大华", document(cast.wang)), row("张大路", document(cast.zhang)), by=cast.admin.actor
    )
    imports.answer(batch=batch, row_no=3, answer="stay", by=cast.admin.actor, at=NOW)
    page = as_staff(cast.admin).get(address(batch)).content.decode()
    assert "登记的姓名：王小华" in page
    assert "登记的姓名：张*" in page


def test_answer_that_is_not_open_is_refused_in_words(cast: Cast, as_staff: AsStaff) -> None:
    batch = uploaded(cast.factory, row("林蓉", document(cast.lin)), by=cast.cadre.actor)
    answer = as_staff(cast.cadre).post(address(batch, "rows/2/"), {"answer": "transfer"})
    assert answer.status_code == 422
    assert "这一行的情况变了" in answer.content.decode()


def test_commit_twice_imports_once_and_shows_the_result(cast: Cast, as_staff: AsStaff) -> None:
    batch = uploaded(cast.factory, *members(2), row("错一位", number(70)[:-1]), by=cast.cadre.actor)
    client = as_staff(cast.cadre)
    for _ in range(2):
        assert client.post(address(batch, "commit"))["Location"] == address(batch)
    page = client.get(address(batch)).content.decode()
    assert "新增2人，更新0人" in page
    assert "下载没导入的行" in page
    assert 'id="import-bar"' not in page
    assert JournalEntry.objects.filter(verb="roster.imported").count() == 1


def test_commit_after_a_change_shows_the_new_preview(cast: Cast, as_staff: AsStaff) -> None:
    from tongxin.people.actions import persons

    batch = uploaded(cast.factory, row("李建国", document(cast.li), phone(1)), by=cast.cadre.actor)
    persons.change(person=cast.li.person, phone=phone(1), by=cast.cadre.actor, at=NOW)
    answer = as_staff(cast.cadre).post(address(batch, "commit"))
    assert answer.status_code == 422
    assert "有1行的情况变了，请再核对一遍，再导入。" in answer.content.decode()


def test_reading_is_polled_and_stops_when_done(
    cast: Cast, as_staff: AsStaff, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr("tongxin.people.actions.imports.uploads.READ_LATER_BYTES", 10)
    batch = uploaded(cast.factory, *members(2), by=cast.cadre.actor)
    client = as_staff(cast.cadre)
    assert 'hx-trigger="every 2s"' in client.get(address(batch)).content.decode()
    part = client.get(address(batch), headers=HTMX)
    words = part.content.decode()
    assert (part.status_code, "正在读这份名册" in words, "再试一次" in words) == (200, True, False)
    assert client.post(address(batch, "again")).status_code == 422  # it has only just begun
    clock.tick(seconds=90)
    assert "再试一次" in client.get(address(batch)).content.decode()
    assert client.post(address(batch, "again")).status_code == 302
    imports.read(batch=batch, by=cast.cadre.actor, at=NOW + timedelta(seconds=91))
    part = client.get(address(batch), headers=HTMX)
    assert (part.status_code, part["HX-Redirect"]) == (286, address(batch))


def test_large_import_is_written_by_the_job(cast: Cast, as_staff: AsStaff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongxin.people.actions.imports.commits.COMMIT_LATER_ROWS", 1)
    batch = uploaded(cast.factory, *members(2), by=cast.cadre.actor)
    client = as_staff(cast.cadre)
    assert client.post(address(batch, "commit")).status_code == 302
    batch.refresh_from_db()
    assert batch.state == BatchState.COMMITTING
    assert "正在导入2行" in client.get(address(batch)).content.decode()
    from tongxin.people import jobs

    jobs.commit_import(batch=batch.pk, account=cast.cadre.actor.account_id)
    assert counts(batch)[0] == 2
    assert batch.state == BatchState.DONE


def test_question_about_columns_is_chosen_on_the_page(cast: Cast, as_staff: AsStaff) -> None:
    headers = ("姓名", "身份证号", "手机", "联系电话")
    batch = uploaded(cast.factory, ["甲某人", number(1), phone(1), phone(2)], by=cast.cadre.actor, headers=headers)
    client = as_staff(cast.cadre)
    assert "C列“手机”" in client.get(address(batch)).content.decode()
    assert client.post(address(batch, "choose")).status_code == 422
    assert client.post(address(batch, "choose"), {"about-phone": "2"}).status_code == 302
    assert "导入1行" in client.get(address(batch)).content.decode()


def test_annotated_workbook_comes_by_post_is_journalled_and_can_come_back(cast: Cast, as_staff: AsStaff) -> None:
    batch = uploaded(
        cast.factory, *members(2), row("=1+1", number(70)), row("甲某人", number(3)[:-1]), by=cast.cadre.actor
    )
    imports.fix(batch=batch, row_no=5, typed={"id_number": number(4)[:-2]}, by=cast.cadre.actor, at=NOW)
    client = as_staff(cast.cadre)
    assert client.get(address(batch, "annotated.xlsx")).status_code == 405
    imports.commit(batch=batch, by=cast.cadre.actor, at=NOW)
    answer = client.post(address(batch, "annotated.xlsx"), {"only": "left-out"})
    book = openpyxl.load_workbook(BytesIO(answer.content))
    rows = [[cell.value for cell in line] for line in book.worksheets[0].iter_rows()]
    assert [line[:2] for line in rows[1:]] == [["4", "先不导入"], ["5", "先不导入"]]
    assert rows[2][6] == number(4)[:-2]  # as it was corrected on the page
    assert rows[1][5] == "=1+1"
    assert book.worksheets[0].cell(2, 6).data_type == "s"
    assert JournalEntry.objects.get(verb="roster.downloaded").data == {"rows": 2}
    again = post_file(client, cast, answer.content)
    assert again.status_code == 302
    assert ImportBatch.objects.latest("pk").refused == 2


def test_missing_members_are_listed_masked(cast: Cast, as_staff: AsStaff) -> None:
    batch = uploaded(cast.factory, row("李建国", document(cast.li)), by=cast.cadre.actor)
    page = as_staff(cast.cadre).get(address(batch, "missing/")).content.decode()
    assert "王*华" in page
    assert "李*国" not in page
    assert document(cast.wang) not in page


def test_preview_costs_the_same_statements_for_one_row_or_three(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.cadre)
    spent = []
    for few in (members(1), members(3)):
        batch = uploaded(cast.factory, *few, by=cast.cadre.actor)
        with CaptureQueriesContext(connection) as told:
            client.get(address(batch))
        spent.append(len(told))
    assert spent[0] == spent[1]


def test_template_can_be_downloaded_and_uploaded_as_it_is(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.cadre)
    answer = client.get("/staff/imports/template.xlsx")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert "表头下面没有会员" in post_file(client, cast, answer.content).content.decode()


def test_dropped_batch_says_so(cast: Cast, as_staff: AsStaff) -> None:
    batch = uploaded(cast.factory, *members(2), by=cast.cadre.actor)
    client = as_staff(cast.cadre)
    assert client.post(address(batch, "drop"))["Location"] == "/staff/imports/"
    assert "这份名册已放弃" in client.get(address(batch)).content.decode()
    assert client.post(address(batch, "commit")).status_code == 422
