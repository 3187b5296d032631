"""工作账号: opened, reset, stopped, and by whom not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from tests.cast import HOUSE, NOW, PASSWORD, TODAY, Cast, Player, a_phone, an_id, member_of_staff, worker

from tongxin.kernel import one_time_codes
from tongxin.kernel.refused import Refused
from tongxin.notices.actions import messages
from tongxin.notices.catalogue import fill
from tongxin.notices.models import Message
from tongxin.people.actions import appointments, second_factor, sign_in, staff_accounts
from tongxin.people.models import Account, Appointment, FactorStep, Membership, Person
from tongxin.people.roles import RoleName
from tongxin.records.models import JournalEntry
from tongxin.store.keys import ring

LATER = NOW + timedelta(days=1)


@pytest.fixture
def hired(cast: Cast) -> Person:
    """周新, officer at 永川, whom nobody has given an account yet."""
    player = worker(cast.factory, "周新")
    appoint(player.person, RoleName.PROGRAMME_OFFICER, cast.yongchuan)
    return player.person


def appoint(person: Person, role: RoleName, union: object, days: int = 365) -> Appointment:
    return appointments.appoint(
        person=person, role=role, union=union, starts=TODAY, ends=TODAY + timedelta(days=days), by=HOUSE, at=NOW
    )


def opened(person: Person, cast: Cast, login: str = "zhouxin") -> str:
    return staff_accounts.open_account(person=person, login=login, by=cast.admin.actor, at=NOW)


def signed_in(login: str, password: str, at: object = NOW) -> Account:
    return sign_in.account_by_password(login=login, password=password, network="test", at=at)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def with_factor(account: Account) -> None:
    secret = one_time_codes.new_secret()
    second_factor.enrol(
        account=account, secret=secret, code=one_time_codes.code_at(secret, one_time_codes.step_at(NOW)), at=NOW
    )


def test_open_account_gives_a_password_that_signs_in(cast: Cast, hired: Person) -> None:
    password = opened(hired, cast, " ZhouXin ")
    account = signed_in("zhouxin", password)
    assert (account.login, account.person_id) == ("zhouxin", hired.pk)
    assert account.one_time_until == NOW + timedelta(days=7)
    assert password not in account.password
    assert [len(group) for group in password.split("-")] == [4, 4, 4]


def test_one_time_password_ends_after_seven_days(cast: Cast, hired: Person) -> None:
    password = opened(hired, cast)
    assert signed_in("zhouxin", password, NOW + timedelta(days=7, seconds=-1)).login == "zhouxin"
    assert refused(lambda: signed_in("zhouxin", password, NOW + timedelta(days=7))) == "password-expired"
    assert refused(lambda: signed_in("zhouxin", "wrong", NOW + timedelta(days=7))) == "password-wrong"


def test_own_password_has_no_end(cast: Cast, hired: Person) -> None:
    password = opened(hired, cast)
    account = Account.objects.get(person=hired)
    assert (
        refused(lambda: sign_in.change_password(account=account, old=password, new=password, at=NOW)) == "password-same"
    )
    sign_in.change_password(account=account, old=password, new=PASSWORD, at=NOW)
    assert signed_in("zhouxin", PASSWORD, NOW + timedelta(days=400)).one_time_until is None


def test_expired_one_time_password_cannot_be_changed(cast: Cast, hired: Person) -> None:
    password = opened(hired, cast)
    account = Account.objects.get(person=hired)
    late = NOW + timedelta(days=8)
    assert (
        refused(lambda: sign_in.change_password(account=account, old=password, new=PASSWORD, at=late))
        == "password-expired"
    )


def test_phone_account_of_the_person_gains_login_and_password(cast: Cast, hired: Person) -> None:
    phone = f"+86{a_phone()}"
    mine = Account.objects.create(
        login="p-1",
        person=hired,
        phone=phone,
        phone_digest=ring().digest(phone, purpose="account.phone"),
        password="!x",
    )
    before = mine.get_session_auth_hash()
    opened(hired, cast)
    account = Account.objects.get(person=hired)
    assert (account.pk, account.login, account.phone.open()) == (mine.pk, "zhouxin", phone)
    assert account.get_session_auth_hash() != before  # sessions that a phone opened end once


def test_open_account_needs_a_post(cast: Cast) -> None:
    assert refused(lambda: opened(cast.li.person, cast)) == "person-no-post"


def test_open_account_serves_a_post_to_come(cast: Cast) -> None:
    appointments.appoint(
        person=cast.li.person,
        role=RoleName.CADRE,
        union=cast.factory,
        starts=TODAY + timedelta(days=5),
        ends=TODAY + timedelta(days=50),
        by=HOUSE,
        at=NOW,
    )
    assert signed_in("liguo", opened(cast.li.person, cast, "liguo")).person_id == cast.li.person.pk


@pytest.mark.parametrize("login", ["", "ab", "2zhou", "周新", "zhou xin", "zhou@xin", "-zhou", "z" * 41])
def test_open_account_refuses_a_login_that_cannot_be_typed(cast: Cast, hired: Person, login: str) -> None:
    assert refused(lambda: opened(hired, cast, login)) == "login-form"


def test_open_account_refuses_a_taken_login_in_any_case(cast: Cast, hired: Person) -> None:
    assert refused(lambda: opened(hired, cast, "ZhengHui")) == "login-taken"
    assert not Account.objects.filter(person=hired).exists()


def test_open_account_refuses_who_has_one(cast: Cast) -> None:
    assert refused(lambda: opened(cast.officer.person, cast)) == "account-there"


def test_open_account_refuses_a_stopped_phone_account(cast: Cast, hired: Person) -> None:
    Account.objects.create(login="p-1", person=hired, password="!x", is_active=False)
    assert refused(lambda: opened(hired, cast)) == "account-stopped"


@pytest.mark.parametrize("who", ["officer", "cadre", "auditor", "sibling_officer", "jinjiang_admin", "wang"])
def test_open_account_is_refused_without_power_there(cast: Cast, hired: Person, who: str) -> None:
    player: Player = getattr(cast, who)
    assert (
        refused(lambda: staff_accounts.open_account(person=hired, login="zhouxin", by=player.actor, at=NOW))
        == "no-power"
    )
    assert not Account.objects.filter(person=hired).exists()


def test_open_account_is_refused_where_one_post_lies_elsewhere(cast: Cast, hired: Person) -> None:
    appoint(hired, RoleName.CADRE, cast.jiangjin_mill)
    assert refused(lambda: opened(hired, cast)) == "post-elsewhere"
    assert staff_accounts.open_account(person=hired, login="zhouxin", by=cast.chief.actor, at=NOW)


def test_post_that_has_ended_elsewhere_does_not_stand_in_the_way(cast: Cast, hired: Person) -> None:
    ended = appoint(hired, RoleName.CADRE, cast.jiangjin_mill)
    appointments.end_appointment(appointment=ended, on=TODAY, by=HOUSE, at=NOW)
    assert opened(hired, cast)


def test_operators_account_is_for_the_installation_alone(cast: Cast, hired: Person) -> None:
    appoint(hired, RoleName.OPERATOR, cast.yongchuan)
    assert refused(lambda: opened(hired, cast)) == "role-not-yours"
    assert staff_accounts.open_account(person=hired, login="zhouxin", by=HOUSE, at=NOW)


DEEDS = [
    staff_accounts.reset_password,
    staff_accounts.reset_factor,
    staff_accounts.deactivate,
    staff_accounts.reactivate,
]


@pytest.mark.parametrize("deed", DEEDS)
def test_nobody_governs_their_own_account(cast: Cast, deed: Callable[..., object]) -> None:
    assert refused(lambda: deed(account=cast.admin.account, by=cast.admin.actor, at=NOW)) == "account-self"


@pytest.mark.parametrize("deed", DEEDS)
def test_nobody_governs_upwards_or_sideways(cast: Cast, deed: Callable[..., object]) -> None:
    assert refused(lambda: deed(account=cast.chief.account, by=cast.admin.actor, at=NOW)) == "no-power"
    assert refused(lambda: deed(account=cast.sibling_officer.account, by=cast.admin.actor, at=NOW)) == "no-power"


@pytest.mark.parametrize("deed", DEEDS)
def test_account_of_a_worker_is_not_governed(cast: Cast, deed: Callable[..., object]) -> None:
    mine = Account.objects.create(login="p-2", person=cast.li.person, password="!x")
    assert refused(lambda: deed(account=mine, by=cast.admin.actor, at=NOW)) == "no-staff-account"
    assert refused(lambda: deed(account=cast.newcomer, by=cast.admin.actor, at=NOW)) == "no-staff-account"


def test_colleague_of_the_same_level_may_reset(cast: Cast) -> None:
    other = member_of_staff(cast.yongchuan, RoleName.FEDERATION_ADMIN, "秦岭", login="qinling")
    assert staff_accounts.reset_password(account=cast.admin.account, by=other.actor, at=NOW)


def test_reset_password_ends_the_old_one_and_all_sessions(cast: Cast) -> None:
    before = cast.officer.account.get_session_auth_hash()
    password = staff_accounts.reset_password(account=cast.officer.account, by=cast.admin.actor, at=NOW)
    assert refused(lambda: signed_in("zhenghui", PASSWORD)) == "password-wrong"
    account = signed_in("zhenghui", password)
    assert account.get_session_auth_hash() != before
    assert account.one_time_until == NOW + timedelta(days=7)


def test_reset_password_leaves_the_factor(cast: Cast) -> None:
    with_factor(cast.officer.account)
    staff_accounts.reset_password(account=cast.officer.account, by=cast.admin.actor, at=NOW)
    assert second_factor.has_factor(cast.officer.account) is True


def test_reset_factor_forgets_codes_and_ends_sessions(cast: Cast) -> None:
    with_factor(cast.officer.account)
    before = cast.officer.account.get_session_auth_hash()
    account = staff_accounts.reset_factor(account=cast.officer.account, by=cast.admin.actor, at=NOW)
    assert Authenticator.objects.filter(user=account).count() == 0
    assert FactorStep.objects.filter(account=account).count() == 0
    assert account.get_session_auth_hash() != before
    assert signed_in("zhenghui", PASSWORD).pk == account.pk  # the password stays
    with_factor(account)  # and a new factor can be set up


def test_reset_factor_without_one_is_refused(cast: Cast) -> None:
    assert (
        refused(lambda: staff_accounts.reset_factor(account=cast.officer.account, by=cast.admin.actor, at=NOW))
        == "factor-none"
    )


def test_stopped_account_signs_in_again_only_when_resumed(cast: Cast) -> None:
    stopped = staff_accounts.deactivate(account=cast.officer.account, by=cast.admin.actor, at=NOW)
    assert refused(lambda: signed_in("zhenghui", PASSWORD)) == "password-wrong"
    before = stopped.get_session_auth_hash()
    resumed = staff_accounts.reactivate(account=stopped, by=cast.admin.actor, at=NOW)
    assert signed_in("zhenghui", PASSWORD).pk == resumed.pk
    assert resumed.get_session_auth_hash() != before


def test_second_stop_changes_nothing(cast: Cast) -> None:
    for _ in range(2):
        staff_accounts.deactivate(account=cast.officer.account, by=cast.admin.actor, at=NOW)
    assert JournalEntry.objects.filter(verb="account.stopped").count() == 1


def test_account_is_resumed_but_not_reset_once_the_post_has_ended(cast: Cast) -> None:
    staff_accounts.deactivate(account=cast.officer.account, by=cast.admin.actor, at=NOW)
    post = Appointment.objects.get(person=cast.officer.person)
    appointments.end_appointment(appointment=post, on=TODAY, by=HOUSE, at=NOW)
    deed = {"account": cast.officer.account, "by": cast.admin.actor, "at": LATER}
    assert refused(lambda: staff_accounts.reset_password(**deed)) == "person-no-post"
    assert refused(lambda: staff_accounts.deactivate(**deed)) == "person-no-post"
    assert staff_accounts.reactivate(**deed).is_active is True


def test_every_deed_is_journalled_and_told(cast: Cast, hired: Person) -> None:
    opened(hired, cast)
    account = Account.objects.get(person=hired)
    with_factor(account)
    for deed in DEEDS:
        deed(account=account, by=cast.admin.actor, at=NOW)
    verbs = [
        "account.staff-opened",
        "account.password-reset",
        "account.factor-reset",
        "account.stopped",
        "account.resumed",
    ]
    rows = JournalEntry.objects.filter(verb__in=verbs).order_by("pk")
    assert [(row.verb, row.account, row.union, row.data) for row in rows] == [
        (verb, cast.admin.account.pk, cast.yongchuan.pk, {}) for verb in verbs
    ]
    messages.deliver(at=NOW)
    told = Message.objects.filter(person=hired, kind__startswith="account.").order_by("pk")
    assert [one.kind for one in told] == verbs
    assert all("周永" in fill(one.kind, one.data).body for one in told)


def test_take_on_makes_person_post_and_account(cast: Cast) -> None:
    document = an_id()
    password = staff_accounts.take_on(
        union=cast.jiangjin,
        name="邹江",
        login="zoujiang",
        role=RoleName.FEDERATION_ADMIN,
        document=document,
        phone=a_phone(),
        ends=TODAY + timedelta(days=365),
        by=HOUSE,
        at=NOW,
    )
    account = signed_in("zoujiang", password)
    assert account.person.name == "邹江"
    assert Membership.objects.get(person=account.person).union_id == cast.jiangjin.pk
    post = Appointment.objects.get(person=account.person)
    assert (post.role, post.union_id, post.appointed_by) == ("federation_admin", cast.jiangjin.pk, None)


def test_take_on_finds_the_person_by_document_and_keeps_the_post(cast: Cast) -> None:
    before = Person.objects.count()
    staff_accounts.take_on(
        union=cast.jiangjin,
        name="李建国",
        login="lijianguo",
        role=RoleName.CADRE,
        by=HOUSE,
        at=NOW,
        document=cast.li.person.document_text(),
        ends=TODAY + timedelta(days=30),
    )
    assert Person.objects.count() == before
    assert Account.objects.get(login="lijianguo").person_id == cast.li.person.pk


def test_take_on_refuses_a_document_of_someone_else(cast: Cast) -> None:
    assert (
        refused(
            lambda: staff_accounts.take_on(
                union=cast.jiangjin,
                name="李建军",
                login="lijianjun",
                role=RoleName.CADRE,
                by=HOUSE,
                at=NOW,
                document=cast.li.person.document_text(),
                ends=TODAY + timedelta(days=30),
            )
        )
        == "name-differs"
    )


def test_take_on_leaves_nothing_behind_when_the_login_is_taken(cast: Cast) -> None:
    before = (Person.objects.count(), Appointment.objects.count(), JournalEntry.objects.count())
    assert (
        refused(
            lambda: staff_accounts.take_on(
                union=cast.jiangjin,
                name="邹江",
                login="zhenghui",
                role=RoleName.CADRE,
                by=HOUSE,
                at=NOW,
                ends=TODAY + timedelta(days=30),
            )
        )
        == "login-taken"
    )
    assert (Person.objects.count(), Appointment.objects.count(), JournalEntry.objects.count()) == before
