"""What colour a state has: one place. A template never picks a colour, and a colour never stands without its word."""

from functools import cache
from typing import Any, Final

from django.db import models

from tongxin.activities.states import CohortState, EnrolmentState, Mark, SessionState, TermState
from tongxin.benefits.promises import VersionState
from tongxin.benefits.states import SchemeState, VoucherState
from tongxin.calls.states import ApplicationState, AwardState, CallState, Named, ObjectionState, RoundState
from tongxin.filings.states import FillerState, RequestState
from tongxin.notices.states import DeliveryState, SendingState
from tongxin.people.states import BatchState, JoinState, MembershipState, TransferState, Verdict
from tongxin.unions.states import FoundingState

PLAIN: Final = ""
OK, WARN, ZHU, INFO, DAI = "ok", "warn", "zhu", "info", "dai"

TONES: Final[dict[type[models.TextChoices], dict[str, str]]] = {
    TermState: {TermState.DRAFT: PLAIN, TermState.PUBLISHED: OK, TermState.FINISHED: PLAIN},
    CohortState: {
        CohortState.PLANNED: PLAIN,
        CohortState.OPEN: OK,
        CohortState.CLOSED: INFO,
        CohortState.FINISHED: PLAIN,
        CohortState.CANCELLED: ZHU,
    },
    SessionState: {SessionState.PLANNED: INFO, SessionState.HELD: OK, SessionState.CANCELLED: ZHU},
    EnrolmentState: {EnrolmentState.ENROLLED: OK, EnrolmentState.CANCELLED: ZHU},
    SchemeState: {SchemeState.PUBLISHED: OK, SchemeState.WITHDRAWN: ZHU},
    VersionState: {VersionState.DRAFT: WARN, VersionState.JOINT: OK},
    VoucherState: {
        VoucherState.ISSUED: OK,
        VoucherState.WITHHELD: WARN,
        VoucherState.REDEEMED: DAI,
        VoucherState.REFUNDED: INFO,
    },
    Mark: {Mark.PRESENT: OK, Mark.LATE: WARN, Mark.LEAVE: WARN, Mark.ABSENT: ZHU},
    BatchState: {
        BatchState.READING: INFO,
        BatchState.CHOOSING: WARN,
        BatchState.READY: WARN,
        BatchState.COMMITTING: INFO,
        BatchState.DONE: OK,
        BatchState.FAILED: ZHU,
        BatchState.DROPPED: PLAIN,
    },
    Verdict: {
        Verdict.ADDED: OK,
        Verdict.CHANGED: INFO,
        Verdict.UNCHANGED: PLAIN,
        Verdict.ASKED: WARN,
        Verdict.REFUSED: ZHU,
    },
    RoundState: {
        RoundState.ANNOUNCED: INFO,
        RoundState.FROZEN: INFO,
        RoundState.SEALED: DAI,
        RoundState.DRAWN: OK,
        RoundState.VOID: ZHU,
    },
    Named: {Named.FOUND: OK, Named.NOBODY: ZHU, Named.UNSURE: WARN, Named.CLOSED: WARN},
    FoundingState: {FoundingState.WAITING: WARN, FoundingState.APPROVED: OK, FoundingState.REFUSED: ZHU},
    JoinState: {JoinState.WAITING: INFO, JoinState.ACCEPTED: OK, JoinState.REFUSED: ZHU},
    TransferState: {TransferState.WAITING: INFO, TransferState.DONE: OK, TransferState.REFUSED: ZHU},
    SendingState: {
        SendingState.DRAFT: PLAIN,
        SendingState.ASKED: WARN,
        SendingState.RUNNING: INFO,
        SendingState.STOPPED: ZHU,
        SendingState.DONE: OK,
        SendingState.DECLINED: ZHU,
    },
    DeliveryState: {
        DeliveryState.WAITING: WARN,
        DeliveryState.SENDING: INFO,
        DeliveryState.ACCEPTED: INFO,
        DeliveryState.DELIVERED: OK,
        DeliveryState.FAILED: ZHU,
    },
    MembershipState: {
        MembershipState.MEMBER: OK,
        MembershipState.RETAINED: INFO,
        MembershipState.RETIRED: INFO,
    },
    RequestState: {RequestState.ASKED: WARN, RequestState.SENT: INFO},
    FillerState: {FillerState.WAITING: WARN, FillerState.ANSWERED: OK},
    CallState: {CallState.PUBLISHED: OK},
    ApplicationState: {
        ApplicationState.ENTERED: INFO,
        ApplicationState.RETURNED: WARN,
        ApplicationState.WAITING: INFO,
        ApplicationState.OFFERED: WARN,
        ApplicationState.GRANTED: OK,
        ApplicationState.REFUSED: ZHU,
    },
    AwardState: {AwardState.OFFERED: WARN, AwardState.HELD: OK, AwardState.SUSPENDED: ZHU},
    ObjectionState: {ObjectionState.FILED: WARN, ObjectionState.UPHELD: ZHU},
}


def tone(state: models.TextChoices) -> str:
    """Of a member; a state without an entry is plain."""
    return TONES.get(type(state), {}).get(state, PLAIN)


def member(row: models.Model, field: str) -> Any:
    """The enum's member behind a row's field, or None where its enum has no entry here."""
    enum = _enum(type(row), field)
    return None if enum is None else enum(getattr(row, field))


@cache
def _enum(model: type[models.Model], field: str) -> type[models.TextChoices] | None:
    choices = list(model._meta.get_field(field).choices or ())  # type: ignore[union-attr]
    return next((enum for enum in TONES if list(enum.choices) == choices), None)
