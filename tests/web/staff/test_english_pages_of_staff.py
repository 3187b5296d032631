"""Staff say how what their union wrote reads in English; visitors who read English see it."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import NOW, Cast, Player
from tests.web.conftest import Clock

from tongxin.benefits.actions import brands
from tongxin.benefits.models import Brand
from tongxin.records.models import EnglishText, JournalEntry

pytestmark = pytest.mark.django_db
AsStaff = Callable[[Player], Client]


@pytest.fixture(autouse=True)
def at_now(clock: Clock) -> None:
    clock.now = NOW


def _brand(cast: Cast) -> Brand:
    return brands.add(
        union=cast.yongchuan,
        slug="picnics",
        name="川东野餐",
        about="一起出门。",
        said="",
        made_up="",
        by=cast.officer.actor,
        at=NOW,
    )


def _fields(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split('name="t-')[1:]]


def test_brand_is_said_in_english_and_read_so(cast: Cast, as_staff: AsStaff) -> None:
    _brand(cast)
    desk = as_staff(cast.officer)
    page = desk.get("/staff/brands/picnics/english/").content.decode()
    name, about = _fields(page)
    answer = desk.post(
        "/staff/brands/picnics/english/", {f"t-{name}": "Picnics in the east", f"t-{about}": ""}, follow=True
    )
    assert "已保存1处英文。" in answer.content.decode()
    desk.cookies["tx-language"] = "en"
    shown = desk.get("/brands/picnics/").content.decode()
    assert '<h1 class="w-h1">Picnics in the east</h1>' in shown
    assert '<span lang="zh-Hans">一起出门。</span>' in shown
    assert JournalEntry.objects.filter(verb="english-text.said", union=cast.yongchuan.pk).count() == 1


def test_same_english_again_changes_nothing(cast: Cast, as_staff: AsStaff) -> None:
    _brand(cast)
    desk = as_staff(cast.officer)
    name, about = _fields(desk.get("/staff/brands/picnics/english/").content.decode())
    said = {f"t-{name}": "Picnics", f"t-{about}": "Out together."}
    desk.post("/staff/brands/picnics/english/", said)
    answer = desk.post("/staff/brands/picnics/english/", said, follow=True)
    assert "没有改动。" in answer.content.decode()
    assert EnglishText.objects.count() == 2


def test_english_for_a_text_that_was_changed_meanwhile_is_not_taken_for_another(cast: Cast, as_staff: AsStaff) -> None:
    brand = _brand(cast)
    desk = as_staff(cast.officer)
    name, _about = _fields(desk.get("/staff/brands/picnics/english/").content.decode())
    brands.edit(brand=brand, name="川西野餐", about="一起出门。", said="", made_up="", by=cast.officer.actor, at=NOW)
    desk.post("/staff/brands/picnics/english/", {f"t-{name}": "Picnics in the east"})
    assert not EnglishText.objects.exists()


def test_too_long_english_is_refused_and_kept_for_mending(cast: Cast, as_staff: AsStaff) -> None:
    _brand(cast)
    desk = as_staff(cast.officer)
    name, _about = _fields(desk.get("/staff/brands/picnics/english/").content.decode())
    answer = desk.post("/staff/brands/picnics/english/", {f"t-{name}": "x" * 2001})
    assert (answer.status_code, "x" * 2001 in answer.content.decode()) == (422, True)
    assert not EnglishText.objects.exists()


def test_brand_of_another_union_is_not_there(cast: Cast, as_staff: AsStaff) -> None:
    _brand(cast)
    assert as_staff(cast.jinjiang_admin).get("/staff/brands/picnics/english/").status_code == 404
