"""Who may sign up at 永川: a rule with two versions, invented, that the running term uses."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from config.demo.planting import YONGCHUAN
from tongxin.people.authority import Actor
from tongxin.people.models.persons import GigGroup
from tongxin.rulebook.actions import rules
from tongxin.rulebook.models import Rule, RuleVersion
from tongxin.rules.conditions import Condition, all_of, any_of, compare
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

NAME: Final = "惠工之家报名条件（示例）"
RIDERS_NAME: Final = "新就业形态劳动者（示例）"
CLAUSE: Final = "示例办法第三条（演示用，虚构）"
MEMBER: Final = compare("is_member", "=", value=True, words="是工会会员", clause=CLAUSE)
HERE: Final = compare(
    "membership_unions", "has", YONGCHUAN, words="会籍在永川区总工会所属的工会", clause="示例办法第三条第一项（虚构）"
)
RIDERS: Final = compare(
    "gig_group",
    "in",
    frozenset(GigGroup.values),
    words="是货车司机、网约车司机、快递员或外卖配送员",
    clause="示例办法第三条第二项（虚构）",
)
GROWN: Final = compare("age", ">=", 16, words="年满16周岁", clause="示例办法第四条（虚构）")


@atomic
def plant(*, by: Actor, at: datetime) -> RuleVersion:
    """The version in force."""
    since_2018, since_2024 = (MEMBER, date(2018, 1, 1)), (all_of(any_of(HERE, RIDERS), GROWN), date(2024, 1, 1))
    return _rule(NAME, [since_2018, since_2024], by, at)


@atomic
def gig_workers(*, by: Actor, at: datetime) -> RuleVersion:
    """For whom places are kept."""
    return _rule(RIDERS_NAME, [(RIDERS, date(2024, 1, 1))], by, at)


def _rule(name: str, versions: Sequence[tuple[Condition, date]], by: Actor, at: datetime) -> RuleVersion:
    """Its newest version. What is there already stays."""
    union = Union.objects.get(code=YONGCHUAN)
    rule = Rule.objects.filter(union=union, name=name).first()
    if rule is None:
        rule = rules.add_rule(union=union, name=name, by=by, at=at)
        for condition, since in versions:
            rules.publish(rule=rule, condition=condition, valid_from=since, by=by, at=at)
    return RuleVersion.objects.filter(rule=rule).latest("number")
