"""What the holder of a seal does: commit before, open after; or say that it is lost. And the outside value, by two people.

A holder with a record acts signed in; an outsider by the link that was handed over. The house learns a seal when it is opened.
"""

import hmac
import re
from datetime import datetime
from typing import Final

from django.conf import settings

from tongxin.calls.actions import rounds
from tongxin.calls.models import Round, Seal
from tongxin.calls.sources import sources
from tongxin.calls.states import RoundState
from tongxin.kernel import draw as kernel
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.moments import Moment

_HEX_64: Final = re.compile(r"[0-9a-f]{64}")


@atomic
def commit(*, seal: Seal, commitment: str, link: str = "", by: Actor, at: datetime) -> Seal:
    """The hash of what the holder drew and keeps. The same once more changes nothing.

    Refused: "not-holder", "seal-late" (the time of the result has come), "seal-committed" (another one is published
    already), "seal-hex", "seal_commitment_once", "wrong-state".
    """
    held, seal = _lock(seal)
    _check_holder(seal, link, by)
    code = tidy(commitment)
    if not _HEX_64.fullmatch(code):
        raise Refused("seal-hex", "封存码是64个0—9、a—f的字符，请照原样粘贴。")
    if seal.commitment:
        if seal.commitment == code:
            return seal
        raise Refused("seal-committed", "您的封存码已经公布，不能再换。")
    if held.state not in {RoundState.ANNOUNCED, RoundState.FROZEN}:
        raise Refused("wrong-state", "这一轮抽签已经结束或作废，不用再封存。")
    if at >= held.commits_until:
        raise Refused(
            "seal-late", "抽签或开奖的时间%(at)s已到，这时封存不算数了。请联系主办工会。", at=Moment(held.commits_until)
        )
    seal.commitment, seal.committed_at = code, at
    seal.save(update_fields=["commitment", "committed_at"])
    journal.write("seal.committed", of=seal, by=by, at=at, union=held.union_id, order=seal.order)
    rounds.complete(held, by=by, at=at)
    return seal


@atomic
def open_seal(*, seal: Seal, text: str, link: str = "", by: Actor, at: datetime) -> Seal:
    """The text itself, once all is published and the time has come; each after the one before.

    Refused: "not-holder", "seal-early", "seal-turn", "seal-wrong" (not the one committed), "seal_opened_or_withheld".
    """
    held, seal = _lock(seal)
    _check_holder(seal, link, by)
    told = tidy(text)
    if seal.text and seal.text == told:
        return seal
    _check_turn(held, seal, at)
    if not _HEX_64.fullmatch(told) or kernel.commitment(told) != seal.commitment:
        raise Refused("seal-wrong", "这个数算出来的封存码，和公布的不一样。请找出当时存下的64个字符，照原样粘贴。")
    seal.text, seal.opened_at = told, at
    seal.save(update_fields=["text", "opened_at"])
    journal.write("seal.opened", of=seal, by=by, at=at, union=held.union_id, order=seal.order)
    return seal


@atomic
def lose(*, seal: Seal, link: str = "", by: Actor, at: datetime) -> Seal:
    """The holder says that it is gone: the round fails, in the open. Refused: "not-holder", "seal_opened_or_withheld"."""
    held, seal = _lock(seal)
    _check_holder(seal, link, by)
    return _withhold(held, seal, by_holder=True, by=by, at=at)


@atomic
def withhold(*, seal: Seal, by: Actor, at: datetime) -> Seal:
    """Staff note that it did not come in time. Not before: else who dislikes what may come out could stop it.

    Refused: "no-power", "withhold-early", "seal_opened_or_withheld".
    """
    held, seal = _lock(seal)
    require(by, Power.HOLD_DRAWS, held.union_id)
    until = held.result_at + settings.DRAW_PATIENCE
    if at < until:
        raise Refused("withhold-early", "要等到%(until)s还没有交出，才能记为没有交出。", until=Moment(until))
    return _withhold(held, seal, by_holder=False, by=by, at=at)


@atomic
def renew_link(*, seal: Seal, by: Actor, at: datetime) -> str:
    """A new link for an outsider who lost the old one, which leads nowhere from now on. Refused: "no-power", "no-link"."""
    held, seal = _lock(seal)
    require(by, Power.HOLD_DRAWS, held.union_id)
    if seal.person_id is not None or seal.text or held.state in {RoundState.DRAWN, RoundState.VOID}:
        raise Refused("no-link", "这位持有人用自己的账号办理，或者已经办完，不用链接。")
    secret, seal.link_digest = rounds.new_link()
    seal.save(update_fields=["link_digest"])
    journal.write("seal.link-renewed", of=seal, by=by, at=at, union=held.union_id, order=seal.order)
    return secret


@atomic
def give_value(*, held: Round, value: str, by: Actor, at: datetime) -> Round:
    """What the source said, as one person typed it. Until another has confirmed it, it may be typed again.

    Refused: "no-power", "no-source", "not-published", "value-early", "value-wrong" (how it is written), "value-confirmed".
    """
    held = _lock_for_value(held, by, at)
    held.value, held.value_account, held.value_at = sources()[held.source].value_of(value), by.account_id, at
    held.save(update_fields=["value", "value_account", "value_at"])
    journal.write("round.value-typed", of=held, by=by, at=at, value=held.value)
    return held


@atomic
def confirm_value(*, held: Round, value: str, by: Actor, at: datetime) -> Round:
    """Another person types it once more, without having to trust the first.

    Refused: as above; "value-missing", "round_value_by_two" (the same person), "value-differs".
    """
    held = _lock_for_value(held, by, at)
    if not held.value:
        raise Refused("value-missing", "还没有人填公开来源的数，请先填一遍。")
    if by.account_id is None or by.account_id == held.value_account:
        raise Refused("round_value_by_two", "公开来源的数要由另一个人再输入一遍。")
    if sources()[held.source].value_of(value) != held.value:
        raise Refused("value-differs", "两个人输入的不一样，请对照开奖公告，看是谁输错了，改过来再确认。")
    held.confirmed_account, held.confirmed_at = by.account_id, at
    held.save(update_fields=["confirmed_account", "confirmed_at"])
    journal.write("round.value-confirmed", of=held, by=by, at=at, value=held.value)
    return held


def tidy(text: str) -> str:
    """Blanks and line ends that copying brings along do not count, nor do capitals."""
    return re.sub(r"\s+", "", text).lower()


def _lock(seal: Seal) -> tuple[Round, Seal]:
    """The round first: it is the owner."""
    held = rounds.lock(seal.round)
    found = Seal.objects.lock(seal.pk)
    found.round = held
    return held, found


def _check_holder(seal: Seal, link: str, by: Actor) -> None:
    by_name = by.person_id is not None and by.person_id == seal.person_id
    digest = rounds.link_digest(link) if link else ""
    by_link = bool(link and seal.link_digest) and hmac.compare_digest(digest, seal.link_digest or "")
    if not (by_name or by_link):
        raise Refused("not-holder", "这个封存的数由别人持有，您不用办理。")


def _check_turn(held: Round, seal: Seal, at: datetime) -> None:
    if held.state != RoundState.SEALED or at < held.result_at:
        raise Refused(
            "seal-early",
            "现在还不能交出：名单和所有人的封存码都公布以后，到%(at)s才能交。提前说出来，就不算封存了。",
            at=Moment(held.result_at),
        )
    if seal.text or seal.withheld_at:
        raise Refused("seal_opened_or_withheld", "这个封存的数已经公布，或已记为没有交出。")
    ahead = Seal.objects.filter(round=held, order__lt=seal.order, text="").order_by("order").first()
    if ahead is not None:
        raise Refused(
            "seal-turn", "按公布的次序一个一个交，现在该第%(n)d位（%(role)s）。", n=ahead.order, role=ahead.role
        )


def _withhold(held: Round, seal: Seal, *, by_holder: bool, by: Actor, at: datetime) -> Seal:
    if seal.text or seal.withheld_at or held.state in {RoundState.DRAWN, RoundState.VOID}:
        raise Refused("seal_opened_or_withheld", "这个封存的数已经公布，或已记为没有交出。")
    seal.withheld_at, seal.withheld_by_holder = at, by_holder
    seal.save(update_fields=["withheld_at", "withheld_by_holder"])
    journal.write("seal.withheld", of=seal, by=by, at=at, union=held.union_id, order=seal.order, lost=by_holder)
    rounds.end(held, f"第{seal.order}位（{seal.role}）没有交出封存的数"[:200], by=by, at=at)
    return seal


def _lock_for_value(held: Round, by: Actor, at: datetime) -> Round:
    require(by, Power.HOLD_DRAWS, held.union_id)
    held = rounds.lock(held)
    if not held.source:
        raise Refused("no-source", "这一轮没有公开来源，不用填数。")
    if held.state != RoundState.SEALED:
        raise Refused("not-published", "名单和封存码还没有公布全，或者这一轮已经结束，现在不能填数。")
    if at < held.result_at:
        raise Refused("value-early", "公布结果的时间%(at)s还没到，公开来源的数还没有产生。", at=Moment(held.result_at))
    if held.confirmed_at is not None:
        raise Refused("value-confirmed", "公开来源的数已由两个人确认，不能再改。")
    return held
