"""Parameters: dated, regional, exact, with their source; one value a day."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, TODAY, Cast
from tests.factories.racing import side_by_side

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.records.models import JournalEntry
from tongxin.rulebook.actions import parameters, shipped
from tongxin.rulebook.actions.parameters import Said
from tongxin.rulebook.models import Certainty, Parameter, ParameterKey, ValueType
from tongxin.rulebook.queries import parameters as ask
from tongxin.unions.models import Union

SINCE = date(2024, 1, 1)
UNKNOWN = Said(None, "查过重庆市总工会网站", certainty=Certainty.UNKNOWN)


@pytest.fixture
def limit(cast: Cast) -> ParameterKey:
    return parameters.define(key="gift_most", words="慰问上限", type=ValueType.DECIMAL, unit="元", by=HOUSE, at=NOW)


def said(value: Decimal | int | str | None, certainty: str = Certainty.SURE) -> Said:
    return Said(value, "某办法", "第八条", certainty)


def enter(
    key: ParameterKey, region: Union | None, value: Decimal | int | str, since: date = SINCE, until: date | None = None,
    by: Actor = HOUSE,
) -> Parameter:  # fmt: skip
    return parameters.enter(
        key=key, region=region, said=said(value), valid_from=since, valid_to=until, by=by, at=NOW
    )  # fmt: skip


def held(union: Union, on: date = TODAY) -> object:
    row = ask.value("gift_most", union=union, on=on)
    return row and row.value


def test_the_nearest_region_up_the_tree_wins(cast: Cast, limit: ParameterKey) -> None:
    assert held(cast.factory) is None
    enter(limit, None, Decimal(100))
    enter(limit, cast.chongqing, Decimal("200.50"))
    enter(limit, cast.yongchuan, Decimal(150))
    found = [held(union) for union in (cast.factory, cast.yongchuan, cast.jiangjin, cast.jinjiang_shop, cast.nation)]
    assert found == [Decimal(150), Decimal(150), Decimal("200.50"), Decimal(100), Decimal(100)]


def test_many_keys_are_one_question_and_none_is_no_question(cast: Cast, limit: ParameterKey) -> None:
    enter(limit, cast.yongchuan, Decimal(150))
    with CaptureQueriesContext(connection) as captured:
        ask.quoted(["gift_most"], union=cast.factory, on=TODAY)
        ask.quoted([], union=cast.factory, on=TODAY)
    assert len(captured) == 1
    found = ask.quoted(["gift_most", "no_such"], union=cast.factory, on=TODAY)
    quote = found["gift_most"]
    assert (quote.value, quote.unit, quote.document, quote.clause) == (Decimal(150), "元", "某办法", "第八条")
    before = ask.quoted(["gift_most"], union=cast.factory, on=date(2020, 1, 1))["gift_most"]
    assert (before.words, before.value) == ("慰问上限", None)
    assert (quote.certainty, quote.since, "no_such" in found, found["no_such"].value) == (
        "见过原文",
        SINCE,
        False,
        None,
    )


def test_said_to_be_unknown_hides_what_a_wider_region_says(cast: Cast, limit: ParameterKey) -> None:
    enter(limit, None, Decimal(100))
    parameters.enter(key=limit, region=cast.chongqing, said=UNKNOWN, valid_from=SINCE, by=HOUSE, at=NOW)
    row = ask.value("gift_most", union=cast.factory, on=TODAY)
    assert row is not None
    assert (row.value, row.certainty, held(cast.jinjiang)) == (None, "unknown", Decimal(100))


def test_a_change_ends_the_old_row_which_stays(cast: Cast, limit: ParameterKey) -> None:
    old = enter(limit, cast.chongqing, Decimal(200))
    changed_on = date(2024, 7, 1)
    parameters.change(
        key=limit, region=cast.chongqing, said=said(Decimal(230)), valid_from=changed_on, by=HOUSE, at=NOW
    )
    old.refresh_from_db()
    assert (old.number, old.valid_to) == (Decimal(200), changed_on)
    assert [held(cast.factory, day) for day in (date(2023, 12, 31), date(2024, 6, 30), changed_on)] == [None, 200, 230]
    assert JournalEntry.objects.filter(verb="parameter.entered").count() == 2


def test_a_change_between_two_rows_fills_what_is_left(cast: Cast, limit: ParameterKey) -> None:
    enter(limit, None, Decimal(1), date(2024, 1, 1), date(2024, 3, 1))
    enter(limit, None, Decimal(3), date(2024, 6, 1))
    middle = parameters.change(
        key=limit, region=None, said=said(Decimal(2)), valid_from=date(2024, 2, 1), by=HOUSE, at=NOW
    )
    before = parameters.change(
        key=limit, region=None, said=said(Decimal(0)), valid_from=date(2023, 1, 1), by=HOUSE, at=NOW
    )
    assert (middle.valid_to, before.valid_to) == (date(2024, 3, 1), date(2024, 1, 1))
    with pytest.raises(Refused) as refusal:
        parameters.change(key=limit, region=None, said=said(Decimal(9)), valid_from=date(2024, 2, 1), by=HOUSE, at=NOW)
    assert refusal.value.code == "parameter-same-day"


@pytest.mark.parametrize(
    ("since", "until"),
    [(SINCE, None), (date(2023, 1, 1), date(2024, 1, 2)), (date(2024, 12, 31), date(2026, 1, 1)), (date(2023, 1, 1), None)],
)  # fmt: skip
@pytest.mark.parametrize("everywhere", [True, False])
def test_overlapping_days_of_one_region_are_refused_by_the_database(
    cast: Cast, limit: ParameterKey, since: date, until: date | None, everywhere: bool
) -> None:
    region = None if everywhere else cast.chongqing
    enter(limit, region, Decimal(100), SINCE, date(2025, 1, 1))
    with pytest.raises(Refused) as refusal:
        enter(limit, region, Decimal(200), since, until)
    assert refusal.value.code == "parameter_one_a_day"
    assert "换日期" in str(refusal.value)


def test_days_that_touch_and_other_regions_do_not_overlap(cast: Cast, limit: ParameterKey) -> None:
    enter(limit, cast.chongqing, Decimal(100), SINCE, date(2025, 1, 1))
    enter(limit, cast.chongqing, Decimal(200), date(2025, 1, 1))
    enter(limit, cast.sichuan, Decimal(300))
    enter(limit, None, Decimal(400))
    assert Parameter.objects.count() == 4


@pytest.mark.parametrize(
    ("value", "certainty", "code"),
    [
        (None, Certainty.SURE, "parameter-value"),
        (Decimal(1), Certainty.UNKNOWN, "parameter-value"),
        ("两百", Certainty.SURE, "parameter-value"),
        (Decimal("0.00001"), Certainty.SURE, "parameter-value"),
        (Decimal("1e12"), Certainty.SURE, "parameter-value"),
        (Decimal("NaN"), Certainty.SURE, "parameter-value"),
    ],
)
def test_values_that_do_not_fit_are_refused(limit: ParameterKey, value: object, certainty: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        parameters.enter(
            key=limit, region=None, said=said(value, certainty), valid_from=SINCE, by=HOUSE, at=NOW,  # type: ignore[arg-type]
        )  # fmt: skip
    assert refusal.value.code == code


def test_whole_and_text_keep_their_type(cast: Cast) -> None:
    days = parameters.define(key="days", words="天数", type=ValueType.WHOLE, unit="天", by=HOUSE, at=NOW)
    share = parameters.define(key="share", words="比例", type=ValueType.TEXT, unit="", by=HOUSE, at=NOW)
    enter(days, None, 3)
    enter(share, None, "2/3")
    found = ask.rows(["days", "share"], union=cast.factory, on=TODAY)
    assert (found["days"].value, type(found["days"].value), found["share"].value) == (3, int, "2/3")
    with pytest.raises(Refused, match="整数"):
        enter(days, cast.chongqing, Decimal("1.5"))


def test_only_who_may_enters_and_only_for_their_region(cast: Cast, limit: ParameterKey) -> None:
    enter(limit, cast.yongchuan, Decimal(5), by=cast.admin.actor)
    for region, by in ((cast.chongqing, cast.admin), (None, cast.chief), (cast.yongchuan, cast.officer)):
        with pytest.raises(Refused) as refusal:
            enter(limit, region, Decimal(5), date(2020, 1, 1), date(2020, 2, 1), by=by.actor)
        assert refusal.value.code == "no-power"
    with pytest.raises(Refused, match="您的岗位不能"):
        parameters.define(key="mine", words="我的", type=ValueType.TEXT, unit="", by=cast.officer.actor, at=NOW)
    with pytest.raises(Refused, match="已经有代号"):
        parameters.define(key="gift_most", words="又一个", type=ValueType.TEXT, unit="", by=HOUSE, at=NOW)
    with pytest.raises(Refused, match="代号用英文"):
        parameters.define(key="礼 品", words="礼品", type=ValueType.TEXT, unit="", by=HOUSE, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_the_second_is_refused_in_words(cast: Cast, limit: ParameterKey) -> None:
    answers = side_by_side(*[lambda n=n: enter(limit, None, Decimal(n)) for n in (1, 2)])  # type: ignore[misc]
    assert sorted(answers) == ["done", "parameter_one_a_day"]


def test_shipped_values_are_loaded_once_with_what_is_not_known(cast: Cast) -> None:
    added = shipped.load_parameters(by=HOUSE, at=NOW)
    assert (added, shipped.load_parameters(by=HOUSE, at=NOW)) == (Parameter.objects.count(), 0)

    def at(key: str, union: Union, on: date = TODAY) -> object:
        row = ask.value(key, union=union, on=on)
        return row and (row.value, row.certainty)

    assert at("year_ticket_person_year_most", cast.factory) == (Decimal(200), "secondary")
    assert at("year_ticket_person_year_most", cast.factory, date(2023, 12, 31)) is None
    assert at("festival_goods_person_year_most", cast.jinjiang_shop) == (Decimal(2200), "unconfirmed")
    assert at("festival_goods_person_year_most", cast.factory) == (None, "unknown")
    assert at("shortfall_times_dues_most", cast.factory) == (3, "secondary")
    assert at("prize_share_most", cast.factory) == ("2/3", "secondary")


def test_shipped_value_that_meets_a_unions_own_is_left_out_and_journalled(cast: Cast) -> None:
    key = parameters.define(
        key="birthday_person_year_most", words="生日", type=ValueType.DECIMAL, unit="元/人/年", by=HOUSE, at=NOW
    )
    enter(key, cast.chongqing, Decimal(400), date(2023, 5, 1))
    shipped.load_parameters(by=HOUSE, at=NOW)
    row = ask.value("birthday_person_year_most", union=cast.factory, on=TODAY)
    assert row is not None
    assert row.value == Decimal(400)
    entry = JournalEntry.objects.get(verb="parameter.refused")
    assert entry.union == cast.chongqing.pk
    assert entry.data == {"key": key.key, "region": "500000", "code": "parameter_one_a_day"}
