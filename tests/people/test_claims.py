"""A worker's account takes over a record with proof; nothing is merged, nobody guesses."""

from datetime import timedelta

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast, a_phone, account

from tongxin.kernel.refused import Refused
from tongxin.people.actions import appointments, claims
from tongxin.people.models import Account, ClaimCode, Person
from tongxin.people.roles import RoleName
from tongxin.records.models import JournalEntry

CODE = "claim-code-wrong"
NO = "claim-no-match"


def issue(cast: Cast) -> str:
    return claims.issue_code(person=cast.li.person, by=cast.cadre.actor, at=NOW)


def by_code(cast: Cast, code: str, *, later: timedelta = timedelta(0)) -> str:
    try:
        claims.claim_by_code(account=cast.newcomer, code=code, at=NOW + later)
    except Refused as refused:
        return refused.code
    return "ok"


def by_document(who: Account, person: Person, *, name: str = "", number: str = "") -> str:
    try:
        claims.claim_by_document(
            account=who, name=name or person.name, kind="resident_id", number=number or person.document_text(), at=NOW
        )
    except Refused as refused:
        return refused.code
    return "ok"


def owner(cast: Cast) -> Person | None:
    return Account.objects.get(pk=cast.newcomer.pk).person


def test_a_code_from_the_window_hands_the_record_over_once(cast: Cast) -> None:
    code = issue(cast)
    assert by_code(cast, code.upper().replace("-", " ")) == "ok"
    assert owner(cast) == cast.li.person
    entry = JournalEntry.objects.get(verb="person.claimed")
    assert (entry.account, entry.person, entry.data) == (cast.newcomer.pk, cast.li.person.pk, {"proof": "code"})
    other = account("other")
    with pytest.raises(Refused) as refused:
        claims.claim_by_code(account=other, code=code, at=NOW)
    assert refused.value.code == CODE


def test_a_code_is_kept_as_a_digest_and_ends(cast: Cast) -> None:
    code = issue(cast)
    assert code.replace("-", "").encode() not in bytes(ClaimCode.objects.get().digest)
    assert by_code(cast, code, later=timedelta(days=14)) == CODE
    assert by_code(cast, code, later=timedelta(days=13, hours=23)) == "ok"


def test_a_new_code_ends_the_one_before(cast: Cast) -> None:
    first = issue(cast)
    second = issue(cast)
    assert by_code(cast, first) == CODE
    assert by_code(cast, second) == "ok"


def test_a_claim_brings_the_accounts_phone_into_a_record_without_one(cast: Cast) -> None:
    cast.newcomer.phone = "+86" + a_phone()  # type: ignore[assignment]
    cast.newcomer.save()
    assert by_code(cast, issue(cast)) == "ok"
    assert Person.objects.get(pk=cast.li.person.pk).phone_text() == cast.newcomer.phone


def test_issue_is_refused_for_people_with_an_account_or_a_post(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        claims.issue_code(person=cast.wang.person, by=cast.cadre.actor, at=NOW)
    assert refused.value.code == "person-has-account"
    appointments.appoint(
        person=cast.li.person,
        role=RoleName.CADRE,
        union=cast.factory,
        starts=TODAY,
        ends=TODAY + timedelta(days=9),
        by=HOUSE,
        at=NOW,
    )
    with pytest.raises(Refused) as refused:
        issue(cast)
    assert refused.value.code == "person-has-post"


def test_issue_is_refused_outside_the_reach(cast: Cast) -> None:
    for by in (cast.sibling_cadre, cast.jinjiang_cadre, cast.teacher, cast.reader):
        with pytest.raises(Refused) as refused:
            claims.issue_code(person=cast.li.person, by=by.actor, at=NOW)
        assert refused.value.code == "no-power"


def test_name_and_full_number_are_proof(cast: Cast) -> None:
    assert by_document(cast.newcomer, cast.li.person, name=" 李建国 ") == "ok"
    assert owner(cast) == cast.li.person


def test_every_mismatch_sounds_the_same(cast: Cast) -> None:
    li, wang, zhao = cast.li.person, cast.wang.person, cast.zhao.person
    assert by_document(cast.newcomer, li, name="李建") == NO
    assert by_document(cast.newcomer, li, number=zhao.document_text()) == NO
    assert by_document(cast.newcomer, wang) == NO  # it has an account: a stranger does not learn that
    assert owner(cast) is None


def test_a_record_with_a_post_is_not_claimed_by_whoever_knows_a_number(cast: Cast) -> None:
    Account.objects.filter(pk=cast.admin.account.pk).update(person=None)  # type: ignore[union-attr]
    assert by_document(cast.newcomer, cast.admin.person) == NO


def test_an_account_with_a_record_claims_no_other(cast: Cast) -> None:
    assert cast.wang.account is not None
    assert by_document(cast.wang.account, cast.li.person) == "account-has-person"


def test_wrong_tries_are_counted_and_stop_after_five(cast: Cast) -> None:
    code = issue(cast)
    assert [by_code(cast, "22222-22222") for _ in range(5)] == [CODE] * 5
    assert by_code(cast, code) == "too-often"
    assert by_document(cast.newcomer, cast.li.person) == "too-often"
    assert by_code(cast, code, later=timedelta(hours=1, seconds=1)) == "ok"
