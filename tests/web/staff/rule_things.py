"""What stands behind the addresses of rules: one that is in force and being rewritten."""

from tests.cast import NOW

from tongxin.people.authority import Actor
from tongxin.rulebook.actions import drafts, rules
from tongxin.rules.conditions import all_of, any_of, compare
from tongxin.unions.models import Union

MEMBER = compare("is_member", "=", value=True, words="是工会会员", clause="示例办法第三条")
RIDER = compare("gig_group", "=", "food_delivery_rider", words="是外卖配送员")


def rule_things(union: Union, by: Actor) -> dict[str, object]:
    rule = rules.add_rule(union=union, name="惠工之家报名条件", by=by, at=NOW)
    rules.publish(rule=rule, condition=all_of(any_of(MEMBER, RIDER)), valid_from=by.on, by=by, at=NOW)
    drafts.begin(rule=rule, by=by, at=NOW)
    return {"rules": rule.public_id}
