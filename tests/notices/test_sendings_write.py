"""A sending is written, asked for, decided by a second person; whoever it does not concern is refused in words."""

import pytest
from django.db import IntegrityError
from tests.cast import HOUSE, NOW, Cast, member_of_staff, worker
from tests.factories.activities import School, school, sign_up
from tests.factories.calls import told
from tests.factories.racing import side_by_side
from tests.factories.sendings import BELOW, HERE, ROSTER, asked, draft, fresh, running, written

from tongxin.kernel.refused import Refused
from tongxin.notices.actions import sendings
from tongxin.notices.models import Sending
from tongxin.notices.queries.audience import audience
from tongxin.people.actions import memberships
from tongxin.people.models import Person
from tongxin.people.roles import RoleName
from tongxin.records.models import JournalEntry
from tongxin.store.atomic import writing
from tongxin.unions.models import Union

pytestmark = pytest.mark.django_db


def refusal(deed: object) -> str:
    with pytest.raises(Refused) as found:
        deed()  # type: ignore[operator]
    return found.value.code


def names(sending: Sending) -> list[str]:
    return sorted(audience(sending, on=NOW.date()).values_list("name", flat=True))


# ---- writing ------------------------------------------------------------------------------------------------------


def test_write_keeps_who_wrote_and_trims(cast: Cast) -> None:
    made = written(cast, title=" 高温天送清凉 ", body="正文 \n")
    assert (made.title, made.body, made.state, made.account) == (
        "高温天送清凉",
        "正文",
        "draft",
        cast.officer.account.pk,
    )
    assert JournalEntry.objects.filter(verb="sending.written", of_id=made.public_id).count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": " "}, "title-wrong"), ({"title": "长" * 41}, "title-wrong"), ({"title": "两\n行"}, "title-wrong"),
        ({"body": ""}, "body-wrong"), ({"body": "长" * 301}, "body-wrong"), ({"gig_group": "pilots"}, "no-group"),
        ({"audience": ROSTER}, "no-roster"), ({"audience": ROSTER, "roster_kind": "choir", "roster": "x"}, "no-roster"),
    ],
)  # fmt: skip
def test_write_refuses_what_cannot_be_sent(cast: Cast, changes: dict[str, object], code: str) -> None:
    assert refusal(lambda: written(cast, **changes)) == code


def test_write_for_a_sibling_is_refused(cast: Cast) -> None:
    assert refusal(lambda: written(cast, union=cast.jiangjin)) == "no-power"
    assert refusal(lambda: written(cast, union=cast.yongchuan, by=cast.sibling_officer)) == "no-power"
    assert refusal(lambda: written(cast, union=cast.factory, by=cast.clerk)) == "no-power"


def test_write_for_a_dissolved_union_is_refused(cast: Cast) -> None:
    with writing():
        Union.objects.filter(pk=cast.riders.pk).update(dissolved_on=NOW.date())
    union = Union.objects.get(pk=cast.riders.pk)
    assert refusal(lambda: sendings.write(union=union, draft=draft(), by=HOUSE, at=NOW)) == "union-dissolved"


def test_cadre_writes_to_the_own_union_and_not_below(cast: Cast) -> None:
    assert written(cast, union=cast.factory, by=cast.cadre, audience=BELOW).audience == BELOW  # nothing lies below it
    over = member_of_staff(cast.zhongshan, RoleName.CADRE, "街道干部", login="street")
    assert refusal(lambda: written(cast, union=cast.zhongshan, by=over, audience=BELOW)) == "only-here"
    assert written(cast, union=cast.zhongshan, by=over, audience=HERE).union == cast.zhongshan


# ---- whom ---------------------------------------------------------------------------------------------------------


def test_audience_is_here_below_group_or_roster(cast: Cast) -> None:
    pupils = school(cast)
    cohort = pupils.cohort()
    sign_up(cohort, cast.wang, cast.gao)
    assert names(written(cast, union=cast.riders)) == ["张路", "赵远"]
    assert names(written(cast, gig_group="truck_driver")) == ["赵远"]
    assert names(written(cast, union=cast.zhongshan, audience=HERE)) == []
    assert names(written(cast, union=cast.zhongshan)) == ["李建国", "王小华", "罗勤"]
    roster = written(cast, audience=ROSTER, roster_kind="cohort", roster=cohort.public_id)
    assert names(roster) == ["王小华", "高松"]  # also who is a member elsewhere


def test_audience_leaves_out_who_left(cast: Cast) -> None:
    stay = cast.zhao.person.memberships.get()
    memberships.end(membership=stay, on=NOW.date(), reason="left", by=HOUSE, at=NOW)
    assert names(written(cast, union=cast.riders)) == ["张路"]


def test_roster_of_a_sibling_is_refused(cast: Cast) -> None:
    theirs = School(cast, cast.jiangjin, cast.sibling_officer).cohort(teacher=None, teacher_name="江老师")
    their = {"audience": ROSTER, "roster_kind": "cohort", "roster": theirs.public_id}
    assert refusal(lambda: written(cast, **their)) == "roster-elsewhere"
    assert refusal(lambda: written(cast, union=cast.chongqing, by=cast.officer, **their)) == "no-power"
    assert written(cast, union=cast.chongqing, by=cast.chief, **their).roster == theirs.public_id


# ---- asking and deciding ------------------------------------------------------------------------------------------


def test_ask_counts_and_tells_who_may_approve(cast: Cast) -> None:
    found = asked(cast, union=cast.riders)
    assert (found.state, found.people, found.cost) == ("asked", 2, 0)
    assert told("sending.asked") == ["周永"]


def test_ask_of_the_only_approver_goes_above(cast: Cast) -> None:
    row = written(cast, by=cast.admin)
    sendings.ask(sending=row, by=cast.admin.actor, at=NOW)
    assert told("sending.asked") == ["陈渝"]


def test_ask_for_nobody_is_refused(cast: Cast) -> None:
    row = written(cast, union=cast.zhongshan, audience=HERE)
    assert refusal(lambda: sendings.ask(sending=row, by=cast.officer.actor, at=NOW)) == "audience-empty"
    assert fresh(row).state == "draft"


def test_only_the_writer_changes_asks_and_takes_back(cast: Cast) -> None:
    row = written(cast)
    for deed in (
        lambda: sendings.change(sending=row, draft=draft(), by=cast.admin.actor, at=NOW),
        lambda: sendings.ask(sending=row, by=cast.admin.actor, at=NOW),
    ):
        assert refusal(deed) == "not-yours"
    row = sendings.ask(sending=row, by=cast.officer.actor, at=NOW)
    assert refusal(lambda: sendings.take_back(sending=row, by=cast.admin.actor, at=NOW)) == "not-yours"
    assert refusal(lambda: sendings.change(sending=row, draft=draft(), by=cast.officer.actor, at=NOW)) == "wrong-state"
    assert sendings.take_back(sending=row, by=cast.officer.actor, at=NOW).state == "draft"


def test_writer_does_not_approve_own(cast: Cast) -> None:
    row = sendings.ask(sending=written(cast, by=cast.admin), by=cast.admin.actor, at=NOW)
    assert refusal(lambda: sendings.approve(sending=row, by=cast.admin.actor, at=NOW)) == "sending_second_person"
    decline = lambda: sendings.decline(sending=row, why="不发", by=cast.admin.actor, at=NOW)  # noqa: E731
    assert refusal(decline) == "sending_second_person"
    assert sendings.approve(sending=row, by=cast.chief.actor, at=NOW).state == "running"


def test_second_account_of_the_writer_does_not_approve(cast: Cast) -> None:
    """Someone registered twice, each record with its account and post; the two have been found to be one."""
    row = sendings.ask(sending=written(cast, by=cast.admin), by=cast.admin.actor, at=NOW)
    twin = member_of_staff(cast.yongchuan, RoleName.FEDERATION_ADMIN, "周永", login="zhouyong2")
    with writing():
        Person.objects.filter(pk=twin.person.pk).update(merged_into=cast.admin.person)
    assert twin.account.pk != cast.admin.account.pk
    assert refusal(lambda: sendings.approve(sending=row, by=twin.actor, at=NOW)) == "sending_second_person"


def test_database_refuses_one_account_for_both(cast: Cast) -> None:
    row = asked(cast)
    with pytest.raises((Refused, IntegrityError)) as found, writing():
        Sending.objects.filter(pk=row.pk).update(decided_account=row.account)
    assert isinstance(found.value, Refused)
    assert found.value.code == "sending_second_person"


def test_approver_needs_the_power_there(cast: Cast) -> None:
    row = asked(cast)
    for player in (cast.cadre, cast.sibling_officer, cast.jinjiang_admin):
        assert refusal(lambda who=player: sendings.approve(sending=row, by=who.actor, at=NOW)) == "no-power"


def test_approve_counts_once_more(cast: Cast) -> None:
    row = asked(cast, union=cast.riders)
    worker(cast.riders, "新骑手")
    assert sendings.approve(sending=row, by=cast.admin.actor, at=NOW).people == 3
    assert told("sending.approved") == ["郑惠"]


def test_approve_after_everyone_left_is_refused(cast: Cast) -> None:
    row = asked(cast, union=cast.riders, gig_group="truck_driver")
    memberships.end(membership=cast.zhao.person.memberships.get(), on=NOW.date(), reason="left", by=HOUSE, at=NOW)
    assert refusal(lambda: sendings.approve(sending=row, by=cast.admin.actor, at=NOW)) == "audience-empty"
    assert fresh(row).state == "asked"


def test_decline_needs_a_reason_and_can_be_changed_and_asked_again(cast: Cast) -> None:
    row = asked(cast)
    no_why = lambda: sendings.decline(sending=row, why=" ", by=cast.admin.actor, at=NOW)  # noqa: E731
    assert refusal(no_why) == "why-missing"
    row = sendings.decline(sending=row, why="时间不对", by=cast.admin.actor, at=NOW)
    assert (row.state, row.why, told("sending.declined")) == ("declined", "时间不对", ["郑惠"])
    row = sendings.change(sending=row, draft=draft(title="改好了"), by=cast.officer.actor, at=NOW)
    assert (row.state, row.title, row.why, row.people, row.decided_account) == ("draft", "改好了", "", None, None)
    assert sendings.ask(sending=row, by=cast.officer.actor, at=NOW).state == "asked"


def test_decided_twice_is_refused(cast: Cast) -> None:
    row = running(cast)
    assert refusal(lambda: sendings.approve(sending=row, by=cast.chief.actor, at=NOW)) == "wrong-state"
    assert refusal(lambda: sendings.decline(sending=row, why="晚了", by=cast.chief.actor, at=NOW)) == "wrong-state"


@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once_decide_once(cast: Cast) -> None:
    row = asked(cast)
    deeds = [
        lambda who=player: sendings.approve(sending=row, by=who.actor, at=NOW) for player in (cast.admin, cast.chief)
    ]
    assert sorted(side_by_side(*deeds)) == ["done", "wrong-state"]
    assert JournalEntry.objects.filter(verb="sending.approved").count() == 1
