"""Drafting, publishing and stopping what a union offers. Money is checked before anybody can ask for it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.timezone import localdate

from tongxin.benefits.actions.limits import plain
from tongxin.benefits.models import Brand, CatalogueLine, Scheme, SchemeReach, Voucher
from tongxin.benefits.queries import limits
from tongxin.benefits.queries.catalogue import signings
from tongxin.benefits.queries.settlements import unsettled_with
from tongxin.benefits.states import HELD, SCHEME_MOVES, Fund, SchemeKind, SchemeState, Theme, VoucherState
from tongxin.calls.actions import busy, calls, lanes, lines, pools
from tongxin.calls.actions.calls import Manner
from tongxin.calls.models import Call
from tongxin.calls.states import CallState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.models.persons import Assurance
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.rulebook.actions import rules
from tongxin.rulebook.models import RuleVersion
from tongxin.rules.conditions import from_data
from tongxin.store.atomic import atomic
from tongxin.store.moments import Day
from tongxin.unions.models import Union

KIND: Final = "benefit"
A_DRAW: Final = Manner()  # unless a reason is given for something else


@dataclass(frozen=True, slots=True)
class Plan:
    """What is offered. `value`: a voucher's face, or what the thing costs the union."""

    name: str
    kind: SchemeKind
    value: Decimal
    budget: Decimal
    starts: date
    last_day: date
    item: str = ""
    about: str = ""
    where: str = ""
    theme: Theme = Theme.OTHER
    fund: Fund = Fund.UNION
    universal: bool = False
    limit_key: str = ""
    least_spend: Decimal | None = None
    good_days: int | None = None
    brand: Brand | None = None
    line: CatalogueLine | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """How it is given: when one may ask, how many there are, to whom."""

    places: int
    opens: datetime
    closes: datetime
    per_person: int = 1
    rule_version: RuleVersion | None = None
    assurance: int = Assurance.DECLARED
    manner: Manner = A_DRAW


@atomic
def draft(
    *,
    union: Union,
    plan: Plan,
    release: Release,
    reach: Sequence[Union] = (),
    beside: Scheme | None = None,
    by: Actor,
    at: datetime,
) -> Scheme:
    """`reach`: whose members (and those below) it is for; empty: the union's own. `beside`: in one call with that scheme,
    so that people rank one against the other.

    Refused: "no-power", "places", "window-order", "per-person", "item-missing", "beside-published", and by the database.
    """
    require(by, Power.RUN_BENEFITS, union)
    _check_plan(plan)
    call = _call(union, release, beside, by, at)
    pool = pools.add_pool(call=call, union=union, units=release.places, name=plan.name, by=by, at=at)
    scheme = Scheme.make(federation=union.federation, union=union, call=call, pool=pool, **_columns(plan))
    SchemeReach.objects.bulk_create(
        [SchemeReach(federation=union.federation, scheme=scheme, union=one) for one in reach or [union]]
    )
    journal.write("scheme.drafted", of=scheme, by=by, at=at, value=str(plan.value), budget=str(plan.budget))
    return scheme


@atomic
def edit(*, scheme: Scheme, plan: Plan, by: Actor, at: datetime) -> Scheme:
    """Everything while it is a draft; later what it says about itself, and more budget or days.

    Refused: "no-power", "scheme-fixed" (what people were promised), "budget-below-issued", "scheme-ended".
    """
    scheme = _lock(scheme, by)
    _check_plan(plan)
    columns = _columns(plan)
    if scheme.state in {SchemeState.WITHDRAWN, SchemeState.CLOSED}:
        raise Refused("scheme-ended", "这项福利已经停发，不能再改。")
    if scheme.state == SchemeState.PUBLISHED:
        _check_promise(scheme, columns)
        _check_budget(scheme, plan.budget)
    changed = sorted(name for name, value in columns.items() if getattr(scheme, name) != value)
    before = scheme.last_day
    for name, value in columns.items():
        setattr(scheme, name, value)
    scheme.save(update_fields=list(columns))
    if scheme.good_days is None and scheme.last_day > before:  # what people hold lives as long as what comes
        Voucher.objects.filter(scheme=scheme, state__in=HELD, last_day=before).update(last_day=scheme.last_day)
    pools.rename(pool=scheme.pool, name=scheme.name, by=by, at=at)
    journal.write("scheme.edited", of=scheme, by=by, at=at, changed=changed)
    return scheme


@atomic
def set_release(*, scheme: Scheme, places: int, opens: datetime, closes: datetime, by: Actor, at: datetime) -> Scheme:
    """More or fewer places, another window; also after publishing. The budget must reach for all of them.

    Refused: "no-power", "places", "places-taken" (shrunk below what was given), "budget-below-places", "window-order",
    "window-after-scheme".
    """
    scheme = _lock(scheme, by)
    first = Scheme.objects.filter(call=scheme.call_id).order_by("last_day")[0]  # of all that are given together
    _check_window(first, closes)
    calls.set_window(call=scheme.call, opens=opens, closes=closes, by=by, at=at)
    if places != scheme.pool.units:
        if scheme.state == SchemeState.PUBLISHED:
            _check_reaches(scheme, places)
        pools.resize(pool=scheme.pool, units=places, by=by, at=at)
    journal.write("scheme.release-set", of=scheme, by=by, at=at, places=places)
    return _fresh(scheme)


@atomic
def publish(*, scheme: Scheme, by: Actor, at: datetime) -> Scheme:
    """Refused: "no-power", "line-missing", "line-ended", "limit-unknown", "value-over-limit", "budget-below-places",
    "rule-fact" and its like, "window-after-scheme", and what the engine refuses.
    """
    scheme = _lock(scheme, by)
    scheme.state = SchemeState(SCHEME_MOVES.target("publish", scheme.state))
    if scheme.line_id is None:
        raise Refused("line-missing", "请先选这项福利在共同目录里是哪一项，再公布。")
    _check_line(scheme, by.on)
    _check_limit(scheme, at)
    _check_reaches(scheme, scheme.pool.units)
    _check_window(scheme, scheme.call.closes)
    _check_result(scheme)
    if (version := scheme.call.rule_version) is not None:
        rules.check(from_data(version.condition))
    if scheme.call.state != CallState.PUBLISHED:
        calls.publish(call=scheme.call, by=by, at=at)
    elif at < scheme.call.opens:  # beside others that are published: its reach is part of the call's
        busy.check(scheme.call, at=at)
    scheme.save(update_fields=["state"])
    line = {"line": scheme.line.public_id, "unsigned": _unsigned(scheme.line, by.on)} if scheme.line else {}
    journal.write("scheme.published", of=scheme, by=by, at=at, **line)
    return scheme


@atomic
def open_lane(*, scheme: Scheme, by: Actor, at: datetime) -> Scheme:
    """For a rush: it is claimed by the release lane alone. Refused: "no-power", and what lanes.open_lane refuses."""
    scheme = _lock(scheme, by)
    lanes.open_lane(pool=scheme.pool, by=by, at=at)
    return _fresh(scheme)


@atomic
def withdraw(*, scheme: Scheme, why: str, by: Actor, at: datetime) -> Scheme:
    """For good: nobody can ask any more, the line is ended and told why. What was issued stays good until its last day.

    Refused: "no-power", "why-missing", "wrong-state".
    """
    if not why.strip():
        raise Refused("why-missing", "请写一句原因，职工会看到。")
    scheme = _lock(scheme, by)
    scheme.state = SchemeState(SCHEME_MOVES.target("withdraw", scheme.state))
    scheme.why = why.strip()
    scheme.save(update_fields=["state", "why"])
    pools.end_line(pool=scheme.pool, by=by, at=at, why=scheme.why)
    others = Scheme.objects.filter(call=scheme.call, state=SchemeState.PUBLISHED).exclude(pk=scheme.pk)
    if not others.exists():
        calls.withdraw(call=scheme.call, by=by, at=at)
    journal.write("scheme.withdrawn", of=scheme, by=by, at=at)
    return scheme


@atomic
def close(*, scheme: Scheme, by: Actor, at: datetime) -> Scheme:
    """When nothing is live any more and every partner is paid; a refund may still come. Refused: "no-power", "wrong-state",
    "vouchers-live", "redemptions-unsettled".
    """
    scheme = _lock(scheme, by)
    scheme.state = SchemeState(SCHEME_MOVES.target("close", scheme.state))
    live = Voucher.objects.filter(scheme=scheme, state=VoucherState.ISSUED).count()
    if live:
        raise Refused("vouchers-live", "还有%(live)s张没有使用，最后一天过后才能结清。", live=live)
    if names := unsettled_with(scheme):
        raise Refused(
            "redemptions-unsettled",
            "和这些商户的账还没有结完：%(names)s。请先做结算单，双方签字，再结清。",
            names="、".join(names),
        )
    scheme.save(update_fields=["state"])
    journal.write("scheme.closed", of=scheme, by=by, at=at, spent=str(scheme.bound))
    return scheme


def _lock(scheme: Scheme, by: Actor) -> Scheme:
    """Its pool first, as everywhere: pool, scheme, person."""
    lines.lock_pool(scheme.pool_id)
    row: Scheme = Scheme.objects.select_related("union", "call__rule_version__rule", "pool", "line").lock(scheme.pk)
    require(by, Power.RUN_BENEFITS, row.union_id)
    return row


def _fresh(scheme: Scheme) -> Scheme:
    row: Scheme = Scheme.objects.select_related("union", "call", "pool", "line").get(pk=scheme.pk)
    return row


def _call(union: Union, release: Release, beside: Scheme | None, by: Actor, at: datetime) -> Call:
    if beside is None:
        return calls.open_call(
            union=union,
            kind=KIND,
            opens=release.opens,
            closes=release.closes,
            rule_version=release.rule_version,
            per_person=release.per_person,
            assurance=release.assurance,
            manner=release.manner,
            by=by,
            at=at,
        )
    beside = Scheme.objects.select_related("call").lock(beside.pk)
    if beside.state != SchemeState.DRAFT or beside.union_id != union.pk:
        raise Refused("beside-published", "只能和本会还没有公布的福利放在一次开放里，请另选一项。")
    call: Call = beside.call
    return call


def _columns(plan: Plan) -> dict[str, Any]:
    return {column.name: getattr(plan, column.name) for column in fields(plan)}


def _check_plan(plan: Plan) -> None:
    if not plan.name.strip():
        raise Refused("name-missing", "请给这项福利起个名称。")
    if plan.kind == SchemeKind.ITEM and not plan.item.strip():
        raise Refused("item-missing", "请写明发的是什么，例如“年票1张”。")


def _check_promise(scheme: Scheme, columns: dict[str, Any]) -> None:
    """What people saw when they asked for it stays; the last day may only move back."""
    fixed = ("kind", "value", "item", "fund", "universal", "limit_key", "least_spend", "good_days", "starts", "line")
    if any(getattr(scheme, name) != columns[name] for name in fixed):
        raise Refused(
            "scheme-fixed", "公布以后，面值、物品、起用日期、资金来源和目录项不能再改。要改请停发后另办一项。"
        )
    if columns["last_day"] < scheme.last_day:
        raise Refused("scheme-fixed", "公布以后，最后一天只能往后改，不能提前到%(day)s。", day=Day(columns["last_day"]))


def _check_budget(scheme: Scheme, budget: Decimal) -> None:
    open_places = scheme.pool.units - scheme.pool.taken + _passing_on(scheme)
    needed = scheme.bound + scheme.value * open_places
    if budget < needed:
        raise Refused(
            "budget-below-issued",
            "已发出的券占用%(bound)s元，还开放着%(open)s个名额（%(rest)s元），预算不能少于%(needed)s元。"
            "要减预算，请先减名额。",
            bound=plain(scheme.bound),
            open=open_places,
            rest=plain(scheme.value * open_places),
            needed=plain(needed),
        )


def _passing_on(scheme: Scheme) -> int:
    """Places that are given and bind no money yet: they go on to the next in line, who shall not meet an empty purse."""
    return Voucher.objects.filter(scheme=scheme, state=VoucherState.WITHHELD).count()


def _check_reaches(scheme: Scheme, places: int) -> None:
    needed = scheme.bound + scheme.value * (max(places - scheme.pool.taken, 0) + _passing_on(scheme))
    if scheme.budget < needed:
        raise Refused(
            "budget-below-places",
            "%(places)s个名额要%(needed)s元，预算只有%(budget)s元。请增加预算，或减少名额。",
            places=places,
            needed=plain(needed),
            budget=plain(scheme.budget),
        )


def _check_line(scheme: Scheme, on: date) -> None:
    """What both federations have ended is nothing to refer to any more."""
    ended = scheme.line.ended_on if scheme.line else None
    if ended is not None and ended <= max(on, scheme.starts):
        raise Refused(
            "line-ended",
            "“%(line)s”从%(day)s起不再是共同目录的一项，请改选一项，再公布。",
            line=scheme.line.name if scheme.line else "",
            day=Day(ended),
        )


def _unsigned(line: CatalogueLine, on: date) -> str:
    """It holds nothing up, or every grass-roots union would wait for two federations; but it stands on record."""
    return "、".join(union.name for union in signings([line], on)[line.pk].missing)


def _check_limit(scheme: Scheme, at: datetime) -> None:
    """One alone must fit into a year."""
    limit = limits.limit_of(scheme, max(localdate(at), scheme.starts))
    if limit is not None and scheme.value > limit.most:
        raise Refused(
            "value-over-limit",
            "%(called)s是%(most)s元（%(document)s：%(clause)s），这一项每张%(value)s元，超过了。请改面值或单价。",
            called=limit.words,
            most=plain(limit.most),
            document=limit.document,
            clause=limit.clause,
            value=plain(scheme.value),
        )


def _check_result(scheme: Scheme) -> None:
    """Whoever is drawn after the last day could be given nothing."""
    result = scheme.call.result_at
    if result is not None and localdate(result) > scheme.last_day:
        raise Refused(
            "window-after-scheme",
            "公布结果的时间不能晚于最后一天可用的日子（%(day)s），请改其中一个。",
            day=Day(scheme.last_day),
        )


def _check_window(scheme: Scheme, closes: datetime) -> None:
    if localdate(closes) > scheme.last_day:
        raise Refused(
            "window-after-scheme",
            "领取截止不能晚于最后一天可用的日子（%(day)s），请改其中一个。",
            day=Day(scheme.last_day),
        )
