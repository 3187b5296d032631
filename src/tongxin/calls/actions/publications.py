"""公示: the outcome as text with its digest, for some days, and what is objected against it.

Names stand masked; in full only for a written reason (PIPL article 25), which is published with them. Objections are filed by
people who are signed in, or taken down by staff for who calls or writes; nobody is named in what is published of them. An
objection that is upheld suspends the award that it names. It never draws again by itself: that is announced like any draw.
"""

from datetime import datetime, time, timedelta
from hashlib import sha256

from django.utils.timezone import get_default_timezone, localdate

from tongxin.calls.actions import awards
from tongxin.calls.models import Award, Call, Objection, Publication
from tongxin.calls.queries.outcomes import outcome_lines, tickets_in
from tongxin.calls.states import HOLDING, OBJECTION_MOVES, AwardState, ObjectionState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic
from tongxin.store.moments import Moment


@atomic
def publish(*, call: Call, full_names_why: str = "", by: Actor, at: datetime) -> Publication:
    """As the outcome stands now, until the end of the call's last day of notice. Before those days are over: once.

    Refused: "no-power", "not-settled" (no place was given yet), "published-already".
    """
    require(by, Power.RUN_CALLS, call.union_id)
    call = Call.objects.lock(call.pk)
    if not Award.objects.filter(pool__call=call, state__in=HOLDING).exists():
        raise Refused("not-settled", "还没有给出名额，没有可以公示的结果。")
    if Publication.objects.filter(call=call, application=None, until__gt=at).exists():
        raise Refused("published-already", "这一次的结果正在公示，不用再公示一遍。")
    lines = outcome_lines(call, full_names=bool(full_names_why.strip()))
    publication = Publication.make(
        federation=call.federation,
        call=call,
        union_id=call.union_id,
        at=at,
        until=_end_of(at, call.notice_days),
        full_names_why=full_names_why.strip()[:200],
        lines=lines,
        digest=sha256(lines.encode()).hexdigest(),
    )
    journal.write("call.outcome-published", of=publication, by=by, at=at, digest=publication.digest,
                  full_names=publication.full_names_why)  # fmt: skip
    return publication


@atomic
def object_to(
    *, publication: Publication, words: str, ticket: str = "", came_by: str = "", by: Actor, at: datetime
) -> Objection:
    """By the worker who is signed in; with `came_by`, by staff for someone who called or wrote, whose name is not kept.

    Refused: "notice-over", "words-missing", "ticket-unknown", "no-power", "objection_one_open".
    """
    publication = Publication.objects.lock(publication.pk)
    if came_by.strip():
        require(by, Power.RUN_CALLS, publication.union_id)
    elif by.person_id is None:
        raise Refused("no-power", "请先登录再提异议；不方便登录的，可以打电话或写信给主办的工会，由他们登记。")
    if at >= publication.until:
        raise Refused(
            "notice-over", "公示已在%(until)s结束。还有疑问的，请联系主办的工会。", until=Moment(publication.until)
        )
    if not words.strip():
        raise Refused("words-missing", "请写明哪里不对，工会才好核对。")
    if (ticket := ticket.strip()) and ticket not in tickets_in(publication.lines):
        raise Refused("ticket-unknown", "公示的名单里没有这个票号，请照名单再填一次，或留空。")
    objection = Objection.make(
        federation=publication.federation,
        publication=publication,
        union_id=publication.union_id,
        person_id=None if came_by.strip() else by.person_id,
        came_by=came_by.strip()[:60],
        ticket=ticket,
        words=words.strip()[:1000],
        account=by.account_id,
        at=at,
    )
    journal.write("objection.filed", of=objection, by=by, at=at, publication=publication.public_id)
    return objection


@atomic
def take_back(*, objection: Objection, by: Actor, at: datetime) -> Objection:
    """By who filed it. Refused: "no-power", "wrong-state"."""
    objection = Objection.objects.lock(objection.pk)
    if objection.person_id is None or by.person_id != objection.person_id:
        raise Refused("no-power", "只能撤回本人提的异议。")
    objection.state = ObjectionState(OBJECTION_MOVES.target("withdraw", objection.state))
    objection.save(update_fields=["state"])
    journal.write("objection.withdrawn", of=objection, by=by, at=at)
    return objection


@atomic
def answer(*, objection: Objection, upheld: bool, words: str, by: Actor, at: datetime) -> Objection:
    """With the reason, which everybody may read. Upheld, it suspends the award of the ticket that it names.

    Refused: "no-power", "own-objection", "words-missing", "wrong-state".
    """
    objection = Objection.objects.select_related("publication__call").lock(objection.pk)
    require(by, Power.RUN_CALLS, objection.union_id)
    if objection.person_id is not None and objection.person_id == by.person_id:
        raise Refused("own-objection", "本人提的异议不能自己答复，请交给同事或上一级。")
    if not words.strip():
        raise Refused("words-missing", "请写明答复的理由，大家都会看到，所以不要写姓名和电话。")
    objection.state = ObjectionState(OBJECTION_MOVES.target("uphold" if upheld else "reject", objection.state))
    objection.answer, objection.answered_by, objection.answered_at = words.strip()[:1000], by.account_id, at
    if upheld:
        objection.award = _suspended(objection, by, at)
    objection.save()
    journal.write(f"objection.{objection.state}", of=objection, by=by, at=at)
    _tell(objection, at)
    return objection


def _suspended(objection: Objection, by: Actor, at: datetime) -> Award | None:
    rows = Award.objects.filter(
        application__ticket=objection.ticket or None,
        pool__call=objection.publication.call,
        state__in=[AwardState.OFFERED, AwardState.HELD],
    )
    first: Award | None = None
    for award in rows.order_by("pk"):
        why = f"有人对公示提出异议，经核对成立：{objection.answer}"
        first = first or awards.suspend(award=award, why=why, by=by, at=at)
    return first


def _tell(objection: Objection, at: datetime) -> None:
    if objection.person_id is None:
        return
    data = {
        "why": objection.answer[:200],
        "state": str(objection.get_state_display()),
        "id": objection.publication.public_id,
    }
    key = f"objection.answered:{objection.public_id}"
    outbox.put([Telling(key, "objection.answered", objection.person_id, objection.federation, data)], at=at)


def _end_of(at: datetime, days: int) -> datetime:
    """The day on which it begins does not count; it ends with the last day."""
    last = localdate(at) + timedelta(days=days + 1)
    return datetime.combine(last, time(), get_default_timezone())
