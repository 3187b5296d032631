"""A number comes, goes and moves: by its owner, at a window, and to a stranger to whom an operator gave it again."""

from datetime import timedelta

import pytest
from tests.cast import NOW, TODAY, Cast, a_phone, account, an_id
from tests.factories.likenesses import again

from tongxin.kernel.refused import Refused
from tongxin.people.actions import phone_changes, sign_in
from tongxin.people.authority import actor_of
from tongxin.people.models import Account, Person, PhoneChange, Verification
from tongxin.records.models import OutboxRow

LONG = NOW + timedelta(days=181)


def code(phone: str, at=NOW) -> tuple[str, str]:
    made, digits = sign_in.issue_code(phone=phone, network="10.0.0.1", at=at)
    return made.public_id, digits


def signed_in(phone: str, at=NOW) -> Account:
    handle, digits = code(phone, at)
    return sign_in.account_by_code(handle=handle, digits=digits, network="10.0.0.1", at=at)


def with_phone(cast: Cast) -> tuple[Account, str]:
    """王小华's account, with the phone of the record."""
    phone = cast.wang.person.phone_text()
    fresh = signed_in(phone)
    Account.objects.filter(pk=fresh.pk).delete()
    Account.objects.filter(pk=cast.wang.account.pk).update(
        phone=fresh.phone, phone_digest=fresh.phone_digest, phone_verified_at=NOW
    )
    return Account.objects.get(pk=cast.wang.account.pk), phone


def change(account: Account, **values: object) -> Account:
    return phone_changes.change_own(account=account, network="10.0.0.1", at=LATER, **values)


LATER = NOW + timedelta(minutes=3)


def code_of(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def test_the_owner_changes_it_with_a_code_to_each_number(cast: Cast) -> None:
    mine, old = with_phone(cast)
    new = a_phone()
    changed = change(mine, new=code(new, LATER), old=code(old, LATER))
    assert (changed.phone.open() if hasattr(changed.phone, "open") else changed.phone) == f"+86{new}"
    assert changed.sessions_ended == 1
    assert Person.objects.get(pk=cast.wang.person.pk).phone_text() == f"+86{new}"
    assert PhoneChange.objects.get().how == "own"
    assert OutboxRow.objects.filter(kind="phone.changed-own", person=cast.wang.person.pk).count() == 1
    assert signed_in(new, NOW + timedelta(minutes=9)).pk == mine.pk


def test_one_wrong_code_changes_nothing_and_leaves_the_other_good(cast: Cast) -> None:
    mine, old = with_phone(cast)
    new, proof = code(a_phone(), LATER), code(old, LATER)
    wrong = (proof[0], "000000" if proof[1] != "000000" else "111111")
    assert code_of(lambda: change(mine, new=new, old=wrong)) == "code-wrong"
    assert code_of(lambda: change(mine, new=new, old=None)) == "old-code-needed"
    assert PhoneChange.objects.count() == 0
    assert change(mine, new=new, old=proof).pk == mine.pk


def test_a_number_of_another_record_is_refused_and_that_of_an_empty_account_is_freed(cast: Cast) -> None:
    mine, old = with_phone(cast)
    taken = a_phone()
    empty = signed_in(taken)
    assert change(mine, new=code(taken, LATER), old=code(old, LATER)).pk == mine.pk
    assert Account.objects.get(pk=empty.pk).phone is None
    other = a_phone()
    Account.objects.filter(pk=signed_in(other).pk).update(person=cast.li.person)
    back = code(taken, NOW + timedelta(minutes=8))
    last = code(other, NOW + timedelta(minutes=8))
    assert (
        code_of(
            lambda: phone_changes.change_own(
                account=mine, new=last, old=back, network="n", at=NOW + timedelta(minutes=8)
            )
        )
        == "phone-taken"
    )


def test_staff_without_a_phone_gain_one(cast: Cast) -> None:
    new = a_phone()
    changed = change(cast.officer.account, new=code(new, LATER), old=None)
    assert signed_in(new, NOW + timedelta(minutes=9)).pk == changed.pk == cast.officer.account.pk


def at_window(cast: Cast, person: Person, phone: str, **values: object) -> Account:
    asked = {
        "person": person, "name": person.name, "kind": "resident_id", "number": person.document_text(),
        "new": code(phone), "network": "10.0.0.1", "by": cast.clerk.actor, "at": NOW, **values,
    }  # fmt: skip
    return phone_changes.change_at_window(**asked)


def test_a_window_gives_the_record_back_with_a_trace_and_ends_the_old_sessions(cast: Cast) -> None:
    mine, old = with_phone(cast)
    new = a_phone()
    changed = at_window(cast, cast.wang.person, new)
    assert (changed.pk, changed.sessions_ended) == (mine.pk, 1)
    trace = PhoneChange.objects.get()
    assert (trace.how, trace.by_account, trace.union_id) == ("window", cast.clerk.account.pk, cast.factory.pk)
    assert Verification.objects.get(passed=True).level == 3
    assert OutboxRow.objects.filter(kind="phone.changed-window", person=cast.wang.person.pk).count() == 1
    assert signed_in(old, LATER).person_id is None


def test_a_window_opens_an_account_for_who_had_none(cast: Cast) -> None:
    opened = at_window(cast, cast.li.person, a_phone())
    assert (opened.person_id, Person.objects.get(pk=cast.li.person.pk).phone_text()[:3]) == (cast.li.person.pk, "+86")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"name": "别人"}, "paper-differs"),
        ({"number": an_id()}, "paper-differs"),
        ({"new": ("nothing", "123456")}, "code-gone"),
    ],
)
def test_a_window_is_refused_without_paper_and_code(cast: Cast, change: dict[str, object], refusal: str) -> None:
    assert code_of(lambda: at_window(cast, cast.wang.person, a_phone(), **change)) == refusal
    assert PhoneChange.objects.count() == 0


def test_a_window_changes_no_phone_of_who_has_a_post_nor_out_of_reach(cast: Cast) -> None:
    assert code_of(lambda: at_window(cast, cast.cadre.person, a_phone())) == "person-has-post"
    assert code_of(lambda: at_window(cast, cast.gao.person, a_phone())) == "no-power"
    assert code_of(lambda: at_window(cast, cast.wang.person, a_phone(), by=cast.officer.actor)) == "no-power"


# ---- numbers that an operator gave again --------------------------------------------------------------------------


def test_a_phone_long_unused_does_not_prove_its_owner(cast: Cast) -> None:
    mine, phone = with_phone(cast)
    assert not sign_in.owner_unsure(signed_in(phone, NOW + timedelta(days=180)), NOW + timedelta(days=180))
    Account.objects.filter(pk=mine.pk).update(phone_verified_at=NOW)
    found = signed_in(phone, LONG)
    assert sign_in.owner_unsure(found, LONG)
    assert sign_in.owner_unsure(signed_in(phone, LONG + timedelta(minutes=2)), LONG)


def test_name_and_last_four_prove_the_owner(cast: Cast) -> None:
    mine, phone = with_phone(cast)
    found = signed_in(phone, LONG)
    last = cast.wang.person.document_text()[-4:]
    assert (
        code_of(lambda: phone_changes.prove_owner(account=found, name="李四", last=last, at=LONG)) == "owner-not-proven"
    )
    assert (
        code_of(lambda: phone_changes.prove_owner(account=found, name="王小华", last="", at=LONG)) == "owner-not-proven"
    )
    proven = phone_changes.prove_owner(account=found, name="王小华", last=last.lower(), at=LONG)
    assert (proven.pk, sign_in.owner_unsure(proven, LONG)) == (mine.pk, False)


def test_guessing_the_owner_ends_after_five(cast: Cast) -> None:
    _mine, phone = with_phone(cast)
    found = signed_in(phone, LONG)
    for _ in range(5):
        code_of(lambda: phone_changes.prove_owner(account=found, name="李四", last="0000", at=LONG))
    last = cast.wang.person.document_text()[-4:]
    assert code_of(lambda: phone_changes.prove_owner(account=found, name="王小华", last=last, at=LONG)) == "too-often"


def test_the_new_holder_starts_fresh_and_neither_sees_the_other(cast: Cast) -> None:
    mine, phone = with_phone(cast)
    fresh = phone_changes.release(account=signed_in(phone, LONG), at=LONG)
    old = Account.objects.get(pk=mine.pk)
    assert (fresh.person_id, fresh.pk == mine.pk) == (None, False)
    assert (old.person_id, old.phone, old.sessions_ended) == (cast.wang.person.pk, None, 1)
    assert Person.objects.get(pk=cast.wang.person.pk).phone is None
    assert signed_in(phone, LONG + timedelta(minutes=2)).pk == fresh.pk
    assert actor_of(Account.objects.get(pk=fresh.pk), TODAY).person_id is None
    assert code_of(lambda: phone_changes.release(account=old, at=LONG)) == "phone-gone"
    trace = PhoneChange.objects.get()
    assert (trace.how, trace.person_id, trace.new_digest) == ("released", cast.wang.person.pk, None)


def test_two_records_one_phone_a_second_account_cannot_take_it(cast: Cast) -> None:
    """Joining with someone else's phone: the number opens one account only."""
    one = again(cast.factory, "周海", phone="19944440000")
    first = signed_in("19944440000")
    Account.objects.filter(pk=first.pk).update(person=one.person)
    second = account("second", again(cast.factory, "周河").person)
    assert code_of(lambda: change(second, new=code("19944440000", LATER), old=None)) == "phone-taken"
