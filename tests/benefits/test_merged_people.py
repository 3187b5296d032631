"""Two records of one person are one person to a year's limit, before the merge moves their rows and after."""

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.likenesses import twice
from tests.factories.racing import side_by_side
from tests.factories.schemes import YEAR_TICKET, a_scheme, a_voucher, claim

from tongxin.benefits.actions import vouchers
from tongxin.benefits.actions.vouchers import Given
from tongxin.benefits.models import Voucher
from tongxin.benefits.states import VoucherState
from tongxin.kernel.refused import Refused
from tongxin.people.actions import merging
from tongxin.people.actions.merging import Choice
from tongxin.people.models import Merge

pytestmark = pytest.mark.django_db


def merged(cast: Cast) -> Merge:
    other, pair = twice(cast)
    stay = cast.wang.person.memberships.get(ends=None).public_id
    assert cast.wang.account is not None
    choice = Choice(kept=cast.wang.person, membership=stay, account=cast.wang.account.pk)
    a_voucher(a_scheme(cast.factory, YEAR_TICKET), other.person)
    return merging.merge(pair=pair, choice=choice, by=cast.cadre.actor, at=NOW)


def test_what_the_other_record_was_given_counts_after_the_merge(cast: Cast) -> None:
    merged(cast)
    assert Voucher.objects.get().person == cast.wang.person
    with pytest.raises(Refused, match="已经给您120元"):
        claim(a_scheme(cast.yongchuan, YEAR_TICKET), cast.wang.person)


def test_a_batch_that_names_the_record_that_is_gone_counts_for_the_one_kept(cast: Cast) -> None:
    done = merged(cast)
    scheme = a_scheme(cast.yongchuan, YEAR_TICKET)
    issued = vouchers.issue(scheme=scheme, given=[Given(done.gone_id)], by=HOUSE, at=NOW)
    assert (issued.vouchers, len(issued.withheld)) == ((), 1)
    assert Voucher.objects.get(pk=issued.withheld[0]).person == cast.wang.person


def test_unmerged_each_has_its_own_again(cast: Cast) -> None:
    done = merged(cast)
    merging.undo(merge=done, why="不是同一个人", by=cast.cadre.actor, at=NOW)
    assert Voucher.objects.get().person_id == done.gone_id
    assert a_voucher(a_scheme(cast.yongchuan, YEAR_TICKET), cast.wang.person).state == VoucherState.ISSUED


@pytest.mark.django_db(transaction=True)
def test_a_merge_and_a_claim_at_once_never_give_two(cast: Cast) -> None:
    other, pair = twice(cast)
    assert cast.wang.account is not None
    stay = cast.wang.person.memberships.get(ends=None).public_id
    choice = Choice(kept=cast.wang.person, membership=stay, account=cast.wang.account.pk)
    a_voucher(a_scheme(cast.factory, YEAR_TICKET), cast.wang.person)
    scheme = a_scheme(cast.yongchuan, YEAR_TICKET)
    given = [Given(other.person.pk)]
    answers = side_by_side(
        lambda: merging.merge(pair=pair, choice=choice, by=cast.cadre.actor, at=NOW),
        lambda: vouchers.issue(scheme=scheme, given=given, by=HOUSE, at=NOW),
    )
    assert answers == ["done", "done"]
    live = Voucher.objects.filter(person=cast.wang.person, state=VoucherState.ISSUED).count()
    left = Voucher.objects.filter(person=other.person, state=VoucherState.ISSUED).count()
    assert (live, left) in ((1, 0), (2, 0))  # 2: it was given before anybody knew that they are one
    if live == 2:
        assert Voucher.objects.filter(state=VoucherState.WITHHELD).count() == 0
