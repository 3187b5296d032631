"""Templates and signatures as data; the order of channels as data. The past stays as it was."""

from datetime import date

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast
from tests.factories.notices import EMAIL, OFFICIAL, SLIP, SMS, WINDOW, mail, states, tell
from tests.notices.conftest import Gateways

from tongxin.kernel.refused import Refused
from tongxin.notices.actions import orders, templates
from tongxin.notices.actions.templates import Words
from tongxin.notices.models import ChannelRule, Template
from tongxin.unions.models import Union

TOMORROW = date(2024, 3, 29)
GOOD = {"channel": SMS, "kind": "", "number": "SMS_1", "signature": "永川区总工会", "text": "${title}：${body}"}


def add(union: Union, valid_from: date = TODAY, **more: object) -> Template:
    return templates.add(union=union, words=Words(**GOOD | more), valid_from=valid_from, by=HOUSE, at=NOW)


def refusal(deed: object) -> str:
    with pytest.raises(Refused) as found:
        deed()  # type: ignore[operator]
    return found.value.code


def test_names_are_read_from_the_text_in_order_and_once(cast: Cast) -> None:
    row = add(cast.yongchuan, text="${title}，${body}，${title}")
    assert (row.names, row.valid_from, row.valid_to) == (["title", "body"], TODAY, None)


def test_new_one_ends_the_old_and_takes_the_place_of_one_that_had_not_begun(cast: Cast) -> None:
    first, later = add(cast.yongchuan), add(cast.yongchuan, date(2024, 5, 1), number="SMS_2")
    add(cast.yongchuan, TOMORROW, number="SMS_3")
    add(cast.factory, TOMORROW)
    rows = Template.objects.filter(union=cast.yongchuan).order_by("valid_from")
    assert list(rows.values_list("number", "valid_from", "valid_to")) == [
        ("SMS_1", TODAY, date(2024, 5, 1)), ("SMS_3", TOMORROW, None),
    ] or list(rows.values_list("number", "valid_from", "valid_to")) == [
        ("SMS_1", TODAY, TOMORROW), ("SMS_3", TOMORROW, None),
    ]  # fmt: skip
    assert {first.pk} < set(Template.objects.values_list("pk", flat=True))
    assert not Template.objects.filter(pk=later.pk).exists()


def test_end_from_a_day_on(cast: Cast) -> None:
    row = add(cast.yongchuan)
    templates.end(template=row, on=TOMORROW, by=HOUSE, at=NOW)
    assert Template.objects.get(pk=row.pk).valid_to == TOMORROW
    assert refusal(lambda: templates.end(template=row, on=TOMORROW, by=HOUSE, at=NOW)) == "template-over"
    assert refusal(lambda: templates.end(template=row, on=date(2024, 3, 27), by=HOUSE, at=NOW)) == "template-past"


def test_end_on_its_first_day_leaves_none(cast: Cast) -> None:
    templates.end(template=add(cast.yongchuan), on=TODAY, by=HOUSE, at=NOW)
    assert Template.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"channel": EMAIL}, "template-channel"),
        ({"kind": "no.such"}, "template-kind"),
        ({"signature": ""}, "template-signature"),
        ({"text": "${room}"}, "template-names"),
        ({"kind": "place.moved-up", "text": "${before}"}, "template-names"),
    ],
)
def test_what_no_notice_could_fill_is_refused(cast: Cast, change: dict[str, str], code: str) -> None:
    assert refusal(lambda: add(cast.yongchuan, **change)) == code
    assert Template.objects.count() == 0


def test_kind_s_own_names_and_the_summary_are_known(cast: Cast) -> None:
    assert add(cast.yongchuan, kind="place.moved-up", text="${what}").names == ["what"]
    assert add(cast.yongchuan, kind="digest", text="${title}").kind == "digest"
    assert add(cast.yongchuan, channel=OFFICIAL, signature="").channel == OFFICIAL


def test_not_from_yesterday(cast: Cast) -> None:
    assert refusal(lambda: add(cast.yongchuan, date(2024, 3, 27))) == "template-past"


@pytest.mark.parametrize("who", ["officer", "clerk", "cadre", "jinjiang_admin"])
def test_only_who_may_approve(cast: Cast, who: str) -> None:
    by, row = getattr(cast, who).actor, add(cast.yongchuan)
    for deed in (
        lambda: templates.add(union=cast.yongchuan, words=Words(**GOOD), valid_from=TODAY, by=by, at=NOW),
        lambda: templates.end(template=row, on=TODAY, by=by, at=NOW),
        lambda: orders.set_order(
            union=cast.yongchuan, group="results", steps=[(SMS, 0)], valid_from=TODAY, source="", by=by, at=NOW
        ),
    ):
        assert refusal(deed) == "no-power"


# ---- the order of channels ----------------------------------------------------------------------------------------


def order(cast: Cast, *steps: tuple[str, int], group: str = "results", valid_from: date = TODAY) -> list[ChannelRule]:
    return orders.set_order(
        union=cast.yongchuan, group=group, steps=steps, valid_from=valid_from, source="主席办公会", by=HOUSE, at=NOW
    )


def test_order_holds_from_its_day_and_the_one_before_ends(cast: Cast, gateways: Gateways) -> None:
    mail(cast.wang)
    order(cast, (SMS, 30), (WINDOW, 0))
    order(cast, (EMAIL, 0), (SLIP, 0), valid_from=TOMORROW)
    tell(cast.wang, "a")
    assert states() == [("sms", "waiting", "")]
    tell(cast.wang, "b", at=NOW.replace(day=29))
    assert states()[1:] == [("email", "waiting", "")]
    rows = ChannelRule.objects.order_by("valid_from", "position")
    assert list(rows.values_list("channel", "wait_minutes", "valid_to")) == [
        ("sms", 30, TOMORROW), ("window", 0, TOMORROW), ("email", 0, None), ("slip", 0, None),
    ]  # fmt: skip


def test_same_day_once_more_takes_the_place(cast: Cast) -> None:
    order(cast, (SMS, 0))
    order(cast, (EMAIL, 0))
    assert list(ChannelRule.objects.values_list("channel", "source")) == [("email", "主席办公会")]


@pytest.mark.parametrize(
    ("steps", "group", "code"),
    [
        ((), "results", "order-empty"),
        (((SMS, 0),), "no-such", "order-group"),
        (((SMS, 0), (SMS, 0)), "results", "order-channel"),
        ((("inbox", 0),), "results", "order-channel"),
        (((SMS, -1),), "results", "order-wait"),
        (((SMS, 4321),), "results", "order-wait"),
    ],
)
def test_order_that_says_nothing_is_refused(
    cast: Cast, steps: tuple[tuple[str, int], ...], group: str, code: str
) -> None:
    assert refusal(lambda: order(cast, *steps, group=group)) == code
    assert ChannelRule.objects.count() == 0


def test_order_not_from_yesterday(cast: Cast) -> None:
    assert refusal(lambda: order(cast, (SMS, 0), valid_from=date(2024, 3, 27))) == "order-past"
