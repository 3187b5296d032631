"""Marking by a pasted list: looked at line by line, then all that was found with one reason; nothing typed is lost."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, SINCE, Cast, Player, an_id, worker
from tests.web.staff.test_calls_entries_pages import CLOSES, a_call, enter, two_more

from tongxin.calls.actions import applications, entries
from tongxin.calls.models import Application, Call
from tongxin.people.actions import persons
from tongxin.people.models import Person
from tongxin.people.name_lists import MOST
from tongxin.records.models import JournalEntry
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]


@pytest.fixture(autouse=True)
def quiet(settings: object) -> None:
    settings.CALL_KINDS = {"quiet": "tests.factories.calls.QuietKind"}  # type: ignore[attr-defined]


def last_four(person: Person) -> str:
    return person.phone_text()[-4:]


def said(names: str, **more: object) -> dict[str, object]:
    return {"into": "in", "group": "劳模", "names": names, "reason": "凭证书", "step": "look"} | more


def address(call: Call) -> str:
    return f"/staff/calls/{call.public_id}/entries/mark-list/"


def test_list_is_looked_at_then_marked_and_what_is_left_stays(cast: Cast, as_staff: As) -> None:
    (call, pool), client, people = a_call(cast.yongchuan), as_staff(cast.officer), two_more(cast)
    first, second = (enter(call, pool, person) for person in people)
    other = enter(call, pool, cast.wang.person)
    names = f"{first.ticket}\n王小妹，{last_four(people[1])}\n\n赵六 1234\n王*伟\t1\t{first.ticket}"
    looked = client.post(address(call), said(names)).content.decode()
    assert "对上了2行，前面写过1行，没有对上1行。" in looked
    assert "报名的人里没有这个姓名" in looked
    assert "王小妹，" in looked  # as it was typed, in the box and in its row
    assert set(Application.objects.values_list("groups", flat=True)) == {""}
    seen = [first.public_id, second.public_id]
    marked = client.post(address(call), said(names, step="mark", seen=seen)).content.decode()
    assert "已标上2份" in marked
    assert ">\n赵六 1234</textarea>" in marked  # only what is still to do
    groups = dict(Application.objects.values_list("pk", "groups"))
    assert groups == {first.pk: "劳模", second.pk: "劳模", other.pk: ""}
    whys = JournalEntry.objects.filter(verb="application.marked").values_list("data__why", flat=True)
    assert list(whys) == ["凭证书", "凭证书"]


def test_list_without_a_rest_leads_back_and_takes_out_again(cast: Cast, as_staff: As) -> None:
    (call, pool), client = a_call(cast.yongchuan), as_staff(cast.officer)
    mine = enter(call, pool, cast.wang.person)
    typed = said(str(mine.ticket).upper(), step="mark", seen=[mine.public_id])
    assert client.post(address(call), typed)["Location"] == f"/staff/calls/{call.public_id}/entries/"
    again = client.post(address(call), typed | {"step": "look"}).content.decode()
    assert ("已经是这样1行" in again, 'value="mark"' in again) == (True, False)
    assert client.post(address(call), typed | {"into": "out"}).status_code == 302
    assert Application.objects.get().groups == ""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0" * 32, "这一次的报名里没有这个票号"),
        ("12345678", "没有读到票号，也没有读到姓名"),
        ("王大伟", "请补上证件号码或手机号的后4位以上"),
        ("王大伟 0000", "姓名对得上，号码对不上"),
        ("王*伟 1234", "报名的人里没有这个姓名"),
        ("<b>王大伟</b>", "&lt;b&gt;王大伟&lt;/b&gt;"),
    ],
)
def test_line_that_is_not_found_says_why(cast: Cast, as_staff: As, line: str, words: str) -> None:
    call, pool = a_call(cast.yongchuan)
    enter(call, pool, two_more(cast)[0])
    page = as_staff(cast.officer).post(address(call), said(line))
    assert (page.status_code, words in page.content.decode()) == (200, True)
    assert 'value="mark"' not in page.content.decode()


def test_two_of_one_name_and_number_are_never_guessed(cast: Cast, as_staff: As) -> None:
    (call, pool), one = a_call(cast.yongchuan), worker(cast.factory, "王大伟").person
    two = persons.register(
        union=cast.factory, name="王大伟", document=an_id(), phone=one.phone_text(), joined_on=SINCE, by=HOUSE, at=NOW
    )
    mine = enter(call, pool, one)
    enter(call, pool, two)
    client = as_staff(cast.officer)
    page = client.post(address(call), said(f"王大伟 {last_four(one)}")).content.decode()
    assert "有2份报名对得上这一行。请改写票号" in page
    assert "对上了1行" in client.post(address(call), said(f"王大伟 {one.document_text()}")).content.decode()
    with writing():
        Application.objects.filter(pk=mine.pk).update(state="withdrawn")
    assert "对上了1行" in client.post(address(call), said(f"王大伟 {last_four(one)}")).content.decode()


def test_who_is_out_and_who_asked_for_another_pool_is_not_marked(cast: Cast, as_staff: As) -> None:
    (call, pool), (theirs, there) = a_call(cast.yongchuan), a_call(cast.yongchuan)
    mine, other = enter(call, pool, cast.wang.person), enter(theirs, there, cast.li.person)
    applications.withdraw(application=mine, why="不去了", by=HOUSE, at=NOW)
    page = as_staff(cast.officer).post(address(call), said(f"{mine.ticket}\n{other.ticket}")).content.decode()
    assert ("这份报名已退出，标组不再起作用" in page, "没有对上1行" in page) == (True, True)


def test_refusals_keep_what_was_typed(cast: Cast, as_staff: As) -> None:
    (call, pool), client = a_call(cast.yongchuan), as_staff(cast.officer)
    mine = enter(call, pool, cast.wang.person)
    for typed, words in (
        (said(" \n "), "请填写名单"),
        (said(str(mine.ticket), reason=""), "请填写凭什么"),
        (said(str(mine.ticket), group="别的"), "别的"),
        (said("\n".join(["甲 1234"] * (MOST + 1))), f"一次最多{MOST}人，这里有{MOST + 1}人"),
        (said(str(mine.ticket), step="mark", seen=[]), "和刚才核对的不一样了，还没有标"),
    ):
        page = client.post(address(call), typed)
        assert (page.status_code, words in page.content.decode()) == (422, True), words
        assert str(typed["names"]).strip()[:30] in page.content.decode()
    assert Application.objects.get().groups == ""


def test_frozen_list_and_strange_staff_find_nothing_to_do(cast: Cast, as_staff: As) -> None:
    call, pool = a_call(cast.yongchuan)
    mine = enter(call, pool, cast.wang.person)
    listed, client = f"/staff/calls/{call.public_id}/entries/", as_staff(cast.officer)
    assert "mark-list" in client.get(listed).content.decode()
    entries.freeze(call=call, by=HOUSE, at=CLOSES)
    assert "mark-list" not in client.get(listed).content.decode()
    assert "报名名单已经封存" in client.get(address(call)).content.decode()
    late = client.post(address(call), said(str(mine.ticket), step="mark", seen=[mine.public_id]))
    assert (late.status_code, Application.objects.get().groups) == (422, "")
    assert as_staff(cast.sibling_officer).get(address(call)).status_code == 404


def test_many_lines_take_as_many_queries_as_one(cast: Cast, as_staff: As) -> None:
    (call, pool), client, people = a_call(cast.yongchuan), as_staff(cast.officer), two_more(cast)
    rows = [enter(call, pool, person) for person in people]
    lines = [str(rows[0].ticket), f"{people[1].name} {last_four(people[1])}", "赵六 1234"]
    counts = []
    for names in (f"{lines[0]}\n{lines[1]}", "\n".join(lines * 3)):
        client.post(address(call), said(names))
        with CaptureQueriesContext(connection) as captured:
            assert client.post(address(call), said(names)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_lines_say_why_in_english_too(cast: Cast, as_staff: As) -> None:
    (call, pool), client = a_call(cast.yongchuan), as_staff(cast.officer)
    mine = enter(call, pool, two_more(cast)[0])
    applications.withdraw(application=mine, why="不去了", by=HOUSE, at=NOW)
    client.cookies["tx-language"] = "en"
    page = client.post(address(call), said(f"王大伟\n{mine.ticket}\n{'0' * 32}")).content.decode()
    for words in ("Add at least the last 4", "This application: Withdrawn.", "No application here has this ticket"):
        assert words in page
