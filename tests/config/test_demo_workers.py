"""Synthetic workers: valid in form, nobody in fact."""

import pytest

from config.demo.workers import AT_MOST, GIG_GROUPS, worker
from tongxin.kernel import id_numbers, phones

SOME = [worker(i) for i in range(20_000)]


def test_worker_of_a_number_is_always_the_same() -> None:
    assert worker(4711) == worker(4711)
    assert worker(0)._replace(employer=None) == (
        "涂云洁",
        "2",
        worker(0).born,
        "99000019620101000X",
        "+8615400000000",
        None,
        None,
        5820,
    )


def test_worker_id_numbers_are_right_in_form_and_of_no_place() -> None:
    for person in SOME[:2000]:
        assert id_numbers.canonical(person.id_number) == person.id_number
        assert id_numbers.birth_date(person.id_number) == person.born
        assert id_numbers.sex(person.id_number) == {"1": "male", "2": "female"}[person.sex]
        assert person.id_number.startswith("990000")


def test_worker_numbers_are_nobody_elses() -> None:
    assert len({person.id_number for person in SOME}) == len(SOME)
    assert len({person.phone for person in SOME}) == len(SOME)
    far = [worker(i) for i in range(AT_MOST - 20_000, AT_MOST)]
    assert {person.id_number for person in SOME}.isdisjoint(person.id_number for person in far)
    assert len({person.id_number for person in far}) == len(far)


def test_worker_phones_are_of_a_range_that_no_operator_has() -> None:
    for person in SOME[:2000]:
        assert phones.canonical_mobile(person.phone) == person.phone
        assert person.phone.startswith("+86154")


def test_gig_workers_have_a_group_and_no_employer() -> None:
    gig = [person for person in SOME if person.gig_group]
    assert {person.gig_group for person in gig} == set(GIG_GROUPS)
    assert {person.employer for person in gig} == {None}
    assert 0.14 < len(gig) / len(SOME) < 0.18
    assert all("示例" in (person.employer or "") for person in SOME if not person.gig_group)


def test_hints_are_spread_evenly() -> None:
    low = sum(person.union_hint < 5000 for person in SOME)
    assert 0.48 < low / len(SOME) < 0.52


@pytest.mark.parametrize("i", [-1, AT_MOST])
def test_worker_beyond_the_numbers_is_an_error(i: int) -> None:
    with pytest.raises(ValueError, match=str(i)):
        worker(i)
