"""上级表 on the pages: handed in, looked at, downloaded."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import Cast, Player
from tests.records.forms import drawn, opened, saved
from tests.web.staff.courses_desk import done, refused, text

from tongxin.filings.models import OfficeSheet
from tongxin.people.models import Disclosure

pytestmark = pytest.mark.django_db
AsStaff = Callable[[Player], Client]


def hand_in(client: Client, cast: Cast, content: bytes, name: str = "区里的花名册.xlsx"):
    body = {"union": cast.factory.public_id, "name": "", "file": SimpleUploadedFile(name, content)}
    return client.post("/staff/sheets/new/", body)


def test_a_cadre_hands_in_a_sheet_looks_and_downloads(as_staff: AsStaff, cast: Cast) -> None:
    client = as_staff(cast.cadre)
    text(client, "/staff/sheets/")
    text(client, "/staff/sheets/fields/")
    text(client, "/staff/sheets/new/")
    answer = hand_in(client, cast, saved(drawn()))
    row = OfficeSheet.objects.get()
    done(answer, f"/staff/sheets/{row.public_id}/")
    html = text(client, f"/staff/sheets/{row.public_id}/")
    assert "会写3名会员" in html
    assert "王*华" in html
    assert cast.wang.person.phone_text()[-11:] not in html
    answer = client.post(f"/staff/sheets/{row.public_id}/fill/", {"union": cast.factory.public_id})
    assert answer["Content-Disposition"].startswith("attachment")
    assert opened(answer.content)["花名册"]["B2"].value == 3


def test_full_numbers_want_a_purpose_on_the_page(as_staff: AsStaff, cast: Cast) -> None:
    client = as_staff(cast.cadre)
    address = "/staff/sheets/members/fill/"
    body = {"union": cast.factory.public_id, "full": "on"}
    refused(client.post(address, body), "请写明查看的用途")
    assert client.post(address, {**body, "purpose": "报区总工会"}).status_code == 200
    assert Disclosure.objects.filter(purpose="报区总工会").exists()


@pytest.mark.parametrize(("content", "words"), [(b"%PDF-1.7", "PDF"), (b"a,b\n", "xlsx"), (b"", "空的")])
def test_files_that_cannot_be_filled(as_staff: AsStaff, cast: Cast, content: bytes, words: str) -> None:
    refused(hand_in(as_staff(cast.cadre), cast, content), words)


def test_of_several_unions_one_is_chosen_first(as_staff: AsStaff, cast: Cast) -> None:
    client = as_staff(cast.admin)
    assert "先选一个工会" in text(client, "/staff/sheets/organisation/")
    html = text(client, f"/staff/sheets/organisation/?union={cast.factory.public_id}")
    assert "永川同心机械厂工会" in html
    assert "工会法人资格证号" in html
    assert client.get(f"/staff/sheets/organisation/?union={cast.jinjiang_shop.public_id}").status_code == 404
