"""A call that draws, its entries, and a round of it with three holders."""

from datetime import timedelta

from tests.cast import HOUSE, Cast, Player
from tests.factories.calls import CLOSES, DRAWN, OPENS, a_call, a_pool, accounts, people

from tongxin.calls.actions import calls, entries, rounds, seals
from tongxin.calls.actions.rounds import Announced, Holder, Plan
from tongxin.calls.models import Application, Call, Pool, Round, Seal
from tongxin.people.authority import Actor, visitor

RESULT = DRAWN.result_at
TEXTS = ["a" * 64, "0123456789abcdef" * 4, "f0" * 32]
FREEZES = CLOSES + timedelta(minutes=1)


def a_drawn_call(cast: Cast, *, units: int = 2, manner: calls.Manner = DRAWN) -> tuple[Call, Pool]:
    call = a_call(cast.yongchuan, manner=manner)
    return call, a_pool(call, units)


def enter_all(call: Call, pool: Pool, cast: Cast, count: int) -> list[Application]:
    """甲0, 甲1 …, each by themselves."""
    found = people(cast.factory, count)
    return [
        entries.enter(call=call, wishes=[pool], persons=[person], by=actor, at=OPENS + timedelta(hours=1))
        for person, actor in zip(found, accounts(found), strict=True)
    ]


def plan(cast: Cast, **values: object) -> Plan:
    """Three seals: of the office, of the auditors, of someone who is no staff."""
    holders = (
        Holder("主办工会", cast.admin.person),
        Holder("经审委员", cast.auditor.person),
        Holder("职工代表", outsider="张师傅"),
    )
    event = {"event_at": values.get("result_at", RESULT)} if values.get("source") else {}
    return Plan(**{"result_at": RESULT, "holders": holders, **event, **values})


def announced(call: Call, cast: Cast, **values: object) -> Announced:
    return rounds.announce(call=call, plan=plan(cast, **values), by=cast.officer.actor, at=OPENS + timedelta(minutes=5))


def holders(made: Announced, cast: Cast) -> list[tuple[Seal, Actor, str]]:
    """Each seal with whoever acts for it, and the outsider's link."""
    by_name: list[Player | None] = [cast.admin, cast.auditor, None]
    rows = Seal.objects.filter(round=made.round).select_related("round").order_by("order")
    return [
        (seal, player.actor if player else visitor(OPENS.date()), made.links.get(seal.public_id, ""))
        for seal, player in zip(rows, by_name, strict=False)
    ]


def commit_all(made: Announced, cast: Cast, texts: list[str] = TEXTS) -> None:
    from tongxin.kernel.draw import commitment

    for (seal, by, link), text in zip(holders(made, cast), texts, strict=False):
        seals.commit(seal=seal, commitment=commitment(text), link=link, by=by, at=OPENS + timedelta(hours=2))


def open_all(made: Announced, cast: Cast, texts: list[str] = TEXTS) -> None:
    for (seal, by, link), text in zip(holders(made, cast), texts, strict=False):
        seals.open_seal(seal=seal, text=text, link=link, by=by, at=RESULT + timedelta(minutes=1))


def sealed(call: Call, cast: Cast, **values: object) -> Announced:
    """Announced, committed, frozen: all is published and nothing is drawn."""
    made = announced(call, cast, **values)
    commit_all(made, cast)
    rounds.freeze(held=made.round, by=HOUSE, at=FREEZES)
    return made


def drawn(call: Call, cast: Cast, **values: object) -> Round:
    made = sealed(call, cast, **values)
    open_all(made, cast)
    return rounds.draw(held=made.round, by=HOUSE, at=RESULT + timedelta(minutes=2))
