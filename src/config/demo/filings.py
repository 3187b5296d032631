"""What the demo's district asked of its unions: a sheet handed in and filled, a request with some answers. All invented."""

from datetime import datetime, timedelta
from typing import Final

from config.demo.planting import YONGCHUAN, firm_code
from tongxin.filings.actions import answers, requests, sheets
from tongxin.filings.actions.requests import Asked, Wish
from tongxin.filings.models import Filler, OfficeSheet, Request
from tongxin.filings.queries.requests import cost_of
from tongxin.filings.shipped import SHIPPED
from tongxin.filings.states import Audience, Handling, Kind
from tongxin.people.authority import Actor
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

ANSWERED: Final = (("是", "11：30—13：00"), ("否", "没有食堂"), ("是", "全天"))


@atomic
def plant(*, by: Actor, at: datetime) -> None:
    """What is there already stays."""
    union = Union.objects.get(code=YONGCHUAN)
    if not OfficeSheet.objects.exists():
        content = SHIPPED["members"].content()
        name = "会员名册（示例，区里下发）"
        kept = sheets.keep(union=union, name=name, file_name=f"{name}.xlsx", content=content, by=by, at=at)
        sheet = sheets.Sheet(kept.public_id, kept.name, union.name, content, kept)
        firm = Union.objects.get(code=firm_code(YONGCHUAN, 0))
        sheets.fill(sheet=sheet, union=firm, full=False, by=by, at=at)
    if not Request.objects.exists():
        _ask(union, by, at)


def _ask(union: Union, by: Actor, at: datetime) -> None:
    wish = Wish(
        "职工食堂情况（示例）",
        "安排夏季送清凉用。（演示用的合成填报）",
        by.on + timedelta(days=14),
        Audience.GRASSROOTS,
    )
    made = requests.draft(union=union, wish=wish, by=by, at=at)
    for one in (
        Asked("有没有职工食堂", Kind.YES_NO),
        Asked("几点开饭", Kind.TEXT),
        Asked("会员数", Kind.NUMBER, Handling.TAKE),
    ):
        requests.add_question(request=made, asked=one, by=by, at=at)
    sent = requests.send(request=made, minutes=cost_of(made, by.on).minutes, by=by, at=at)
    questions = [one.public_id for one in sent.questions.order_by("no") if one.is_asked]
    fillers = Filler.objects.filter(request=sent).order_by("union__code")[: len(ANSWERED)]
    for filler, given in zip(fillers, ANSWERED, strict=False):
        answers.answer(filler=filler, given=dict(zip(questions, given, strict=True)), by=by, at=at)
