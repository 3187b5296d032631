"""Unions begin, change their place and end. Nothing here forgets: each change dates the rows beside the union."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q

from tongxin.kernel import uscc as uscc_numbers
from tongxin.kernel.refused import Refused
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.actions.closure import derive, hold_tree
from tongxin.unions.actions.standing import By, must_manage
from tongxin.unions.models import Closure, Confidence, Kind, Level, Parenthood, Succession, Union, UnionName


@atomic
def found(  # noqa: PLR0913 - one name for each thing that is recorded
    *,
    parent: Union | None,
    kind: str,
    level: int,
    name: str,
    code: str,
    founded_on: date,
    by: By,
    at: datetime,
    uscc: str = "",
    synthetic: bool = False,
    name_basis: str = "",
    source: str = "",
    confidence: str = Confidence.SURE,
) -> Union:
    """A new union under `parent`, from its first day on. Only the national one has no parent."""
    hold_tree(growing=True)
    if parent is not None:
        must_manage(by, parent)
        parent = Union.objects.lock(parent.pk)
        _may_stand_under(parent, level, founded_on)
    else:
        _may_stand_on_top(kind, by)
    union = Union(
        kind=kind,
        level=level,
        name=_named(name),
        code=_free_code(code),
        uscc=_free_uscc(uscc),
        founded_on=founded_on,
        synthetic=synthetic,
        name_basis=name_basis,
        federation=parent.federation if parent else 0,
    )
    union.save(force_insert=True)
    _keep_own_records(union, parent)
    _enter(union, parent, source=source, confidence=confidence)
    journal.write("union.founded", of=union, by=by, at=at, union=union.pk, parent=parent.code if parent else "")
    return union


@atomic
def move(
    *, union: Union, parent: Union, on: date, by: By, at: datetime, source: str = "", confidence: str = Confidence.SURE
) -> Union:
    """Under another parent from that day on, until the next change that is already known.

    Refused: "move-ring", "move-same-parent", "move-between-federations", "parent-not-there", "level-above-parent".
    """
    must_manage(by, union, parent)
    hold_tree()
    union, parent = Union.objects.lock(union.pk), Union.objects.lock(parent.pk)
    if union.federation != parent.federation:
        raise Refused("move-between-federations", "跨省（市）不能直接改隶属，请在对方新建工会，再转接会籍。")
    current = Parenthood.objects.as_of(on).filter(child=union).first()
    _may_move(union, parent, current, on)
    ends = current.valid_to if current else _next_parenthood(union, on)
    _refuse_ring(union, parent, on, ends)
    if current:
        _cut(current, on)
    Parenthood.make(child=union, parent=parent, valid_from=on, valid_to=ends, source=source, confidence=confidence)
    derive(_ever_under(union))
    journal.write("union.moved", of=union, by=by, at=at, union=union.pk, to=parent.code, on=on.isoformat())
    return union


@atomic
def dissolve(*, union: Union, on: date, by: By, at: datetime) -> Union:
    """It ends on that day, which is its first day of not being. Refused while unions still stand under it."""
    must_manage(by, union)
    hold_tree()
    union = Union.objects.lock(union.pk)
    _end(union, on)
    journal.write("union.dissolved", of=union, by=by, at=at, union=union.pk, on=on.isoformat())
    return union


@atomic
def merge(
    *,
    predecessors: Iterable[Union],
    successor: Union,
    on: date,
    by: By,
    at: datetime,
    source: str = "",
    confidence: str = Confidence.SURE,
) -> Union:
    """The predecessors end that day and go on in the successor; what stands under them moves under it.

    Members move by people's actions: their membership has its own history.
    """
    predecessors = list(predecessors)
    must_manage(by, successor, *predecessors)
    hold_tree()
    successor = Union.objects.lock(successor.pk)
    for union in Union.objects.lock_rows(union.pk for union in predecessors):
        if union.pk == successor.pk:
            raise Refused("merge-itself", "并入的工会不能是它自己，请从名单里去掉。")
        for child in children_on(union, on):
            move(union=child, parent=successor, on=on, by=by, at=at, source=source, confidence=confidence)
        _end(union, on)
        Succession.make(
            how=Succession.How.MERGED,
            predecessor=union,
            successor=successor,
            on=on,
            source=source,
            confidence=confidence,
        )
        journal.write("union.merged", of=union, by=by, at=at, union=union.pk, into=successor.code, on=on.isoformat())
    return successor


def children_on(union: Union, on: date) -> list[Union]:
    children = Parenthood.objects.as_of(on).filter(parent=union).values("child")
    return list(Union.objects.filter(pk__in=children).order_by("pk"))


# ---- what must hold -----------------------------------------------------------------------------------------------


def _keep_own_records(union: Union, parent: Union | None) -> None:
    """A province-level federation, and the national one, are their own shard."""
    if parent is None or parent.kind == Kind.ACFTU:
        union.federation = union.pk
        union.save(update_fields=["federation"])


def _may_stand_on_top(kind: str, by: By) -> None:
    if kind != Kind.ACFTU:
        raise Refused("parent-missing", "请选上级工会。只有全国总工会没有上级。")
    if not getattr(by, "system", False):
        raise Refused("no-power", "全国总工会在安装时建立，不能在这里新建。")


def _may_stand_under(parent: Union, level: int, on: date) -> None:
    if on < parent.founded_on or (parent.dissolved_on is not None and on >= parent.dissolved_on):
        raise Refused("parent-not-there", "这一天上级工会还没有成立或已经撤销，请改日期或换上级。")
    if level < parent.level:
        raise Refused("level-above-parent", "下级工会的层级不能高于上级，请核对层级。")


def _may_move(union: Union, parent: Union, current: Parenthood | None, on: date) -> None:
    if union.level <= Level.PROVINCE:
        raise Refused("move-province", "省级以上工会不能改隶属。")
    if on < union.founded_on or (union.dissolved_on is not None and on >= union.dissolved_on):
        raise Refused("union-not-there", "这一天这个工会还没有成立或已经撤销，请改日期。")
    if current is not None and current.parent_id == parent.pk:
        raise Refused("move-same-parent", "这一天它已经隶属这个上级，不用再改。")
    _may_stand_under(parent, union.level, on)


def _refuse_ring(union: Union, parent: Union, on: date, ends: date | None) -> None:
    meanwhile = Q(valid_to=None) | Q(valid_to__gt=on)
    if ends is not None:
        meanwhile &= Q(valid_from__lt=ends)
    if Closure.objects.filter(meanwhile, ancestor=union, descendant=parent).exists():
        raise Refused("move-ring", "新上级是它自己或它的下级，请另选上级。")


def _end(union: Union, on: date) -> None:
    if on <= union.founded_on or union.dissolved_on is not None:
        raise Refused("union-not-there", "这一天这个工会还没有成立或已经撤销，请改日期。")
    later = Parenthood.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), parent=union)
    if later.exists():
        raise Refused("union-has-children", "它下面还有工会，请先改它们的隶属，再撤销。")
    union.dissolved_on = on
    union.save(update_fields=["dissolved_on"])
    for rows in (Parenthood.objects.filter(child=union), UnionName.objects.filter(union=union), union.codes.all()):
        rows.filter(valid_from__gte=on).delete()
        rows.filter(Q(valid_to=None) | Q(valid_to__gt=on)).update(valid_to=on)
    derive(_ever_under(union))


def _named(name: str) -> str:
    if not (name := name.strip()):
        raise Refused("name-missing", "请填工会全称。")
    return name


def _free_code(code: str) -> str:
    code = code.strip()
    if not code:
        raise Refused("code-missing", "请填工会代码。")
    if Union.objects.filter(code=code).exists():
        raise Refused("code-taken", "代码%(number)s已经有工会在用，请换一个。", number=code)
    return code


def _free_uscc(text: str) -> str | None:
    if not text.strip():
        return None
    number = uscc_numbers.canonical(text)
    if Union.objects.filter(uscc=number).exists():
        raise Refused("uscc-taken", "这个统一社会信用代码已经有工会在用，请核对。")
    return number


# ---- dated rows ---------------------------------------------------------------------------------------------------


def _enter(union: Union, parent: Union | None, *, source: str, confidence: str) -> None:
    since = {"valid_from": union.founded_on, "source": source, "confidence": confidence}
    UnionName.make(union=union, name=union.name, **since)
    if parent is not None:
        Parenthood.make(child=union, parent=parent, valid_to=parent.dissolved_on, **since)
    derive([union.pk], afresh=False)


def _next_parenthood(union: Union, on: date) -> date | None:
    later = Parenthood.objects.filter(child=union, valid_from__gt=on).order_by("valid_from").first()
    return later.valid_from if later else union.dissolved_on


def _cut(row: Parenthood, on: date) -> None:
    """Ends on that day; a row that began that very day was a slip and goes."""
    if row.valid_from == on:
        row.delete()
        return
    row.valid_to = on
    row.save(update_fields=["valid_to"])


def _ever_under(union: Union) -> list[int]:
    """At or below it at any time: a superset of what a change can touch, by the closure as it stood before."""
    found = Closure.objects.filter(ancestor=union).values_list("descendant_id", flat=True)
    return sorted({*found, union.pk})
