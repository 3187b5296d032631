"""A line counts once both federations have signed it, each for itself; what was said stays readable, and nothing overlaps."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from tests.benefits.lines import SINCE, TwoSides, ceiling
from tests.cast import NOW, TODAY, Cast
from tests.factories.racing import side_by_side

from tongxin.benefits.actions import catalogue
from tongxin.benefits.actions.catalogue import Said
from tongxin.benefits.models import CatalogueLine, CatalogueTerms, CatalogueVersion
from tongxin.benefits.promises import Measure, Promise, Unit, VersionState
from tongxin.benefits.queries.catalogue import for_staff, history, in_force, public_lines, standing
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry
from tongxin.store.atomic import writing


def names(day: date) -> list[str]:
    return [item.line.name for item in in_force(day)]


def test_one_signature_is_not_joint_and_two_are(sides: TwoSides, cast: Cast) -> None:
    line = sides.drafted()
    version = catalogue.sign(version=line.versions.get(), union=cast.chongqing, by=cast.chief.actor, at=NOW)
    assert (version.state, names(TODAY), list(public_lines(TODAY))) == (VersionState.DRAFT, [], [])
    version = catalogue.sign(version=version, union=cast.sichuan, by=sides.sichuan_chief.actor, at=NOW)
    assert (version.state, version.complete_at, names(TODAY)) == (VersionState.JOINT, NOW, ["节日慰问品"])
    signatures = [(one.union.name, one.signed_at, one.signed_by) for one in version.signatures.order_by("pk")]
    assert signatures == [("重庆市总工会", NOW, "陈渝"), ("四川省总工会", NOW, "川签")]
    assert list(JournalEntry.objects.order_by("pk").filter(of_id=line.public_id).values_list("verb", "union")) == [
        ("catalogue.line-added", cast.chongqing.pk),
        ("catalogue.drafted", cast.chongqing.pk),
        ("catalogue.signed", cast.chongqing.pk),
        ("catalogue.signed", cast.sichuan.pk),
        ("catalogue.joint", cast.chongqing.pk),
    ]


def test_a_federation_signs_for_itself_only(sides: TwoSides, cast: Cast) -> None:
    version = sides.drafted().versions.get()
    for union, by, code in (
        (cast.sichuan, cast.chief, "no-power"),
        (cast.chongqing, sides.sichuan_chief, "no-power"),
        (cast.chongqing, cast.officer, "no-power"),
        (cast.yongchuan, cast.admin, "catalogue-stranger"),
    ):
        with pytest.raises(Refused) as refusal:
            catalogue.sign(version=version, union=union, by=by.actor, at=NOW)
        assert refusal.value.code == code
    assert not version.signatures.exclude(signed_at=None).exists()
    noted = JournalEntry.objects.filter(verb="catalogue.sign-refused").order_by("pk")
    assert [(line.account, line.union, line.data["name"], line.data["code"]) for line in noted] == [
        (cast.chief.account.pk, cast.chongqing.pk, "四川省总工会", "no-power"),
        (sides.sichuan_chief.account.pk, cast.chongqing.pk, "重庆市总工会", "no-power"),
        (cast.officer.account.pk, cast.chongqing.pk, "重庆市总工会", "no-power"),
        (cast.admin.account.pk, cast.chongqing.pk, "永川区总工会", "catalogue-stranger"),
    ]


def test_signing_twice_says_that_it_is_done(sides: TwoSides, cast: Cast) -> None:
    version = sides.drafted().versions.get()
    catalogue.sign(version=version, union=cast.chongqing, by=cast.chief.actor, at=NOW)
    with pytest.raises(Refused) as refusal:
        catalogue.sign(version=version, union=cast.chongqing, by=cast.chief.actor, at=NOW)
    assert str(refusal.value) == "“重庆市总工会”已经签过这一版，不用再签。"
    assert not JournalEntry.objects.filter(verb="catalogue.sign-refused").exists()  # a second press


def test_next_version_counts_from_its_day_and_the_old_one_stays(sides: TwoSides, cast: Cast) -> None:
    line = sides.signed()
    second = sides.next(line, said=(ceiling(cast.sichuan, "2500.00"),))
    assert standing(line, date(2025, 6, 1)).version.number == 1  # nobody signed the second yet
    sides.sign_both(second)
    before, after = standing(line, date(2024, 12, 31)), standing(line, date(2025, 1, 1))
    assert (before.version.number, before.ends, after.version.number, after.ends) == (1, date(2025, 1, 1), 2, None)
    assert [(one.version.number, one.version.changed, one.ends) for one in history(line)] == [
        (2, "上限改了", None),
        (1, "", date(2025, 1, 1)),
    ]
    assert standing(line, date(2023, 12, 31)) is None


def test_versions_never_overlap(sides: TwoSides) -> None:
    line = sides.signed()
    for day in (SINCE, date(2023, 6, 1)):
        with pytest.raises(Refused) as refusal:
            sides.next(line, valid_from=day)
        assert refusal.value.code == "catalogue-order"
    assert CatalogueVersion.objects.count() == 1


def test_one_draft_at_a_time_and_a_dropped_one_makes_room(sides: TwoSides, cast: Cast) -> None:
    line = sides.drafted()
    with pytest.raises(Refused) as refusal, transaction.atomic():
        sides.next(line)
    assert refusal.value.code == "catalogue_one_draft"
    dropped = catalogue.drop(version=line.versions.get(), by=sides.sichuan_chief.actor, at=NOW)
    assert dropped.state == VersionState.DROPPED
    assert sides.next(line).number == 2
    with pytest.raises(Refused) as refusal:
        catalogue.sign(version=dropped, union=cast.chongqing, by=cast.chief.actor, at=NOW)
    assert refusal.value.code == "wrong-state"


def test_ended_item_says_nothing_from_that_day_and_keeps_its_history(sides: TwoSides, cast: Cast) -> None:
    line = sides.signed()
    args = {"line": line, "union": cast.sichuan, "by": sides.sichuan_chief.actor, "at": NOW}
    with pytest.raises(Refused) as refusal:
        catalogue.end(**args, on=date(2024, 3, 27), why="并入别的项目")
    assert refusal.value.code == "catalogue-past"
    with pytest.raises(Refused) as refusal:
        catalogue.end(**args, on=TODAY, why=" ")
    assert refusal.value.code == "why-missing"
    line = catalogue.end(**args, on=date(2024, 5, 1), why="并入别的项目")
    assert (names(date(2024, 4, 30)), names(date(2024, 5, 1))) == (["节日慰问品"], [])
    assert [one.ends for one in history(line)] == [date(2024, 5, 1)]
    assert list(public_lines(date(2024, 6, 1))) == [line]
    for wrong in (lambda: catalogue.end(**args, on=TODAY, why="再来"), lambda: sides.next(line)):
        with pytest.raises(Refused) as refusal:
            wrong()
        assert refusal.value.code == "catalogue-ended"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"who": " "}, "who-missing"),
        ({"said": ()}, "catalogue-terms"),
        ({"condition": {"fact": "shoe_size", "op": ">", "value": 40, "words": "大脚"}}, "rule-fact"),
        ({"condition": {"fact": "is_member", "op": ">", "value": 4, "words": "会员"}}, "rule-type"),
        ({"condition": {"fact": "situations", "op": "has", "value": "birthday", "words": "生日"}}, "rule-type"),
        ({"condition": {"fact": "situations", "op": "=", "value": "marriage", "words": "结婚"}}, "rule-type"),
        ({"condition": {"fact": "age", "op": ">=", "value": {"param": "nobody"}, "words": "年龄"}}, "rule-param"),
        ({"condition": {"all": []}}, "rule-form"),
    ],
)
def test_wording_that_cannot_mean_anything_is_refused(sides: TwoSides, changed: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        sides.drafted(**changed)
    assert refusal.value.code == code
    assert CatalogueLine.objects.count() == 0


def test_unknown_fact_is_answered_with_those_that_are_known(sides: TwoSides) -> None:
    with pytest.raises(Refused) as refusal:
        sides.drafted(condition={"fact": "shoe_size", "op": ">", "value": 40, "words": "大脚"})
    assert str(refusal.value).startswith("系统里没有“shoe_size”这项事实，请改用：is_member、")
    assert str(refusal.value).endswith("、situations。")


def test_ceiling_never_reads_as_an_entitlement(sides: TwoSides, cast: Cast) -> None:
    said = ceiling(cast.sichuan, "200.00")
    for wrong, code in (
        (replace(said, promise=Promise.APPLY), "catalogue_ceiling_promises_nothing"),
        (replace(said, amount=None), "catalogue_amount"),
        (replace(said, amount=Decimal(0)), "catalogue_amount"),
        (replace(said, unit=None), "catalogue_amount"),
        (replace(said, measure=Measure.JUDGED), "catalogue_amount"),
    ):
        with pytest.raises(Refused) as refusal, transaction.atomic():
            sides.drafted(said=(wrong,))
        assert refusal.value.code == code


def test_regions_are_the_parties_own_or_above_them_all(sides: TwoSides, cast: Cast) -> None:
    line = sides.drafted("两地一样", said=(Said(cast.nation, Promise.APPLY, Measure.NONE),))
    assert line.versions.get().terms.get().region == cast.nation
    for region in (cast.yongchuan, cast.jinjiang):
        with pytest.raises(Refused) as refusal:
            sides.drafted("别处", said=(Said(region, Promise.APPLY, Measure.NONE),))
        assert refusal.value.code == "catalogue-region"
    with pytest.raises(Refused) as refusal, transaction.atomic():
        sides.drafted("两次", said=(ceiling(cast.sichuan, "1.00"), ceiling(cast.sichuan, "2.00")))
    assert refusal.value.code == "catalogue_region_once"


def test_a_joint_catalogue_needs_two_federations(sides: TwoSides, cast: Cast) -> None:
    for others in ([], [cast.factory]):
        with pytest.raises(Refused) as refusal:
            catalogue.draft_line(
                union=cast.chongqing,
                others=others,
                name="一家的",
                kind="universal",
                wording=sides.wording(),
                by=cast.chief.actor,
                at=NOW,
            )
        assert refusal.value.code == "catalogue-parties"


def test_same_name_is_refused_in_words(sides: TwoSides) -> None:
    sides.drafted()
    with pytest.raises(Refused) as refusal, transaction.atomic():
        sides.drafted()
    assert refusal.value.code == "catalogue_name_once"


def test_next_version_says_what_changed(sides: TwoSides) -> None:
    with pytest.raises(Refused) as refusal:
        sides.next(sides.signed(), changed="")
    assert refusal.value.code == "catalogue-changed"


def test_staff_see_what_their_federation_is_party_to(sides: TwoSides, cast: Cast) -> None:
    line = sides.drafted()
    assert [list(for_staff(one.actor)) for one in (cast.chief, sides.sichuan_chief, cast.admin)] == [[line], [line], []]


def test_amount_is_exact(sides: TwoSides, cast: Cast) -> None:
    sides.signed(said=(ceiling(cast.sichuan, "0.30"),))
    terms = CatalogueTerms.objects.get()
    assert (terms.amount, terms.unit) == (Decimal("0.30"), Unit.PERSON_YEAR)


def test_database_itself_refuses_two_drafts(sides: TwoSides) -> None:
    line = sides.drafted()
    with pytest.raises((IntegrityError, Refused)), writing():
        CatalogueVersion.make(line=line, number=7, who="x", valid_from=SINCE, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_both_sides_sign_at_once(sides: TwoSides, cast: Cast) -> None:
    version = sides.drafted().versions.get()

    def signer(union: object, by: object) -> Callable[[], object]:
        return lambda: catalogue.sign(version=version, union=union, by=by, at=NOW)

    deeds = (signer(cast.chongqing, cast.chief.actor), signer(cast.sichuan, sides.sichuan_chief.actor))
    assert side_by_side(*deeds) == ["done", "done"]
    assert CatalogueVersion.objects.get().state == VersionState.JOINT
