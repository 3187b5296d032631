"""Answering: by page or by sheet, by those who keep the union or by the person asked; until the request is closed."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from tongxin.filings.models import Answer, Filler, Question
from tongxin.filings.states import FillerState, Kind, RequestState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic

LONGEST: Final = 500
_YES: Final = {"是": "是", "否": "否", "有": "是", "无": "否", "yes": "是", "no": "否", "y": "是", "n": "否"}


@atomic
def answer(*, filler: Filler, given: Mapping[str, str], by: Actor, at: datetime) -> Filler:
    """`given` by the questions' public ids; all of it or nothing. Sent again, the last counts.

    Refused: "no-power", "not-yours", "request-closed", "answer-missing", "answer-unread" (with the question's number).
    """
    filler = Filler.objects.select_related("request", "union").lock(filler.pk)
    _check_who(filler, by)
    if filler.request.state != RequestState.SENT:
        raise Refused("request-closed", "这份填报已经结束，不用再填。")
    questions = [one for one in filler.request.questions.order_by("no") if one.is_asked]
    texts = [(one, _read(one, given.get(one.public_id, ""))) for one in questions]
    Answer.objects.filter(filler=filler).delete()
    Answer.objects.bulk_create(
        [Answer(federation=filler.federation, filler=filler, question=one, text=text) for one, text in texts]
    )
    filler.state, filler.answered_at, filler.account = FillerState.ANSWERED, at, by.account_id
    filler.save(update_fields=["state", "answered_at", "account"])
    journal.write("filing.answered", of=filler, by=by, at=at, union=filler.union_id or filler.request.union_id)
    return filler


def _check_who(filler: Filler, by: Actor) -> None:
    if filler.union_id is not None:
        require(by, Power.KEEP_UNION, filler.union_id)
    elif by.person_id != filler.person_id:
        raise Refused("not-yours", "这份填报不是问您的。")


def _read(question: Question, text: str) -> str:
    text = text.strip()[:LONGEST]
    if not text:
        raise Refused("answer-missing", "第%(no)d题还没有回答。", no=question.no)
    said = _AS[Kind(question.kind)](text)
    if question.kind == Kind.CHOICE and text not in question.options:
        said = ""
    if not said:
        raise Refused(
            "answer-unread", "第%(no)d题没看懂“%(text)s”。%(how)s", no=question.no, text=text, how=_how(question)
        )
    return said


def _how(question: Question) -> str:
    return {
        Kind.NUMBER: "请填整数。",
        Kind.DATE: "请写成2024-04-02这样。",
        Kind.YES_NO: "请填“是”或“否”。",
        Kind.CHOICE: f"请从这些里选：{'、'.join(question.options)}。",
    }.get(Kind(question.kind), "")


def _yes_no(text: str) -> str:
    return _YES.get(text.lower(), "")


def _number(text: str) -> str:
    plain = text.replace(",", "").replace("，", "").removesuffix(".0")
    return plain if plain.isascii() and plain.lstrip("-").isdigit() and len(plain) <= 12 else ""


def _day(text: str) -> str:
    plain = text.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-")
    try:
        year, month, day = (int(part) for part in plain.split(" ")[0].split("T")[0].split("-"))
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


_AS: Final[dict[Kind, Callable[[str], str]]] = {
    Kind.TEXT: str, Kind.CHOICE: str, Kind.NUMBER: _number, Kind.DATE: _day, Kind.YES_NO: _yes_no,
}  # fmt: skip
