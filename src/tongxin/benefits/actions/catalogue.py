"""The joint catalogue: drafted by one federation, in force once every party has signed for itself; a change is a new version."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tongxin.benefits.asked_facts import ASKED, USABLE, Situation
from tongxin.benefits.models import CatalogueLine, CatalogueSignature, CatalogueTerms, CatalogueVersion
from tongxin.benefits.promises import VERSION_MOVES, LineKind, Measure, Promise, Unit, VersionState
from tongxin.benefits.queries.catalogue import parties_of
from tongxin.kernel.public_ids import new_public_id
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, may, require
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.rulebook.actions import rules
from tongxin.rulebook.models import RuleVersion
from tongxin.rules.conditions import Compare, comparisons, from_data, to_data
from tongxin.store.atomic import atomic
from tongxin.unions.models import Closure, Kind, Union
from tongxin.unions.models.tree import Confidence


@dataclass(frozen=True, slots=True)
class Said:
    """What a version says for one region."""

    region: Union
    promise: Promise
    measure: Measure = Measure.UNKNOWN
    amount: Decimal | None = None
    unit: Unit | None = None
    how: str = ""
    document: str = ""
    clause: str = ""
    source: str = ""
    confidence: Confidence = Confidence.UNSURE
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """All that a version says. `rule` names the published rule whose condition was taken over, if one was."""

    who: str
    valid_from: date
    said: Sequence[Said]
    condition: Mapping[str, object] | None = None
    rule: RuleVersion | None = None
    changed: str = ""
    note: str = ""


@atomic
def draft_line(
    *,
    union: Union,
    others: Collection[Union],
    name: str,
    kind: LineKind,
    wording: Wording,
    code: str = "",
    by: Actor,
    at: datetime,
) -> CatalogueLine:
    """A new item and its first version, which nobody has signed yet. `union` keeps the paper.

    Refused: "no-power", "name-missing", "catalogue-parties", "catalogue_name_once" and what `draft_version` refuses.
    """
    require(by, Power.MANAGE_CATALOGUE, union)
    if not name.strip():
        raise Refused("name-missing", "还没有填这一项叫什么，请填上。")
    parties = {one.pk: one for one in (union, *others)}
    if len(parties) == 1 or any(one.kind != Kind.FEDERATION for one in parties.values()):
        raise Refused("catalogue-parties", "共同目录要由两个以上的总工会一起签，请选上对方总工会。")
    line = CatalogueLine.make(
        federation=union.federation, union=union, code=code or new_public_id(), name=name.strip(), kind=kind
    )
    journal.write("catalogue.line-added", of=line, by=by, at=at)
    _draft(line, parties.values(), wording, by=by, at=at)
    return line


@atomic
def draft_version(*, line: CatalogueLine, wording: Wording, by: Actor, at: datetime) -> CatalogueVersion:
    """The next version, by any party. What is in force stays so until every party has signed this one.

    Refused: "no-power", "catalogue-ended", "catalogue_one_draft", "catalogue-order", "catalogue-changed", "who-missing",
    "catalogue-region", "catalogue-terms", "rule-form", "rule-fact", "rule-type", "catalogue_amount" and its like.
    """
    line = CatalogueLine.objects.lock(line.pk)
    parties = parties_of(line)
    if not any(may(by, Power.MANAGE_CATALOGUE, party) for party in parties):
        require(by, Power.MANAGE_CATALOGUE, line.union_id)
    if not wording.changed.strip():
        raise Refused("catalogue-changed", "请写明和上一版相比改了什么，职工和对方都要看。")
    return _draft(line, parties, wording, by=by, at=at)


def sign(*, version: CatalogueVersion, union: Union, by: Actor, at: datetime) -> CatalogueVersion:
    """One party signs, for itself alone. The last signature makes the version joint. What is refused is on record, but for
    a second press.

    Refused: "no-power", "catalogue-stranger", "catalogue-signed", "wrong-state", "catalogue-ended", "catalogue-order".
    """
    try:
        return _sign(version=version, union=union, by=by, at=at)
    except Refused as refusal:
        if refusal.code != "catalogue-signed":
            _note_refused(version, union, refusal, by, at)
        raise


@atomic
def _note_refused(version: CatalogueVersion, union: Union, refusal: Refused, by: Actor, at: datetime) -> None:
    """Under the union that keeps the paper: someone signed for another, or what can no longer be signed."""
    journal.write(
        "catalogue.sign-refused",
        of=version.line,
        by=by,
        at=at,
        number=version.number,
        name=union.name,
        code=refusal.code,
    )


@atomic
def _sign(*, version: CatalogueVersion, union: Union, by: Actor, at: datetime) -> CatalogueVersion:
    require(by, Power.MANAGE_CATALOGUE, union)
    line, version = _lock(version)
    state = VERSION_MOVES.target("complete", version.state)
    _check_open(line)
    signature = CatalogueSignature.objects.filter(version=version, union=union).first()
    if signature is None:
        raise Refused("catalogue-stranger", "“%(union)s”不是这一版的签署方，请由签署方来签。", union=union.name)
    if signature.signed_at is not None:
        raise Refused("catalogue-signed", "“%(union)s”已经签过这一版，不用再签。", union=union.name)
    signature.signed_at, signature.account, signature.signed_by = at, by.account_id, _name_of(by)
    signature.save(update_fields=["signed_at", "account", "signed_by"])
    journal.write("catalogue.signed", of=line, by=by, at=at, union=union.pk, number=version.number)
    if not CatalogueSignature.objects.filter(version=version, signed_at=None).exists():
        _check_order(line, version.valid_from)
        _move(version, state, at)
        journal.write("catalogue.joint", of=line, by=by, at=at, number=version.number)
    return version


@atomic
def drop(*, version: CatalogueVersion, by: Actor, at: datetime) -> CatalogueVersion:
    """A draft is taken back by any party. It stays readable to staff. Refused: "no-power", "wrong-state"."""
    line, version = _lock(version)
    if not any(may(by, Power.MANAGE_CATALOGUE, party) for party in parties_of(line)):
        require(by, Power.MANAGE_CATALOGUE, line.union_id)
    _move(version, VERSION_MOVES.target("drop", version.state), at)
    journal.write("catalogue.dropped", of=line, by=by, at=at, number=version.number)
    return version


@atomic
def end(*, line: CatalogueLine, union: Union, on: date, why: str, by: Actor, at: datetime) -> CatalogueLine:
    """Any party ends the item, from today or a later day on. Its history stays.

    Refused: "no-power", "catalogue-stranger", "catalogue-ended", "why-missing", "catalogue-past".
    """
    require(by, Power.MANAGE_CATALOGUE, union)
    line = CatalogueLine.objects.lock(line.pk)
    if union not in parties_of(line):
        raise Refused("catalogue-stranger", "“%(union)s”不是这一项的签署方，不能代为结束。", union=union.name)
    _check_open(line)
    if not why.strip():
        raise Refused("why-missing", "请写明为什么结束，职工看得到。")
    if on < by.on:
        raise Refused("catalogue-past", "只能从今天或以后的某一天结束，请改日期。")
    line.ended_on, line.ended_why = on, why.strip()
    line.save(update_fields=["ended_on", "ended_why"])
    journal.write("catalogue.ended", of=line, by=by, at=at, union=union.pk, on=on.isoformat())
    return line


def _draft(
    line: CatalogueLine, parties: Collection[Union], wording: Wording, *, by: Actor, at: datetime
) -> CatalogueVersion:
    _check_open(line)
    _check_order(line, wording.valid_from)
    if not wording.who.strip():
        raise Refused("who-missing", "还没有填给谁，请用一句话写清楚。")
    _check_regions(parties, wording, by.on)
    version = CatalogueVersion.make(
        line=line,
        number=CatalogueVersion.objects.filter(line=line).count() + 1,
        who=wording.who.strip(),
        condition=_condition(wording),
        rule=wording.rule,
        changed=wording.changed.strip(),
        note=wording.note.strip(),
        valid_from=wording.valid_from,
        account=by.account_id,
        at=at,
    )
    CatalogueTerms.objects.bulk_create([_terms(version, said) for said in wording.said])
    CatalogueSignature.objects.bulk_create([CatalogueSignature(version=version, union=party) for party in parties])
    journal.write("catalogue.drafted", of=line, by=by, at=at, number=version.number)
    return version


def _condition(wording: Wording) -> dict[str, object] | None:
    if wording.condition is None:
        return None
    tree = from_data(wording.condition)
    for comparison in comparisons(tree):
        _check_comparison(comparison)
    return to_data(tree)


def _check_comparison(comparison: Compare) -> None:
    """What the house records is checked as a rule is; what people only tell is a set, and a value is in it or not."""
    if comparison.fact not in USABLE:
        raise Refused(
            "rule-fact",
            "系统里没有“%(fact)s”这项事实，请改用：%(known)s。",
            fact=comparison.fact,
            known="、".join(USABLE),
        )
    if comparison.fact not in ASKED:
        rules.check(comparison)
    elif comparison.op != "has" or comparison.value not in Situation.values:
        raise Refused(
            "rule-type",
            "“%(fact)s”（%(called)s）不能这样比较，请改比较方式或值。",
            fact=comparison.fact,
            called=ASKED[comparison.fact].words,
        )


def _terms(version: CatalogueVersion, said: Said) -> CatalogueTerms:
    return CatalogueTerms(
        version=version, region=said.region, promise=said.promise, measure=said.measure, amount=said.amount,
        unit=said.unit or "", how=said.how.strip(), document=said.document.strip(), clause=said.clause.strip(),
        source=said.source.strip(), confidence=said.confidence, parameter=said.parameter.strip(),
    )  # fmt: skip


def _check_regions(parties: Collection[Union], wording: Wording, on: date) -> None:
    """Each region is a party's own, or one above all parties."""
    if not wording.said:
        raise Refused("catalogue-terms", "至少要写一个地区的规定；还没查到的，写“还不清楚”。")
    keys = {party.pk for party in parties}
    for said in wording.said:
        if said.region.pk in keys:
            continue
        below = Closure.objects.as_of(on).filter(ancestor=said.region, descendant__in=keys)
        if below.count() != len(keys):
            raise Refused("catalogue-region", "“%(region)s”不在签署各方的范围里，请改选地区。", region=said.region.name)


def _check_open(line: CatalogueLine) -> None:
    if line.ended_on is not None:
        raise Refused("catalogue-ended", "这一项已经结束，不能再改。要恢复，请另起一项。")


def _check_order(line: CatalogueLine, valid_from: date) -> None:
    """Versions follow one another: each begins after the one before, so that no two speak for the same day."""
    last = (
        CatalogueVersion.objects.filter(line=line, state=VersionState.JOINT)
        .order_by("-valid_from")
        .values_list("valid_from", flat=True)
        .first()
    )
    if last is not None and valid_from <= last:
        raise Refused(
            "catalogue-order",
            "已有从%(last)s起的版本，新版本要从更晚的一天开始，两版的日子才不会重叠。请改开始日期。",
            last=f"{last:%Y年%-m月%-d日}",
        )


def _lock(version: CatalogueVersion) -> tuple[CatalogueLine, CatalogueVersion]:
    """The line first: it is the owner of its versions and of their signatures."""
    line = CatalogueLine.objects.lock(version.line_id)
    return line, CatalogueVersion.objects.lock(version.pk)


def _move(version: CatalogueVersion, state: str, at: datetime) -> None:
    version.state, version.complete_at = state, at
    version.save(update_fields=["state", "complete_at"])


def _name_of(by: Actor) -> str:
    """As staff of both sides read it later; the public reads the federation's name alone."""
    if by.person_id is None:
        return ""
    return str(Person.objects.values_list("name", flat=True).get(pk=by.person_id))
