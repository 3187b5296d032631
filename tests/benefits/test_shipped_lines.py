"""What the house brings along can be drafted as it is, and each number has its paper."""

from tests.benefits.lines import TwoSides
from tests.cast import NOW, Cast

from tongxin.benefits.actions import shipped
from tongxin.benefits.models import CatalogueTerms
from tongxin.benefits.promises import WITH_NUMBER
from tongxin.benefits.shipped_lines import shipped as lines
from tongxin.unions.models.tree import Confidence


def test_every_line_can_be_drafted_and_a_second_press_adds_none(sides: TwoSides, cast: Cast) -> None:
    args = {"union": cast.chongqing, "other": cast.sichuan, "by": cast.chief.actor, "at": NOW}
    assert len(shipped.draft_all(**args)) == len(lines())
    assert shipped.draft_all(**args) == []
    assert CatalogueTerms.objects.count() == sum(len(one.terms) for one in lines())


def test_every_number_has_its_paper_and_every_source_its_certainty() -> None:
    terms = [terms for one in lines() for terms in one.terms]
    assert [
        one for one in terms if one.measure in WITH_NUMBER and not (one.texts["document"] and one.texts["clause"])
    ] == []
    assert [one for one in terms if not one.texts["source"]] == []
    assert [one for one in terms if one.confidence is Confidence.SURE and not one.texts["document"]] == []


def test_codes_and_names_stand_once() -> None:
    assert len({one.code for one in lines()}) == len({one.name for one in lines()}) == len(lines())
