"""States of requests, whom they ask, what kinds of question there are and what becomes of one whose answer is held."""

from typing import Final

from django.db import models

from tongxin.kernel.transitions import Table


class RequestState(models.TextChoices):
    DRAFT = "draft", "起草中"
    ASKED = "asked", "等第二人批准"
    SENT = "sent", "填报中"
    CLOSED = "closed", "已结束"


REQUEST_MOVES: Final = Table(
    ("ask", [RequestState.DRAFT], RequestState.ASKED),
    ("send", [RequestState.DRAFT, RequestState.ASKED], RequestState.SENT),
    ("back", [RequestState.ASKED], RequestState.DRAFT),
    ("close", [RequestState.SENT], RequestState.CLOSED),
)


class Audience(models.TextChoices):
    DIRECT = "direct", "直接下级工会"
    GRASSROOTS = "grassroots", "本级以下所有基层工会"
    MEMBERS = "members", "本级和以下的会员本人"


class Kind(models.TextChoices):
    TEXT = "text", "一句话"
    NUMBER = "number", "整数"
    DATE = "date", "日期"
    YES_NO = "yes_no", "是或否"
    CHOICE = "choice", "选一项"


class Handling(models.TextChoices):
    """`ASK`: nobody knows yet. `TAKE`: the house gives it, nobody is asked. The rest: asked in spite of it, and why."""

    ASK = "ask", "直接问"
    TAKE = "take", "由系统给出，不用填"
    CHECK = "check", "要核对登记还准不准（带出登记，只改不同的）"
    OTHER_DAY = "other_day", "要的是另一天的情况"
    OTHER_SCOPE = "other_scope", "口径和登记不同"
    OTHER_PERSON = "other_person", "问的不是登记的本人"


IN_SPITE: Final = (Handling.CHECK, Handling.OTHER_DAY, Handling.OTHER_SCOPE, Handling.OTHER_PERSON)


class FillerState(models.TextChoices):
    WAITING = "waiting", "还没填"
    ANSWERED = "answered", "已填"
