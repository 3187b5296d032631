"""The check and its explanation are one function; every role reaches exactly what its line on the page says."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, TODAY, Cast

from tongxin.kernel.refused import Refused
from tongxin.people.actions import appointments
from tongxin.people.authority import may, reasons, require
from tongxin.people.models import Appointment, Membership, Person
from tongxin.people.powers import GRANTABLE, Power, Scope
from tongxin.people.roles import ROLES, Reach, RoleName, matrix
from tongxin.people.scoping import unions_within
from tongxin.unions.actions import agreements, tree
from tongxin.unions.actions.agreements import Offer
from tongxin.unions.models import Union


def people(cast: Cast, who: str, power: Power) -> set[str]:
    return {p.name for p in Person.objects.within(getattr(cast, who).actor, power)}


def test_every_role_reaches_what_the_matrix_says_and_nothing_else(cast: Cast) -> None:
    """Each power of each role, at each union of the cast: the check agrees with role × power × reach."""
    everywhere = list(Union.objects.all())
    said = {(role, power): reach for role, power, reach in matrix()}
    for role, player in cast.staff.items():
        post = Appointment.objects.get(person=player.person, role=role)
        below = set(Union.objects.under(post.union, on=TODAY))
        for power in Power:
            reach = said.get((role.value, power.value))
            reached = {Reach.HERE: {post.union}, Reach.BELOW: below}.get(Reach(reach)) if reach else None
            found = {union for union in everywhere if may(player.actor, power, union)}
            assert found == (reached or set()), (role, power)
            assert set(unions_within(player.actor, power)) == found, (role, power)


@pytest.mark.parametrize("who", ["jinjiang_cadre", "jinjiang_admin"])
def test_staff_in_sichuan_never_see_a_row_of_chongqing(cast: Cast, who: str) -> None:
    of_chongqing = set(Union.objects.under(cast.chongqing, on=TODAY))
    for power in Power:
        assert not of_chongqing & set(unions_within(getattr(cast, who).actor, power))
        for model in (Person, Membership, Appointment):
            rows = model.objects.within(getattr(cast, who).actor, power)
            assert not rows.filter(federation=cast.chongqing.pk).exists(), (model, power)


def test_staff_never_see_a_siblings_row_nor_by_its_id(cast: Cast) -> None:
    for who in ("sibling_officer", "sibling_cadre"):
        actor = getattr(cast, who).actor
        for power in Power:
            for public_id in (cast.wang.person.public_id, cast.zhang.person.public_id, cast.admin.person.public_id):
                assert not Person.objects.within(actor, power).filter(public_id=public_id).exists()


def test_a_cadre_sees_the_own_members_and_a_district_all_below(cast: Cast) -> None:
    assert people(cast, "cadre", Power.SEE_PEOPLE) == {"罗勤", "王小华", "李建国"}
    assert {"王小华", "李建国", "张路", "赵远", "罗勤", "郑惠"} <= people(cast, "admin", Power.SEE_PEOPLE)
    assert people(cast, "teacher", Power.SEE_PEOPLE) == set()
    assert people(cast, "wang", Power.SEE_PEOPLE) == set()
    assert not Person.objects.within(cast.visitor, Power.SEE_PEOPLE).exists()


def test_an_empty_scope_means_nothing(cast: Cast) -> None:
    """A teacher has powers to handle and see their own, and no scope for finding or figures."""
    assert Scope.FIND not in ROLES[RoleName.TEACHER].reach
    for power in (Power.FIND_PEOPLE, Power.READ_FIGURES, Power.SEE_PEOPLE):
        assert cast.teacher.actor.roots(power).empty
        assert not cast.teacher.actor.roots(power).own


def test_reasons_say_which_post_from_where(cast: Cast) -> None:
    (reason,) = reasons(cast.admin.actor, Power.SEE_PEOPLE, cast.factory)
    assert (reason.post.role, reason.post.union_id, reason.reach, reason.root_id, reason.agreement_id) == (
        RoleName.FEDERATION_ADMIN,
        cast.yongchuan.pk,
        Reach.BELOW,
        cast.yongchuan.pk,
        None,
    )
    assert reasons(cast.admin.actor, Power.SEE_PEOPLE, cast.jiangjin) == []


def test_two_posts_are_two_reasons(cast: Cast) -> None:
    appointments.appoint(
        person=cast.admin.person,
        role=RoleName.CADRE,
        union=cast.factory,
        starts=TODAY,
        ends=TODAY + timedelta(days=30),
        by=HOUSE,
        at=NOW,
    )
    found = reasons(cast.admin.actor, Power.SEE_PEOPLE, cast.factory)
    assert {reason.post.role for reason in found} == {RoleName.FEDERATION_ADMIN, RoleName.CADRE}


def test_reach_follows_the_tree_of_the_day(cast: Cast) -> None:
    tree.move(union=cast.zhongshan, parent=cast.jiangjin, on=TODAY, by=HOUSE, at=NOW)
    assert not may(cast.admin.actor, Power.SEE_PEOPLE, cast.factory)
    assert may(cast.admin.on(TODAY - timedelta(days=1)), Power.SEE_PEOPLE, cast.factory)
    assert may(cast.sibling_officer.actor, Power.SEE_PEOPLE, cast.factory)


def test_reasons_take_one_query_at_most(cast: Cast) -> None:
    actor = cast.admin.actor
    with CaptureQueriesContext(connection) as seen:
        reasons(actor, Power.SEE_PEOPLE, cast.factory.pk)
    assert len(seen) == 1


def test_require_names_the_power_in_words(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        require(cast.cadre.actor, Power.APPOINT, cast.factory)
    assert str(refused.value) == "您的岗位不能在这个工会办理“任命岗位”，请联系上级管理员。"


# ---- agreements ---------------------------------------------------------------------------------------------------


def agreed(cast: Cast, *, ends: date | None = None, power: str = Power.SEE_PEOPLE, below: bool = False) -> object:
    """锦江 opens its own rows (or its tree) to 永川 for one power; nobody has signed yet."""
    offer = Offer(giver=cast.jinjiang, taker=cast.yongchuan, scope=Power(power).scope, power=power, below=below)
    return agreements.propose(
        keeper=cast.yongchuan,
        name="锦江永川职工互助协议",
        parties=[cast.jinjiang],
        offers=[offer],
        starts=TODAY,
        ends=ends,
        by=cast.admin.actor,
        at=NOW,
    )


def signed(cast: Cast, agreement: object, *who: str) -> None:
    for name in who:
        union = cast.yongchuan if name == "admin" else cast.jinjiang
        agreements.sign(agreement=agreement, union=union, by=getattr(cast, name).actor, at=NOW)  # type: ignore[arg-type]


def test_a_grant_opens_nothing_until_giver_and_taker_have_signed(cast: Cast) -> None:
    agreement = agreed(cast)
    assert not may(cast.officer.actor, Power.SEE_PEOPLE, cast.jinjiang)
    signed(cast, agreement, "admin")
    assert not may(cast.officer.actor, Power.SEE_PEOPLE, cast.jinjiang)
    signed(cast, agreement, "jinjiang_admin")
    assert may(cast.officer.actor, Power.SEE_PEOPLE, cast.jinjiang)


def test_a_grant_opens_exactly_what_it_says(cast: Cast) -> None:
    signed(cast, agreed(cast), "admin", "jinjiang_admin")
    (reason,) = reasons(cast.officer.actor, Power.SEE_PEOPLE, cast.jinjiang)
    assert (reason.post.role, reason.root_id) == (RoleName.PROGRAMME_OFFICER, cast.jinjiang.pk)
    assert reason.agreement_id is not None
    assert "成蓉" in people(cast, "officer", Power.SEE_PEOPLE)  # of 锦江 itself
    assert "林蓉" not in people(cast, "officer", Power.SEE_PEOPLE)  # of the shop below it
    assert "成蓉" not in people(cast, "officer", Power.FIND_PEOPLE)
    for power in set(Power) - {Power.SEE_PEOPLE}:
        assert not may(cast.officer.actor, power, cast.jinjiang), power
    for union in (cast.jinjiang_shop, cast.chengdu, cast.sichuan):
        assert not may(cast.officer.actor, Power.SEE_PEOPLE, union)
    assert not may(cast.jinjiang_admin.actor, Power.SEE_PEOPLE, cast.yongchuan)
    assert not may(cast.cadre.actor, Power.SEE_PEOPLE, cast.jinjiang)
    assert not may(cast.sibling_officer.actor, Power.SEE_PEOPLE, cast.jinjiang)


def test_a_grant_with_all_below_reaches_the_givers_tree(cast: Cast) -> None:
    signed(cast, agreed(cast, below=True), "admin", "jinjiang_admin")
    assert "林蓉" in people(cast, "officer", Power.SEE_PEOPLE)
    assert not may(cast.officer.actor, Power.SEE_PEOPLE, cast.chengdu)


def test_a_grant_ends_on_the_day_on_which_its_agreement_ends(cast: Cast) -> None:
    end = TODAY + timedelta(days=30)
    signed(cast, agreed(cast, ends=end), "admin", "jinjiang_admin")
    assert may(cast.officer.on(end - timedelta(days=1)), Power.SEE_PEOPLE, cast.jinjiang)
    assert not may(cast.officer.on(end), Power.SEE_PEOPLE, cast.jinjiang)
    assert not may(cast.officer.on(TODAY - timedelta(days=1)), Power.SEE_PEOPLE, cast.jinjiang)


def test_either_party_ends_an_agreement_at_once(cast: Cast) -> None:
    agreement = agreed(cast)
    signed(cast, agreement, "admin", "jinjiang_admin")
    agreements.end_early(agreement=agreement, union=cast.jinjiang, by=cast.jinjiang_admin.actor, at=NOW)  # type: ignore[arg-type]
    assert not may(cast.officer.actor, Power.SEE_PEOPLE, cast.jinjiang)


@pytest.mark.parametrize("power", sorted(set(Power) - GRANTABLE))
def test_no_agreement_opens_what_stays_at_home(cast: Cast, power: str) -> None:
    signed(cast, agreed(cast, power=power), "admin", "jinjiang_admin")
    assert not may(cast.admin.actor, Power(power), cast.jinjiang)


def test_nobody_signs_for_the_other_side(cast: Cast) -> None:
    agreement = agreed(cast)
    with pytest.raises(Refused) as refused:
        agreements.sign(agreement=agreement, union=cast.jinjiang, by=cast.admin.actor, at=NOW)  # type: ignore[arg-type]
    assert refused.value.code == "no-power"
