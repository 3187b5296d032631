"""集体报名 on the staff's pages: from the list of classes to the list of those named."""

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import Cast, Player
from tests.factories.activities import school
from tests.factories.rosters import sheet
from tests.web.staff.courses_desk import done, refused, text, value_of

from tongxin.activities.models import GroupSignUp, NamedPlace
from tongxin.records.models import OutboxRow

pytestmark = pytest.mark.django_db
AsStaff = Callable[[Player], Client]


def ending(player: Player) -> str:
    return player.person.document_text()[-4:]


@pytest.fixture
def cohort(cast: Cast):
    return school(cast).cohort(units=1)


def test_a_cadre_names_two_and_one_declines(as_staff: AsStaff, as_worker: AsStaff, cast: Cast, cohort) -> None:
    client = as_staff(cast.cadre)
    assert "瑜伽入门" in text(client, "/staff/collective/")
    new = f"/staff/collective/new/{cohort.public_id}/"
    text(client, new)
    names = f"王小华 {ending(cast.wang)}\n李建国 {ending(cast.li)}\n无此人 1234"
    seen = client.post(new, {"union": cast.factory.public_id, "names": names})
    html = seen.content.decode()
    assert seen.status_code == 200
    assert "报名2人，跳过1行" in html
    assert NamedPlace.objects.count() == 0
    people = re.findall(r'name="person" value="(\w+)"', html)
    body = {"union": cast.factory.public_id, "person": people, "key": value_of(html, "key")}
    answer = client.post(f"{new}commit/", body)
    group = GroupSignUp.objects.get()
    done(answer, f"/staff/collective/{group.public_id}/")
    done(client.post(f"{new}commit/", body), f"/staff/collective/{group.public_id}/")
    shown = text(client, f"/staff/collective/{group.public_id}/")
    assert ("候补中" in shown, "王*华" not in shown) == (True, True)

    place = NamedPlace.objects.get(person=cast.wang.person)
    worker = as_worker(cast.wang)
    link = f"/named/{place.public_id}/"
    assert "谢绝" in text(worker, link)
    done(worker.post(f"{link}decline/"), link)
    assert "您已谢绝" in text(worker, link)
    assert NamedPlace.objects.get(person=cast.li.person).application.state == "granted"
    assert OutboxRow.objects.filter(kind="place.moved-up", person=cast.li.person.pk).exists()
    assert "已谢绝" in text(client, f"/staff/collective/{group.public_id}/")


def test_a_sheet_does_the_same(as_staff: AsStaff, cast: Cast, cohort) -> None:
    content = sheet(["李建国", ending(cast.li)], headers=("姓名", "证件号后4位"))
    body = {"union": cast.factory.public_id, "file": SimpleUploadedFile("名单.xlsx", content)}
    html = as_staff(cast.cadre).post(f"/staff/collective/new/{cohort.public_id}/", body).content.decode()
    assert "报名1人" in html


def test_what_cannot_be_read_keeps_what_was_typed(as_staff: AsStaff, cast: Cast, cohort) -> None:
    client, new = as_staff(cast.cadre), f"/staff/collective/new/{cohort.public_id}/"
    refused(client.post(new, {"union": cast.factory.public_id, "names": " "}), "没有读到姓名")
    body = {
        "union": cast.factory.public_id,
        "file": SimpleUploadedFile("名单.xlsx", b"%PDF-1.7"),
        "names": "王小华 1234",
    }
    assert "王小华 1234" in refused(client.post(new, body), "PDF")
    refused(client.post(f"{new}commit/", {"union": cast.factory.public_id}), "至少勾选一位")


def test_other_unions_lists_and_other_peoples_places_are_not_there(
    as_staff: AsStaff, as_worker: AsStaff, cast: Cast, cohort
) -> None:
    client = as_staff(cast.cadre)
    people = {"union": cast.factory.public_id, "person": [cast.li.person.public_id]}
    client.post(f"/staff/collective/new/{cohort.public_id}/commit/", people)
    group, place = GroupSignUp.objects.get(), NamedPlace.objects.get()
    assert as_staff(cast.sibling_cadre).get(f"/staff/collective/{group.public_id}/").status_code == 404
    assert as_worker(cast.wang).get(f"/named/{place.public_id}/").status_code == 404
    assert as_worker(cast.wang).post(f"/named/{place.public_id}/decline/").status_code == 404
    foreign = as_staff(cast.sibling_cadre).post(f"/staff/collective/new/{cohort.public_id}/commit/", people)
    assert foreign.status_code == 404
