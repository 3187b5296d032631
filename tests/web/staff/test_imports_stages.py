"""The stages of an import on its pages: columns corrected, a short list held, the missing answered, all of it undone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from tests.cast import NOW, TODAY, Cast, Player
from tests.factories.rosters import document, members, number, phone, row, uploaded
from tests.web.conftest import Clock

from tongxin.people import jobs
from tongxin.people.actions import imports, persons
from tongxin.people.models import ImportBatch, Membership, MissingAnswer, Person
from tongxin.people.states import BatchState

pytestmark = pytest.mark.django_db
AsStaff = Callable[[Player], Client]


def address(batch: ImportBatch, what: str = "") -> str:
    return f"/staff/imports/{batch.public_id}/{what}"


def read(client: Client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


def done(cast: Cast, *rows: object) -> ImportBatch:
    batch = uploaded(cast.factory, *rows, by=cast.cadre.actor)  # type: ignore[arg-type]
    return imports.commit(batch=batch, by=cast.cadre.actor, at=NOW)


def test_stepper_says_where_one_is(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.cadre)
    batch = uploaded(cast.factory, *members(2), row("错一位", number(70)[:-1]), by=cast.cadre.actor)
    where = {"": "改错", "?show=open": "改错", "?show=added": "看变化"}
    for query, step in where.items():
        assert f'aria-current="step">{step}</li>' in read(client, address(batch) + query)
    assert 'aria-current="step">上传</li>' in read(client, "/staff/imports/new")
    assert 'aria-current="step">认列</li>' in read(client, address(batch, "columns/"))
    imports.commit(batch=batch, by=cast.cadre.actor, at=NOW)
    assert 'aria-current="step">导入</li>' in read(client, address(batch))


def test_columns_are_corrected_on_the_page(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.cadre)
    headers = ("姓名", "身份证号", "手机号", "班组")
    batch = uploaded(cast.factory, row("新人甲", number(1), phone(1), "一车间"), by=cast.cadre.actor, headers=headers)
    assert "D列“班组”：没有用到" in read(client, address(batch))
    page = read(client, address(batch, "columns/"))
    assert '<option value="name" selected>姓名（必须有）</option>' in page
    chosen = {"column-A": "name", "column-B": "id_number", "column-C": "phone", "column-D": "employer"}
    answer = client.post(address(batch, "columns/"), chosen | {"column-B": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "还没有选哪一列是“证件号码”" in page
    assert page.count('<option value="employer" selected>') == 1  # what was chosen stays
    assert client.post(address(batch, "columns/"), chosen)["Location"] == address(batch)
    assert "D列“班组”：工作单位" in read(client, address(batch))


def test_short_list_is_held_until_confirmed(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.cadre)
    done(cast, *members(20))
    batch = uploaded(cast.factory, *members(3, first=40), by=cast.cadre.actor)
    page = read(client, address(batch))
    assert "这次3行，上次（" in page
    assert "导入3行" not in page
    assert client.post(address(batch, "commit")).status_code == 422
    assert client.post(address(batch, "confirm"), {}).status_code == 422
    assert client.post(address(batch, "confirm"), {"what": "addition"})["Location"] == address(batch)
    assert "导入3行" in read(client, address(batch))
    client.post(address(batch, "commit"))
    assert "名会员不在这份名册上" not in read(client, address(batch))


def test_missing_are_answered_once_and_shown(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.cadre)
    batch = done(cast, row("李建国", document(cast.li)))
    assert "2名会员不在这份名册上。请说明" in read(client, address(batch))
    stay = Membership.objects.get(person=cast.wang.person)
    typed = {"who": stay.public_id, "answer": "left", "on": TODAY.isoformat(), "reason": ""}
    answer = client.post(address(batch, "missing/"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请填写原因。" in page
    assert f'value="{stay.public_id}" id="w-{stay.public_id}" aria-label="勾选王*华" checked' in page
    answer = client.post(address(batch, "missing/"), typed | {"reason": "离职", "who": ""})
    assert (answer.status_code, MissingAnswer.objects.count()) == (422, 0)
    assert client.post(address(batch, "missing/"), typed | {"reason": "离职"}).status_code == 302
    stay.refresh_from_db()
    assert stay.ends == TODAY
    page = read(client, address(batch, "missing/"))
    assert "已退会" in page
    assert f'value="{stay.public_id}"' not in page


def test_undo_is_offered_until_its_time_and_shows_what_stayed(cast: Cast, as_staff: AsStaff, clock: Clock) -> None:
    client = as_staff(cast.cadre)
    batch = done(cast, *members(3), row("李建国", document(cast.li), phone(1), "新单位"))
    page = read(client, address(batch))
    assert "4月4日" in page  # until when
    assert "新增的3人会从登记里撤掉。" in page
    persons.change(person=Person.objects.get(name="赵伟伟"), employer="别的", by=cast.cadre.actor, at=NOW)
    persons.change(
        person=Person.objects.get(name="钱伟伟"), employer="别的", by=cast.cadre.actor, at=NOW + timedelta(hours=1)
    )
    assert client.post(address(batch, "undo"))["Location"] == address(batch)
    page = read(client, address(batch))
    assert "撤回3行，1行后来有变动，没有动" in page
    assert "后来又改过，没有动" in page
    assert "钱*伟" in page
    assert client.post(address(batch, "undo")).status_code == 302  # twice is once
    for what in ("commit", "drop", "columns/"):
        assert client.post(address(batch, what), {"column-A": "name", "column-B": "id_number"}).status_code == 422
    late = done(cast, *members(2, first=60))
    clock.tick(days=7)
    client = as_staff(cast.cadre)
    assert "撤销的期限" in read(client, address(late))
    answer = client.post(address(late, "undo"))
    assert answer.status_code == 422
    assert "撤销的期限已过" in answer.content.decode()


def test_large_undo_runs_in_a_job_with_its_progress(
    cast: Cast, as_staff: AsStaff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongxin.people.actions.imports.undoing.UNDO_LATER_ROWS", 1)
    client = as_staff(cast.cadre)
    batch = done(cast, *members(3))
    client.post(address(batch, "undo"))
    assert "正在撤销：已撤回0行，共3行" in read(client, address(batch))
    jobs.undo_import(batch=batch.pk, account=cast.cadre.actor.account_id)
    batch.refresh_from_db()
    assert (batch.state, batch.undone) == (BatchState.UNDONE, 3)
    assert "撤回3行" in read(client, address(batch))


def test_pages_of_stages_are_not_there_for_other_unions(cast: Cast, as_staff: AsStaff) -> None:
    batch = done(cast, *members(2))
    client = as_staff(cast.sibling_cadre)
    assert client.get(address(batch, "columns/")).status_code == 404
    for what in ("columns/", "missing/", "confirm", "undo"):
        assert client.post(address(batch, what)).status_code == 404


def test_large_list_shows_what_needs_somebody_and_a_few_others(
    cast: Cast, as_staff: AsStaff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongxin.people.actions.imports.uploads.READ_LATER_BYTES", 10)
    monkeypatch.setattr("tongxin.people.actions.imports.uploads.PACKED_FROM_BYTES", 10)
    batch = uploaded(cast.factory, *members(4), row("错一位", number(70)[:-1]), by=cast.cadre.actor)
    imports.read(batch=batch, by=cast.cadre.actor, at=NOW)
    client = as_staff(cast.cadre)
    page = read(client, address(batch))
    assert "下面先看4行将新增的" in page
    assert "赵*伟" in page
    assert number(0) not in page
    assert f'value="{number(70)[:-1]}"' in page
    import openpyxl

    answer = client.post(address(batch, "annotated.xlsx"))
    from io import BytesIO

    rows = [
        [cell.value for cell in line] for line in openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows()
    ]
    assert [one[:2] for one in rows[1:]] == [["6", "先不导入"]]  # of a large list, only what is to be mended
