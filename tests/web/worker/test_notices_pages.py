"""通知设置 on the phone: choices with what is required, quiet hours, digest, e-mail, the official account."""

import re
from collections.abc import Callable
from datetime import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from tests.cast import NOW, Cast, Player
from tests.factories.sendings import CONNECTED, order
from tests.web.conftest import Clock

from tongxin.notices.actions import contacts
from tongxin.notices.groups import GROUPS
from tongxin.notices.models import Choice, ContactPoint, DemoSms, Preference, Subscription, Template
from tongxin.notices.states import Channel
from tongxin.store.atomic import writing
from tongxin.web.worker.notices import WHY

pytestmark = pytest.mark.django_db
AsWorker = Callable[[Player], Client]


@pytest.fixture(autouse=True)
def _connected(settings: object) -> None:
    letters = {"email": "tongxin.notices.gateways.demo.DemoMail"}
    settings.NOTICE_GATEWAYS = CONNECTED | letters  # type: ignore[attr-defined]


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def ticked(page: str) -> set[str]:
    return set(re.findall(r'name="on" value="([\w:]+)" checked', page))


# ---- choices ------------------------------------------------------------------------------------------------------


def test_every_group_that_cannot_be_turned_off_says_why() -> None:
    assert {name for name, group in GROUPS.items() if group.required} == set(WHY)


def test_page_shows_rule_and_what_is_required(cast: Cast, as_worker: AsWorker) -> None:
    page = page_of(as_worker(cast.wang), "/me/notices/")
    assert ticked(page) == {"changes:sms", "results:sms"}  # the groups' own orders; required ones are no boxes
    assert 'value="safety:sms"' not in page
    assert 'value="safety:email"' in page
    assert "按规定必须告诉您" in page
    assert "公众号</span></label>" not in page  # not connected here
    assert "工作事项" not in page
    assert "工作事项" in page_of(as_worker(cast.officer), "/me/notices/")


def test_only_what_was_changed_is_written(cast: Cast, as_worker: AsWorker) -> None:
    wang = as_worker(cast.wang)
    answer = wang.post("/me/notices/", {"on": ["changes:sms", "sendings:email"]})
    assert answer["Location"] == "/me/notices/"
    kept = sorted(Choice.objects.values_list("group", "channel", "wanted"))
    assert kept == [("results", "sms", False), ("sendings", "email", True)]
    assert ticked(page_of(wang, "/me/notices/")) == {"changes:sms", "sendings:email"}
    order("reminders", Channel.SMS)  # a later rule still counts where nothing was chosen
    assert "reminders:sms" in ticked(page_of(wang, "/me/notices/"))


def test_required_stays_however_the_form_comes(cast: Cast, as_worker: AsWorker) -> None:
    as_worker(cast.wang).post("/me/notices/", {"on": []})
    assert not Choice.objects.filter(group__in=["safety", "membership"]).exists()


def test_without_channels_the_page_says_so(cast: Cast, as_worker: AsWorker, settings: object) -> None:
    settings.NOTICE_GATEWAYS = {}  # type: ignore[attr-defined]
    assert "通知只在“消息”里" in page_of(as_worker(cast.wang), "/me/notices/")


# ---- times --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"quiet": "house", "digest": "on"}, (None, None, True)),
        ({"quiet": "own", "starts": "22:00", "ends": "07:30"}, (time(22), time(7, 30), False)),
        ({"quiet": "never"}, (time(0), time(0), False)),
    ],
)
def test_times_are_kept_and_shown(
    cast: Cast, as_worker: AsWorker, given: dict[str, str], kept: tuple[object, ...]
) -> None:
    wang = as_worker(cast.wang)
    wang.post("/me/notices/times/", given)
    row = Preference.objects.get()
    assert (row.quiet_from, row.quiet_until, row.digest) == kept
    page = page_of(wang, "/me/notices/")
    assert re.search(rf'value="{given["quiet"]}"[^>]*checked', page)
    assert ('value="22:00"' in page) == (given["quiet"] == "own")


@pytest.mark.parametrize("given", [{"quiet": "own", "starts": "22:00"}, {"quiet": "own", "starts": "25:99"}, {}])
def test_times_that_cannot_be_read_come_back_as_typed(cast: Cast, as_worker: AsWorker, given: dict[str, str]) -> None:
    answer = as_worker(cast.wang).post("/me/notices/times/", given)
    assert answer.status_code == 422
    assert Preference.objects.count() == 0
    if given:
        assert f'value="{given["starts"]}"' in answer.content.decode()


# ---- e-mail -------------------------------------------------------------------------------------------------------


def code_sent() -> str:
    return re.findall(r"\d{6}", DemoSms.objects.latest("pk").text)[0]


def test_mail_is_proposed_confirmed_and_ended(cast: Cast, as_worker: AsWorker) -> None:
    wang = as_worker(cast.wang)
    assert wang.post("/me/notices/mail/", {"way": "propose", "address": "wang@example.cn"}).status_code == 302
    page = page_of(wang, "/me/notices/mail/")
    assert "w***@example.cn" in page
    assert "wang@example.cn" not in page
    assert f'value="{code_sent()}"' in page_of(wang, f"/me/notices/mail/?code={code_sent()}")  # the letter's link
    assert ContactPoint.objects.get().verified_at is None  # to follow a link confirms nothing by itself
    wang.post("/me/notices/mail/", {"way": "confirm", "code": f" {code_sent()[:3]} {code_sent()[3:]}"})
    assert ContactPoint.objects.get().verified_at == NOW
    assert "w***@example.cn" in page_of(wang, "/me/notices/")
    wang.post("/me/notices/mail/", {"way": "end"})
    assert ContactPoint.objects.get().ended_at == NOW


def test_wrong_address_and_wrong_code_stay_in_the_form(cast: Cast, as_worker: AsWorker) -> None:
    wang = as_worker(cast.wang)
    answer = wang.post("/me/notices/mail/", {"way": "propose", "address": "wang at example"})
    assert answer.status_code == 422
    assert 'value="wang at example"' in answer.content.decode()
    wang.post("/me/notices/mail/", {"way": "propose", "address": "wang@example.cn"})
    wrong = "000000" if code_sent() != "000000" else "000001"
    answer = wang.post("/me/notices/mail/", {"way": "confirm", "code": wrong})
    assert answer.status_code == 422
    assert "确认码不对" in answer.content.decode()
    assert ContactPoint.objects.get().verified_at is None


def test_letters_to_one_address_are_limited(cast: Cast, as_worker: AsWorker, clock: Clock) -> None:
    wang, answers = as_worker(cast.wang), []
    for _ in range(6):
        answers.append(wang.post("/me/notices/mail/", {"way": "propose", "address": "wang@example.cn"}).status_code)
        clock.tick(minutes=2)
    assert answers == [302] * 5 + [422]


def test_mail_that_is_not_connected_says_so(cast: Cast, as_worker: AsWorker, settings: object) -> None:
    settings.NOTICE_GATEWAYS = {}  # type: ignore[attr-defined]
    wang = as_worker(cast.wang)
    assert "还没有接通邮件" in page_of(wang, "/me/notices/mail/")
    answer = wang.post("/me/notices/mail/", {"way": "propose", "address": "wang@example.cn"})
    assert answer.status_code == 422
    assert ContactPoint.objects.count() == 0


# ---- the official account -----------------------------------------------------------------------------------------


@pytest.fixture
def account_connected(settings: object) -> None:
    settings.OFFICIAL_ACCOUNT = {"app": "wx1", "asking": "https://account.example/ask"}  # type: ignore[attr-defined]
    with writing():
        Template.make(channel=Channel.OFFICIAL, number="T1", text="${title}", names=["title"], valid_from="2020-01-01")


def answer_of(page: str, **changes: str) -> dict[str, str]:
    """What the account's page sends back when the person says yes."""
    [link] = re.findall(r'href="(https://account\.example/ask\?[^"]+)"', page)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(link.replace("&amp;", "&")).query).items()}
    assert re.fullmatch(r"[A-Za-z0-9]{1,128}", asked["reserved"])
    back = {"openid": "o-wang", "action": "confirm", "template_id": asked["template_id"], "scene": asked["scene"]}
    return back | {"reserved": asked["reserved"], **changes}


def test_account_is_explained_where_it_is_not_connected(cast: Cast, as_worker: AsWorker) -> None:
    page = page_of(as_worker(cast.wang), "/me/notices/official/")
    assert "这里还没有接通公众号" in page
    assert "要您先允许一次" in page


@pytest.mark.usefixtures("account_connected")
def test_permissions_add_up_and_are_shown(cast: Cast, as_worker: AsWorker) -> None:
    wang = as_worker(cast.wang)
    for number in (1, 2):
        back = answer_of(page_of(wang, "/me/notices/official/"))
        assert wang.get("/me/notices/official/back/", back)["Location"] == "/me/notices/official/"
        assert f"还可以发{number}条" in page_of(wang, "/me/notices/official/")
        again = wang.get("/me/notices/official/back/", back)  # the same answer once more counts for nothing
        assert again.status_code == 422
    assert sorted(Subscription.objects.values_list("number", "scene")) == [("T1", 1), ("T1", 2)]
    contacts.use(person=cast.wang.person.pk, number="T1", at=NOW)
    assert "还可以发1条" in page_of(wang, "/me/notices/official/")


@pytest.mark.usefixtures("account_connected")
def test_answers_of_others_late_or_made_up_are_refused(cast: Cast, as_worker: AsWorker, clock: Clock) -> None:
    wang, zhang = as_worker(cast.wang), as_worker(cast.zhang)
    back = answer_of(page_of(wang, "/me/notices/official/"))
    for client, given in ((zhang, back), (wang, back | {"scene": "2"}), (wang, back | {"reserved": "x"}), (wang, {})):
        assert client.get("/me/notices/official/back/", given).status_code == 422
    clock.tick(minutes=61)
    assert wang.get("/me/notices/official/back/", back).status_code == 422
    assert Subscription.objects.count() == 0


@pytest.mark.usefixtures("account_connected")
def test_saying_no_keeps_nothing(cast: Cast, as_worker: AsWorker) -> None:
    wang = as_worker(cast.wang)
    back = answer_of(page_of(wang, "/me/notices/official/"), action="cancel")
    assert wang.get("/me/notices/official/back/", back).status_code == 302
    assert (Subscription.objects.count(), ContactPoint.objects.count()) == (0, 0)


def test_english_page_has_no_chinese_of_ours(cast: Cast, as_worker: AsWorker) -> None:
    wang = as_worker(cast.wang)
    wang.cookies["tx-language"] = "en"
    for address in ("/me/notices/", "/me/notices/mail/", "/me/notices/official/", "/n/"):
        page = page_of(wang, address)
        main = page.partition("<main")[2].partition("</main>")[0]
        assert re.findall(r"[\u4e00-\u9fff]+", main) == []
