"""A union is asked for and answered: what must hold, what is only remarked, and who comes first."""

from dataclasses import replace
from datetime import date

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast
from tests.factories.racing import side_by_side

from tongxin.kernel.refused import Refused
from tongxin.people.actions import foundings, union_endings
from tongxin.people.powers import Power
from tongxin.records.models import JournalEntry, OutboxRow
from tongxin.unions.actions import founding, tree
from tongxin.unions.actions.files import Upload
from tongxin.unions.actions.founding import Wish
from tongxin.unions.actions.standing import KEEP
from tongxin.unions.founding_rules import CHOICES
from tongxin.unions.models import FoundingRequest, Kind, Level, Parenthood, Union

DAY = date(2024, 3, 20)
PDF = Upload("职工名册(1).pdf", b"%PDF-1.7 ...")


def wish(cast: Cast, **changes: object) -> Wish:
    usual = Wish(
        choice=CHOICES["own"],
        parent=cast.zhongshan,
        name="永川新厂工会",
        sponsor="永川新厂",
        workers=80,
        members=30,
        reason="职工要求建会",
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def ask(cast: Cast, **changes: object) -> FoundingRequest:
    return foundings.ask(union=cast.factory, wish=wish(cast, **changes), by=cast.cadre.actor, at=NOW)


def approve(cast: Cast, request: FoundingRequest, **changes: object) -> FoundingRequest:
    given = {
        "code": "500118-N01",
        "founded_on": DAY,
        "reply_number": "永工发〔2024〕7号",
        "by": cast.admin.actor,
        "at": NOW,
    }
    return founding.approve(request=request, **given | changes)  # type: ignore[arg-type]


def refusal(call, *args: object, **values: object) -> str:
    with pytest.raises(Refused) as refused:
        call(*args, **values)
    return refused.value.code


def test_power_s_word_is_the_same_in_both_rooms() -> None:
    assert Power.KEEP_UNION.value == KEEP


def test_approving_founds_the_union_with_the_reply_as_its_source(cast: Cast) -> None:
    request = approve(cast, ask(cast))
    new = Union.objects.get(code="500118-N01")
    assert request.founded == new
    assert (new.name, new.kind, new.level, new.founded_on) == (
        "永川新厂工会",
        Kind.GRASSROOTS_UNION,
        Level.GRASSROOTS,
        DAY,
    )
    assert Parenthood.objects.get(child=new).source == "永工发〔2024〕7号"
    assert new in Union.objects.under(cast.yongchuan, on=TODAY)


def test_those_who_decide_are_told_and_so_is_the_asker(cast: Cast) -> None:
    request = ask(cast)
    assert [(row.kind, row.person) for row in OutboxRow.objects.all()] == [("founding.asked", cast.admin.person.pk)]
    founding.refuse(request=request, why="已有联合工会，请并入。", by=cast.admin.actor, at=NOW)
    told = OutboxRow.objects.get(kind="founding.refused")
    assert (told.person, told.data["why"]) == (cast.cadre.person.pk, "已有联合工会，请并入。")


def test_no_name_of_a_person_is_journalled(cast: Cast) -> None:
    approve(cast, ask(cast))
    assert list(
        JournalEntry.objects.filter(verb__startswith="founding.").order_by("pk").values_list("verb", "data")
    ) == [
        ("founding.asked", {"parent": "500118001", "kind": "grassroots_union"}),
        ("founding.approved", {"reply": "永工发〔2024〕7号"}),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "founding-name"),
        ({"name": "永川同心机械厂工会"}, "founding-name"),  # stands there already
        ({"sponsor": ""}, "founding-sponsor"),
        ({"reason": ""}, "founding-reason"),
        ({"workers": 0}, "founding-workers"),
        ({"members": 81}, "founding-members"),
        ({"members": -1}, "founding-members"),
        ({"members": 24}, "founding-answer"),  # the law lets it be, with an answer
        ({"members": 0}, "founding-answer"),
        ({"choice": CHOICES["branch"]}, "founding-parent"),
        ({"choice": CHOICES["joint"], "members": 60}, "founding-answer"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(cast: Cast, changes: dict[str, object], code: str) -> None:
    assert refusal(ask, cast, **changes) == code
    assert not FoundingRequest.objects.exists()


def test_twenty_four_members_may_have_their_own_union_once_it_is_answered(cast: Cast) -> None:
    request = ask(cast, members=24, answer="厂区偏远，没有单位可以联合")
    assert request.answer == "厂区偏远，没有单位可以联合"
    assert approve(cast, request).state == "approved"
    assert ask(cast, name="永川二厂工会", members=25, answer="用不着的回答").answer == ""


@pytest.mark.parametrize(("choice", "parent", "kind", "level"), [
    ("branch", "factory", Kind.BRANCH_UNION, 6), ("group", "factory", Kind.UNION_GROUP, 6),
    ("regional", "zhongshan", Kind.REGIONAL_ASSOCIATION, 6), ("sectoral", "yongchuan", Kind.SECTORAL_ASSOCIATION, 6),
    ("association", "zhongshan", Kind.UNION_ASSOCIATION, 6), ("township", "yongchuan", Kind.WORK_COMMITTEE, 5),
    ("village", "zhongshan", Kind.JOINT_GRASSROOTS_UNION, 6), ("joint", "zhongshan", Kind.JOINT_GRASSROOTS_UNION, 6),
])  # fmt: skip
def test_every_kind_can_be_asked_for_and_founded(cast: Cast, choice: str, parent: str, kind: str, level: int) -> None:
    request = ask(cast, choice=CHOICES[choice], parent=getattr(cast, parent))
    founded = approve(cast, request).founded
    assert founded is not None
    assert (founded.kind, founded.level) == (kind, level)


def test_nobody_asks_for_a_union_under_a_stranger(cast: Cast) -> None:
    assert refusal(ask, cast, parent=cast.jiangjin) == "founding-far"
    assert refusal(ask, cast, parent=cast.jinjiang) == "founding-far"
    for nobody in (cast.officer, cast.teacher, cast.sibling_cadre, cast.wang):
        assert refusal(foundings.ask, union=cast.factory, wish=wish(cast), by=nobody.actor, at=NOW) == "no-power"
    for nobody in (cast.cadre, cast.officer, cast.jinjiang_admin):
        assert refusal(approve, cast, ask_once(cast), by=nobody.actor) == "no-power"


def ask_once(cast: Cast) -> FoundingRequest:
    return FoundingRequest.objects.first() or ask(cast)


def test_same_union_is_asked_for_once(cast: Cast) -> None:
    request = ask(cast)
    assert refusal(ask, cast) == "founding_once"
    founding.withdraw(request=request, by=cast.cadre.actor, at=NOW)
    assert ask(cast).state == "waiting"
    assert refusal(founding.withdraw, request=request, by=cast.cadre.actor, at=NOW) == "wrong-state"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"founded_on": date(2024, 3, 29)}, "founding-day"),
        ({"founded_on": date(1899, 1, 1)}, "parent-not-there"),
        ({"reply_number": "  "}, "founding-reply"),
        ({"code": "500118"}, "code-taken"),
        ({"code": ""}, "code-missing"),
    ],
)
def test_approval_that_cannot_be_leaves_it_waiting(cast: Cast, changes: dict[str, object], code: str) -> None:
    request = ask(cast)
    assert refusal(approve, cast, request, **changes) == code
    request.refresh_from_db()
    assert (request.state, request.founded) == ("waiting", None)


def test_a_name_taken_meanwhile_stops_the_approval(cast: Cast) -> None:
    request = ask(cast)
    tree.found(
        parent=cast.zhongshan, kind=Kind.GRASSROOTS_UNION, level=6, name="永川新厂工会", code="500118-X1", founded_on=DAY,
        by=HOUSE, at=NOW,
    )  # fmt: skip
    assert refusal(approve, cast, request) == "founding-name"


def test_codes_are_offered_free(cast: Cast) -> None:
    assert founding.next_code(cast.zhongshan) == "500118001-N01"
    approve(cast, ask(cast), code="500118001-N01")
    assert founding.next_code(cast.zhongshan) == "500118001-N02"


def test_files_are_kept_with_the_request(cast: Cast) -> None:
    request = foundings.ask(union=cast.factory, wish=wish(cast), uploads=[PDF], by=cast.cadre.actor, at=NOW)
    assert [(file.title, file.name) for file in request.files.all()] == [("职工名册(1)", "职工名册(1).pdf")]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_approve_at_once_one_founds(cast: Cast) -> None:
    request = ask(cast)
    outcomes = side_by_side(
        lambda: approve(cast, request), lambda: approve(cast, request, code="500118-N02", by=cast.chief.actor)
    )
    assert sorted(outcomes) == ["done", "wrong-state"]
    assert Union.objects.filter(name="永川新厂工会").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_parent_that_ends_meanwhile_has_no_new_child(cast: Cast) -> None:
    bare = tree.found(
        parent=cast.yongchuan, kind=Kind.WORK_COMMITTEE, level=5, name="永川空园工会工委", code="500118-K1", founded_on=DAY,
        by=HOUSE, at=NOW,
    )  # fmt: skip
    request = foundings.ask(union=cast.yongchuan, wish=wish(cast, parent=bare), by=cast.admin.actor, at=NOW)
    outcomes = side_by_side(
        lambda: approve(cast, request, founded_on=TODAY),
        lambda: union_endings.dissolve(union=bare, on=TODAY, by=cast.admin.actor, at=NOW),
    )
    assert outcomes.count("done") == 1
    assert set(outcomes) < {"done", "union-has-children", "no-power", "parent-not-there", "wrong-state"}
    bare.refresh_from_db()
    assert (bare.dissolved_on is None) == Union.objects.filter(name="永川新厂工会").exists()
