"""What would change the answer, and that it would."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.rules.changes import MOST, changes
from tongxin.rules.conditions import AllOf, Compare, Condition, Not, all_of, any_of, compare, not_
from tongxin.rules.facts import Fact, Facts
from tongxin.rules.verdicts import OPPOSITE, Truth, Verdict, evaluate

TRUTHS = {"yes": True, "no": False, "unknown": None}


def leaf(name: str) -> Condition:
    return compare(name, "=", True, words=name)


def asked(rule: Condition, **truths: str) -> Verdict:
    return evaluate(rule, Facts(*(Fact(name, TRUTHS[truth]) for name, truth in truths.items())))


def words(verdict: Verdict) -> list[list[str]]:
    return [[obstacle.words for obstacle in way] for way in changes(verdict)]


def test_the_shortest_way_comes_first() -> None:
    rule = any_of(all_of(leaf("a"), leaf("b")), leaf("c"))
    assert words(asked(rule, a="no", b="unknown", c="no")) == [["c"], ["a", "b"]]
    assert words(asked(rule, a="yes", b="no", c="no")) == [["b"], ["c"]]


def test_from_a_yes_it_leads_to_a_no() -> None:
    assert words(asked(all_of(leaf("a"), leaf("b")), a="yes", b="yes")) == [["不是“a”"], ["不是“b”"]]
    assert words(asked(any_of(leaf("a"), leaf("b")), a="yes", b="yes")) == [["不是“a”", "不是“b”"]]
    assert words(asked(not_(leaf("a")), a="no")) == [["a"]]


def test_a_wide_tree_offers_a_few_ways() -> None:
    wide = all_of(*(any_of(*(leaf(f"{n}{m}") for m in range(9))) for n in range(9)))
    assert len(changes(asked(wide))) == MOST


trees = st.recursive(
    st.sampled_from("abcdef").map(leaf),
    lambda inner: st.one_of(
        st.builds(not_, inner),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: all_of(*parts)),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: any_of(*parts)),
    ),
    max_leaves=10,
)


@settings(max_examples=200, deadline=None)
@given(trees, st.lists(st.sampled_from(["yes", "no", "unknown"]), min_size=6, max_size=6))
def test_what_is_said_to_change_the_answer_does(rule: Condition, truths: list[str]) -> None:
    verdict = asked(rule, **dict(zip("abcdef", truths, strict=True)))
    for way in changes(verdict):
        turned = {id(obstacle.verdict): obstacle.wanted for obstacle in way}
        wanted = Truth.NO if verdict.truth is Truth.YES else Truth.YES
        assert _with(verdict, turned) is wanted
        for spared in turned:  # and nothing less does
            assert _with(verdict, {one: truth for one, truth in turned.items() if one != spared}) is not wanted


def _with(verdict: Verdict, turned: dict[int, Truth]) -> Truth:
    """Kleene once more, over leaves that were turned."""
    if isinstance(verdict.condition, Compare):
        return turned.get(id(verdict), verdict.truth)
    truths = [_with(part, turned) for part in verdict.parts]
    if isinstance(verdict.condition, Not):
        return OPPOSITE[truths[0]]
    order = [Truth.NO, Truth.UNKNOWN, Truth.YES]
    return (min if isinstance(verdict.condition, AllOf) else max)(truths, key=order.index)
