"""Columns: guessed, corrected by the cadre, remembered for the union's next list with the same headers."""

import pytest
from tests.cast import NOW, Cast
from tests.factories.rosters import counts, house, number, phone, row, uploaded

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports
from tongxin.people.models import HeaderChoice, ImportBatch, Person
from tongxin.people.states import BatchState

pytestmark = pytest.mark.django_db
HEADERS = ("姓名", "身份证号", "手机号", "班组", "籍贯")
GUESSED = {"A": "name", "B": "id_number", "C": "phone", "D": "", "E": ""}


def listed(cast: Cast, headers: tuple[str, ...] = HEADERS) -> ImportBatch:
    return uploaded(
        cast.factory, row("新人甲", number(1), phone(1), "一车间", "永川"), by=cast.cadre.actor, headers=headers
    )


def mapped(batch: ImportBatch, cast: Cast, **more: str) -> ImportBatch:
    return imports.map_columns(batch=batch, fields=GUESSED | more, by=cast.cadre.actor, at=NOW)


def fields(batch: ImportBatch) -> list[str | None]:
    batch.refresh_from_db()
    return [field for _, _, field in batch.columns]


def test_corrected_column_is_read_and_remembered_for_the_next_list(cast: Cast) -> None:
    batch = listed(cast)
    assert fields(batch) == ["name", "id_number", "phone", None, None]
    batch = mapped(batch, cast, D="employer")
    assert (batch.state, fields(batch)[3], counts(batch)) == (BatchState.READY, "employer", (1, 0, 0, 0, 0))
    imports.commit(batch=batch, by=cast.cadre.actor, at=NOW)
    assert Person.objects.get(name="新人甲").employer == "一车间"
    assert fields(listed(cast, ("籍贯", *HEADERS[1:3], "班 组", "姓名")))[3] == "employer"
    assert list(HeaderChoice.objects.values_list("header", "field")) == [("班组", "employer")]


def test_column_that_was_guessed_wrongly_is_left_out_and_stays_out(cast: Cast) -> None:
    batch = mapped(listed(cast), cast, C="")
    assert fields(batch)[2] is None
    assert fields(listed(cast))[2] is None
    assert fields(mapped(listed(cast), cast))[2] == "phone"  # said otherwise again
    assert not HeaderChoice.objects.exists()


def test_other_unions_do_not_learn_from_it(cast: Cast) -> None:
    mapped(listed(cast), cast, D="employer")
    there = uploaded(
        cast.jiangjin_mill, row("新人乙", number(2), "", "二车间"), by=cast.sibling_cadre.actor, headers=HEADERS
    )
    assert fields(there)[3] is None


def test_answer_about_a_column_that_was_not_known_is_remembered(cast: Cast) -> None:
    headers = ("姓名", "号码啊", "手机号")
    batch = uploaded(cast.factory, row("新人甲", number(1), phone(1)), by=cast.cadre.actor, headers=headers)
    assert (batch.state, [one["code"] for one in batch.questions]) == (BatchState.CHOOSING, ["column-missing"])
    batch = imports.choose(batch=batch, choices={"id_number": "1"}, by=cast.cadre.actor, at=NOW)
    assert counts(batch) == (1, 0, 0, 0, 0)
    again = uploaded(cast.factory, row("新人甲", number(1), phone(1)), by=cast.cadre.actor, headers=headers)
    assert (again.state, again.questions) == (BatchState.READY, [])


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ({"D": "name"}, "field-twice", "“姓名”选了不止一列，请只留一列。"),
        ({"B": ""}, "field-missing", "还没有选哪一列是“证件号码”，这一列必须有。"),
        ({"A": "", "B": ""}, "field-missing", "还没有选哪一列是“姓名”“证件号码”，这一列必须有。"),
        ({"D": "salary"}, "field-unknown", "没有这一项，请刷新后再选。"),
    ],
)
def test_mapping_that_cannot_be_is_refused_and_changes_nothing(
    cast: Cast, more: dict[str, str], code: str, words: str
) -> None:
    batch = listed(cast)
    with pytest.raises(Refused) as refusal:
        mapped(batch, cast, **more)
    assert (refusal.value.code, str(refusal.value)) == (code, words)
    assert (fields(batch)[3], batch.state, HeaderChoice.objects.count()) == (None, BatchState.READY, 0)


def test_imported_list_is_not_mapped_again_nor_by_others(cast: Cast) -> None:
    batch = listed(cast)
    with pytest.raises(Refused) as refusal:
        imports.map_columns(batch=batch, fields=GUESSED, by=cast.sibling_cadre.actor, at=NOW)
    assert refusal.value.code == "no-power"
    imports.commit(batch=batch, by=house(), at=NOW)
    with pytest.raises(Refused) as refusal:
        mapped(batch, cast)
    assert refusal.value.code == "wrong-state"
