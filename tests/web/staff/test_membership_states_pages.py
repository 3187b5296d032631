"""会籍状态 at a desk: what it means stands beside it, and each step is a button that a person presses."""

from datetime import timedelta

from tests.cast import NOW, TODAY, Cast

from tongxin.people.actions import membership_states as states
from tongxin.people.models import Membership


def text(answer) -> str:
    return answer.content.decode()


def stay(cast: Cast) -> Membership:
    return Membership.objects.get(person=cast.wang.person)


def address(cast: Cast) -> str:
    return f"/staff/people/{cast.wang.person.public_id}/state/"


def test_retained_and_resumed(cast: Cast, as_staff) -> None:
    desk = as_staff(cast.cadre)
    assert "办会籍保留" in text(desk.get(address(cast)))
    answer = desk.post(
        address(cast), {"verb": "retain", "retain-on": TODAY.isoformat(), "retain-because": "unemployed"}
    )
    assert answer["Location"] == address(cast)
    shown = text(desk.get(address(cast)))
    assert "保留会籍：失业或解除劳动关系" in shown
    assert "保留会籍期间免交会费" in shown  # the clause
    desk.post(address(cast), {"verb": "resume"})
    assert stay(cast).state == "member"


def test_what_is_wrong_comes_back_as_typed(cast: Cast, as_staff) -> None:
    late = (TODAY + timedelta(days=3)).isoformat()
    answer = as_staff(cast.cadre).post(address(cast), {"verb": "retire", "retire-on": late})
    assert (answer.status_code, "日期不能晚于今天" in text(answer), late in text(answer)) == (422, True, True)
    missing = as_staff(cast.cadre).post(address(cast), {"verb": "retain", "retain-on": TODAY.isoformat()})
    assert (missing.status_code, "请选择原因" in text(missing)) == (422, True)
    assert as_staff(cast.cadre).post(address(cast), {"verb": "dance"}).status_code == 422
    assert stay(cast).state == "member"


def test_a_lapse_is_offered_only_when_its_time_is_over(cast: Cast, as_staff, clock) -> None:
    desk = as_staff(cast.cadre)
    since = (TODAY - timedelta(days=250)).isoformat()
    assert desk.post(address(cast), {"verb": "remind", "remind-idle_since": since}).status_code == 302
    shown = text(desk.get(address(cast)))
    assert "正在等本人答复" in shown
    assert "确定结束会籍" not in shown
    early = desk.post(address(cast), {"verb": "lapse"})
    assert (early.status_code, "还在等本人答复" in text(early)) == (422, True)
    clock.tick(days=31)
    desk = as_staff(cast.cadre)
    assert "确定结束会籍" in text(desk.get(address(cast)))
    assert desk.post(address(cast), {"verb": "lapse"})["Location"] == "/staff/people/"
    assert stay(cast).end_reason == "lapsed"


def test_ending_by_hand_offers_no_lapse(cast: Cast, as_staff) -> None:
    page = f"/staff/people/{cast.wang.person.public_id}/end/"
    assert "视为自动退会" not in text(as_staff(cast.cadre).get(page))
    answer = as_staff(cast.cadre).post(page, {"on": TODAY.isoformat(), "reason": "lapsed"})
    assert answer.status_code == 422


def test_strangers_and_clerks_find_no_such_page(cast: Cast, as_staff) -> None:
    assert as_staff(cast.sibling_cadre).get(address(cast)).status_code == 404
    assert as_staff(cast.clerk).get(address(cast)).status_code == 403
    states.retire(membership=stay(cast), on=TODAY, by=cast.cadre.actor, at=NOW)
    assert "恢复会籍" in text(as_staff(cast.admin).get(address(cast)))
