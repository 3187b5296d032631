"""The shell: what every page shares."""

import re
from datetime import UTC, date, datetime, time

import pytest
import segno
from django import forms
from django.template import engines
from django.test import Client, RequestFactory
from django.utils import translation
from tests.cast import NOW

from tongxin.activities.states import Mark
from tongxin.kernel.refused import Refused
from tongxin.notices.models import DemoSms
from tongxin.people.models.persons import DocumentKind
from tongxin.store.atomic import writing
from tongxin.web import dates
from tongxin.web.forms import HouseForm
from tongxin.web.paging import paged

pytestmark = pytest.mark.django_db
OPEN = ["/", "/about/", "/display/", "/robots.txt"]


@pytest.mark.parametrize("address", OPEN)
def test_open_page_answers_visitors(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


def test_missing_page_is_404_with_advice(client: Client) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "没有这一页" in answer.content.decode()


def test_display_keeps_choice_in_cookie_and_goes_back(client: Client) -> None:
    answer = client.post("/display/", {"large": "1", "next": "/about/"})
    assert (answer.status_code, answer["Location"]) == (302, "/about/")
    assert 'class="tx-large"' in client.get("/about/").content.decode()


def test_display_keeps_nothing_that_is_not_offered(client: Client) -> None:
    assert dict(client.post("/display/", {"large": "7", "theme": "<b>"}).cookies) == {}


EVIL = ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"]


@pytest.mark.parametrize("evil", EVIL)
def test_display_never_leads_off_the_site(client: Client, evil: str) -> None:
    assert client.post("/display/", {"large": "1", "next": evil})["Location"] == "/"


def test_language_cookie_gives_english(client: Client) -> None:
    client.cookies["tx-language"] = "en"
    answer = client.get("/about/")
    assert 'lang="en"' in answer.content.decode()
    assert answer["Content-Language"] == "en"


class AskingForm(HouseForm):
    kind = forms.ChoiceField(label="证件类型", choices=DocumentKind)
    note = forms.CharField(label="备注", required=False, help_text="最多200字")
    why = {"kind": "用来找到您的登记。"}


def test_form_draws_label_hint_error_and_why() -> None:
    form = AskingForm({"kind": "", "note": "<b>"})
    page = str(form)
    assert '<a href="#id_kind">证件类型：请选择证件类型。</a>' in page
    assert 'id="id_kind_error"' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_kind_error"' in page
    assert 'aria-describedby="id_note_helptext"' in page
    assert "用来找到您的登记。" in page
    assert 'value="&lt;b&gt;"' in page


def test_form_offers_enums_in_the_readers_language() -> None:
    with translation.override("en"):
        assert "Resident ID card" in str(AskingForm())


def test_form_takes_a_refusal_under_its_field() -> None:
    form = AskingForm({"kind": "passport"})
    form.refuse(Refused("x", "护照号码是5到20位字母和数字，请对照证件重填。"), "kind")
    assert form.errors["kind"] == ["护照号码是5到20位字母和数字，请对照证件重填。"]


@pytest.mark.parametrize(
    ("typed", "number", "rows"),
    [("", 1, 3), ("2", 2, 1), ("0", 1, 3), ("-1", 1, 3), ("x", 1, 3), ("９", 1, 3), ("99", 99, 0)],
)
def test_paged_reads_any_page_number(db: None, rf: RequestFactory, typed: str, number: int, rows: int) -> None:
    with writing():
        DemoSms.objects.bulk_create([DemoSms(phone="+8619912345678", text=str(n), at=NOW) for n in range(4)])
    page = paged(rf.get("/", {"page": typed}), DemoSms.objects.order_by("pk"), size=3)
    assert (page.number, len(page), page.more) == (number, rows, number == 1)


def test_part_equals_the_page_for_htmx(client: Client) -> None:
    whole = client.get("/display/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<!doctype html>" in whole.content.decode()
    assert "HX-Request" in whole["Vary"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "2024年4月2日 4月2日（周二） 周二 9:05 19:00—20:30"),
        ("en", "2 April 2024 Tuesday 2 April Tuesday 9:05 19:00–20:30"),
    ],
)
def test_dates_in_both_languages(language: str, words: str) -> None:
    source = "{{ d|cn_date }} {{ d|cn_full_day }} {{ d|weekday }} {{ t|clock }} {% hours a b %}"
    values = {"d": date(2024, 4, 2), "t": time(9, 5), "a": time(19), "b": time(20, 30)}
    with translation.override(language):
        assert engines["django"].from_string(source).render(values) == words


def test_moment_is_beijings() -> None:
    assert dates.moment(datetime(2024, 4, 1, 16, 30, tzinfo=UTC)) == "2024年4月2日 0:30"


@pytest.mark.parametrize(
    ("day", "words"),
    [(28, "今天 9:05"), (27, "昨天 9:05"), (29, "明天 9:05"), (1, "3月1日 9:05"), (30, "3月30日 9:05")],
)
def test_near_names_the_days_around_today(day: int, words: str) -> None:
    assert dates.near(NOW.replace(day=day, hour=9, minute=5), NOW) == words


def test_qr_says_what_a_reader_reads() -> None:
    page = engines["django"].from_string('{% qr "TX-8F3K" 100 %}').render({})
    runs = [(int(x), int(y), int(n)) for x, y, n in re.findall(r"M(\d+) (\d+)h(\d+)v1H\1z", page)]
    drawn = {(x + i, y) for x, y, n in runs for i in range(n)}
    code = segno.make("TX-8F3K", error="m", micro=False)
    assert drawn == {(x, y) for y, row in enumerate(code.matrix) for x, module in enumerate(row) if module}


def test_state_tag_takes_word_and_tone_from_one_place() -> None:
    page = engines["django"].from_string("{% state_tag mark %}").render({"mark": Mark.LATE})
    assert page == '<span class="tx-tag tx-tag-warn dot">迟</span>'
