"""A version is written as a draft, rehearsed, accepted by somebody's name, and only then published."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from tongxin.kernel.periods import Days
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.rulebook.actions import rules
from tongxin.rulebook.models import Acceptance, Draft, ParameterKey, Rule, RuleVersion, ValueType
from tongxin.rulebook.queries import rehearsal, version_in_force
from tongxin.rulebook.queries.rehearsal import Figures
from tongxin.rules.conditions import from_data
from tongxin.rules.editing import EMPTY
from tongxin.store.atomic import atomic

FRESH: Final = timedelta(days=7)  # members come and go: older figures say nothing of today


@dataclass(frozen=True, slots=True)
class Terms:
    """From when until when, and what each person reached costs: an amount, or a parameter."""

    valid_from: date
    valid_to: date | None = None
    amount: Decimal | None = None
    amount_key: ParameterKey | None = None


@atomic
def begin(*, rule: Rule, by: Actor, at: datetime) -> Draft:
    """With the wording in force, or empty. There is one draft a rule: who begins again goes on with it.

    Refused: "no-power".
    """
    rule = Rule.objects.select_related("union").lock(rule.pk)
    require(by, Power.MANAGE_RULES, rule.union)
    open_one: Draft | None = Draft.objects.filter(rule=rule, version=None, dropped_at=None).first()
    if open_one is not None:
        return open_one
    last = version_in_force(rule, by.on)
    draft = Draft.make(
        rule=rule,
        condition=last.condition if last else dict(EMPTY),
        valid_from=by.on,
        changed_by=by.account_id,
        changed_at=at,
    )
    journal.write("rule.drafted", of=rule, by=by, at=at)
    return draft


@atomic
def write(*, draft: Draft, condition: dict[str, Any], revision: int, by: Actor, at: datetime) -> Draft:
    """`revision`: what the writer saw. It may be unfinished: only publishing asks for all. Refused: "draft-moved"."""
    draft = _lock(draft, by)
    if draft.revision != revision:
        raise Refused("draft-moved", "草稿刚被别人改过。下面是现在的样子，请看过再改。")
    draft.condition = condition
    return _changed(draft, by, at)


@atomic
def set_terms(*, draft: Draft, terms: Terms, by: Actor, at: datetime) -> Draft:
    """Refused: "period-empty", "draft-amount"."""
    draft = _lock(draft, by)
    Days(terms.valid_from, terms.valid_to)
    if terms.amount is not None and (terms.amount < 0 or terms.amount_key is not None):
        raise Refused("draft-amount", "每人金额不能是负数；填了金额就不用再选参数。")
    if terms.amount_key is not None and terms.amount_key.type == ValueType.TEXT:
        raise Refused("draft-amount", "这个参数不是数，不能当金额。")
    draft.valid_from, draft.valid_to = terms.valid_from, terms.valid_to
    draft.amount, draft.amount_key = terms.amount, terms.amount_key
    return _changed(draft, by, at)


@atomic
def drop(*, draft: Draft, by: Actor, at: datetime) -> None:
    draft = _lock(draft, by)
    draft.dropped_at = at
    draft.save(update_fields=["dropped_at"])
    journal.write("rule.draft-dropped", of=draft.rule, by=by, at=at)


@atomic
def accept(*, draft: Draft, revision: int, differing: int, remark: str, by: Actor, at: datetime) -> Acceptance:
    """Takes what the rehearsal of this revision says by today, by name. `differing`: the number that the accepter read.

    Refused: "draft-moved", "rehearsal-moved" (the number is another by now), "accept-remark" (differences need a reason),
    and whatever refuses the rule itself.
    """
    draft = _lock(draft, by)
    if draft.revision != revision:
        raise Refused("draft-moved", "草稿刚被别人改过。下面是现在的样子，请看过再改。")
    rules.check(from_data(draft.condition))
    found = rehearsal.figures(draft, today=by.on)
    if found.replayed.differing != differing:
        raise Refused("rehearsal-moved", "和您看到的数字相比又有了变化，请看过现在的试算再确认。")
    if differing and not remark.strip():
        raise Refused("accept-remark", "有%(count)s件以前的决定会不一样，请写明为什么可以。", count=differing)
    made = Acceptance.make(
        draft=draft,
        revision=revision,
        name=_name_of(by),
        account=by.account_id,
        remark=remark.strip(),
        at=at,
        **_columns(found),
    )
    journal.write("rule.accepted", of=draft.rule, by=by, at=at, revision=revision, differing=differing, lose=made.lose)
    return made


@atomic
def publish(*, draft: Draft, by: Actor, at: datetime) -> RuleVersion:
    """Refused: "rehearsal-missing" unless someone accepted this very revision within the last seven days."""
    draft = _lock(draft, by)
    accepted = draft.acceptances.filter(revision=draft.revision, at__gt=at - FRESH).exists()
    if not accepted:
        raise Refused("rehearsal-missing", "还没有人看过这一稿的试算并确认，或确认已超过七天。请先试算、确认，再发布。")
    version = rules.publish(
        rule=draft.rule,
        condition=draft.condition,
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
        by=by,
        at=at,
    )
    draft.version = version
    draft.save(update_fields=["version"])
    return version


def _lock(draft: Draft, by: Actor) -> Draft:
    draft = Draft.objects.select_related("rule__union", "amount_key").lock(draft.pk)
    require(by, Power.MANAGE_RULES, draft.rule.union)
    if draft.version_id is not None or draft.dropped_at is not None:
        raise Refused("draft-closed", "这份草稿已经发布或放弃，请从规则页重新开始。")
    return draft


def _changed(draft: Draft, by: Actor, at: datetime) -> Draft:
    draft.revision += 1
    draft.changed_by, draft.changed_at = by.account_id, at
    draft.save()
    journal.write("rule.draft-changed", of=draft.rule, by=by, at=at, revision=draft.revision)
    return draft


def _name_of(by: Actor) -> str:
    name: str | None = Person.objects.filter(pk=by.person_id or 0).values_list("name", flat=True).first()
    return name or "系统"


def _columns(found: Figures) -> dict[str, Any]:
    return {
        "on": found.on,
        "members": found.counted.members,
        "reached": found.reached,
        "unknown": found.unknown,
        "gain": found.counted.gain,
        "lose": found.counted.lose,
        "cost": found.cost,
        "replayed": found.replayed.total,
        "differing": found.replayed.differing,
    }
