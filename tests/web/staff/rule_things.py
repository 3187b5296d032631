"""What stands behind the addresses of rules: one that is in force and being rewritten."""

from decimal import Decimal

from tests.cast import NOW

from tongxin.people.authority import Actor
from tongxin.rulebook.actions import drafts, parameters, rules
from tongxin.rulebook.actions.parameters import Said
from tongxin.rulebook.models import ParameterKey, ValueType
from tongxin.rules.conditions import all_of, any_of, compare
from tongxin.unions.models import Union

MEMBER = compare("is_member", "=", value=True, words="是工会会员", clause="示例办法第三条")
RIDER = compare("gig_group", "=", "food_delivery_rider", words="是外卖配送员")


def rule_things(union: Union, by: Actor) -> dict[str, object]:
    rule = rules.add_rule(union=union, name="惠工之家报名条件", by=by, at=NOW)
    rules.publish(rule=rule, condition=all_of(any_of(MEMBER, RIDER)), valid_from=by.on, by=by, at=NOW)
    drafts.begin(rule=rule, by=by, at=NOW)
    key = ParameterKey.objects.filter(key="outing_most").first() or parameters.define(  # a second estate finds it there
        key="outing_most", words="春游每人每次上限", type=ValueType.DECIMAL, unit="元/人/次", by=by, at=NOW
    )
    said = Said(Decimal(200), "示例办法", "第五条", note="演示用")
    parameters.enter(key=key, region=union, said=said, valid_from=by.on, by=by, at=NOW)
    return {"rules": rule.public_id, "parameters": key.key}
