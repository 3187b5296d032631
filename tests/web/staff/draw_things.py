"""What stands behind the addresses of draws: a call with a frozen list, whose pupil has a ticket and holds a seal."""

from datetime import timedelta

from tests.cast import HOUSE, NOW, Player
from tests.factories.activities import School

from tongxin.calls.actions import calls, entries, pools, rounds
from tongxin.calls.actions.rounds import Holder, Plan
from tongxin.calls.models import Draw, Seal
from tongxin.calls.states import Policy


def draw_things(school: School, pupil: Player, master: Player) -> dict[str, object]:
    before = NOW - timedelta(days=4)
    call = calls.open_call(
        union=school.union, kind="class_place", opens=before, closes=NOW - timedelta(days=1),
        manner=calls.Manner(policy=Policy.DRAW, result_at=NOW + timedelta(days=30)), by=HOUSE, at=before,
    )  # fmt: skip
    calls.publish(call=call, by=HOUSE, at=before)
    pool = pools.add_pool(call=call, union=school.union, units=1, name="抽签的名额", by=HOUSE, at=before)
    early = before + timedelta(hours=1)
    entry = entries.enter(call=call, wishes=[pool], persons=[pupil.person], by=pupil.actor, at=early)
    holders = (Holder("职工代表", pupil.person), Holder("主办工会", master.person), Holder("街坊", outsider="张师傅"))
    plan = Plan(result_at=call.result_at, holders=holders)
    made = rounds.announce(call=call, plan=plan, by=HOUSE, at=early)
    rounds.freeze(held=made.round, by=HOUSE, at=NOW)
    return {
        "round_id": made.round.public_id, "draw_id": Draw.objects.get(pool=pool).public_id,
        "seal_id": Seal.objects.get(round=made.round, order=1).public_id, "seal_link": next(iter(made.links.values())),
        "ticket_id": entry.public_id,
    }  # fmt: skip
