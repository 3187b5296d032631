"""Members who are no longer on the list: asked about once, and nothing ends unless somebody says so. A short list is held."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.people.actions import membership_states, memberships
from tongxin.people.actions.imports.judged import recount
from tongxin.people.authority import Actor, require
from tongxin.people.models import ImportBatch, Membership, MissingAnswer
from tongxin.people.models.memberships import EndReason
from tongxin.people.powers import Power
from tongxin.people.queries.lists import is_short, last_list, missing_members, open_questions
from tongxin.people.states import BatchState, WhyMissing
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic

WHOLE, ADDITION = "whole", "addition"
SHORT: Final = "这份名册有%(rows)d行，不到上次（%(last)d行）的七成。请先确认是全部会员，还是只传了一部分。"


@atomic
def answer_missing(
    *,
    batch: ImportBatch,
    members: Collection[str],
    answer: str,
    on: date,
    reason: str,
    by: Actor,
    at: datetime,
) -> list[MissingAnswer]:
    """`members` are public ids of memberships. All of them, or none: who was answered for meanwhile is named.

    Refused: "nobody-chosen", "answer-unknown", "reason-missing", "day-to-come", "member-answered", "wrong-state", and what
    ending a membership refuses.
    """
    require(by, Power.IMPORT_ROSTER, batch.union_id)
    batch = ImportBatch.objects.select_related("union").lock(batch.pk)
    if batch.state != BatchState.DONE:
        raise Refused("wrong-state", "名册还没有导入，请导入后再答。")
    if not members:
        raise Refused("nobody-chosen", "请先勾选要答复的会员。")
    if answer not in set(WhyMissing):
        raise Refused("answer-unknown", "请选是怎么回事。")
    if not reason.strip():
        raise Refused("reason-missing", "请写明原因。")
    if on > by.on:
        raise Refused("day-to-come", "日期不能晚于今天，请到那天再办。")
    asked = {stay.public_id: stay for stay in open_questions(batch).filter(public_id__in=members).order_by("person")}
    if len(asked) < len(set(members)):
        raise Refused("member-answered", "有会员已经有人答复过，或已不在本工会，请刷新后再看。")
    return [_answer(stay, batch, WhyMissing(answer), on, reason.strip()[:200], by, at) for stay in asked.values()]


def _answer(
    stay: Membership, batch: ImportBatch, answer: WhyMissing, on: date, reason: str, by: Actor, at: datetime
) -> MissingAnswer:
    if on < stay.starts:
        raise Refused("move-before-start", "日期不能早于入会日期%(starts)s，请核对。", starts=stay.starts.isoformat())
    if answer is WhyMissing.LEFT:
        memberships.end(membership=stay, on=on, reason=EndReason.LEFT, by=by, at=at)
    elif answer is WhyMissing.RETIRED:
        membership_states.retire(membership=stay, on=on, by=by, at=at)
    made = MissingAnswer.make(
        membership=stay, batch=batch, union=batch.union, federation=batch.federation,
        answer=answer, on=on, reason=reason, account=by.account_id, at=at,
    )  # fmt: skip
    journal.write("membership.missing-answered", of=stay, by=by, at=at, answer=answer, on=on.isoformat())
    return made


@atomic
def confirm_short(*, batch: ImportBatch, what: str, by: Actor, at: datetime) -> ImportBatch:
    """What a much shorter list is: "whole", or an "addition", after which nobody is asked about.

    Refused: "short-unknown", "wrong-state", "no-power".
    """
    require(by, Power.IMPORT_ROSTER, batch.union_id)
    if what not in {WHOLE, ADDITION}:
        raise Refused("short-unknown", "请选这份名册是全部会员，还是补充名单。")
    batch = ImportBatch.objects.select_related("union", "continues").lock(batch.pk)
    batch.move("edit")
    batch.held, batch.partial = False, what == ADDITION
    recount(batch)
    batch.save()
    journal.write("roster.confirmed", of=batch, by=by, at=at, what=what, rows=batch.rows)
    return batch


def hold_if_short(batch: ImportBatch) -> None:
    """The caller saves. Before it is judged whole, nobody can tell whether a page of the list was left out."""
    batch.held = is_short(batch.rows, last_list(batch)) and not batch.partial


def must_not_be_held(batch: ImportBatch) -> None:
    if batch.held:
        last = last_list(batch)
        raise Refused("list-short", SHORT, rows=batch.rows, last=last.rows if last else 0)


def ask_again(batch: ImportBatch) -> None:
    """Whom this list names is on it again: what was said of them earlier is over."""
    if not batch.partial:
        said = MissingAnswer.objects.filter(union=batch.union_id, answer=WhyMissing.HERE)
        away = missing_members(batch).filter(pk__in=list(said.values_list("membership", flat=True)))
        said.exclude(membership__in=list(away.values_list("pk", flat=True))).delete()
