"""What stands behind the addresses of an office's sheets and of requests."""

from datetime import timedelta

from tests.cast import NOW, Player
from tests.records.forms import drawn, saved

from tongxin.filings.actions import requests, sheets
from tongxin.filings.actions.requests import Asked, Wish
from tongxin.filings.models import Request
from tongxin.filings.queries.requests import cost_of
from tongxin.filings.states import Audience, Handling, Kind
from tongxin.people.authority import Actor
from tongxin.unions.models import Union

DUE = NOW.date() + timedelta(days=14)


def filing_things(home: Union, parent: Union, pupil: Player, by: Actor) -> dict[str, object]:
    sheet = sheets.keep(union=home, name="花名册", file_name="花名册.xlsx", content=saved(drawn()), by=by, at=NOW)
    asked = sent(parent, by, Audience.GRASSROOTS)
    own = sent(parent, by, Audience.MEMBERS)
    return {
        "sheet_id": sheet.public_id, "request_id": asked.public_id, "question_id": asked.questions.get(no=1).public_id,
        "filler_id": asked.answered.get(union=home).public_id, "own_filler": own.answered.get(person=pupil.person).public_id,
    }  # fmt: skip


def draft(union: Union, by: Actor, audience: Audience = Audience.GRASSROOTS, title: str = "食堂情况") -> Request:
    """Three questions: one that is free, one that is given, one to be checked."""
    wish = Wish(title, "安排送清凉用", DUE, audience)
    made = requests.draft(union=union, wish=wish, by=by, at=NOW)
    for one in (
        Asked("有没有食堂", Kind.YES_NO),
        Asked("会员数", Kind.NUMBER, Handling.TAKE),
        Asked("工会主席", Kind.TEXT, Handling.CHECK),
    ):
        requests.add_question(request=made, asked=one, by=by, at=NOW)
    return made


def sent(union: Union, by: Actor, audience: Audience = Audience.GRASSROOTS) -> Request:
    made = draft(union, by, audience)
    return requests.send(request=made, minutes=cost_of(made, NOW.date()).minutes, by=by, at=NOW)
