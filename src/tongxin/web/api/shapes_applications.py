"""Shapes of calls that take applications, of one's own applications, and of what staff read of a call."""

from datetime import datetime
from typing import Annotated

from ninja import Field, Schema

from tongxin.calls.states import ApplicationState, Policy
from tongxin.web.api.shapes import Strict

Id = Annotated[str, Field(pattern=r"^[0-9a-z]{12}$")]


class PoolOut(Schema):
    id: str
    name: str
    units: int
    left: int
    waiting: int


class CallOut(Schema):
    """What takes applications now. `result_at`: when the places are given, where that is later than the application."""

    id: str
    kind: str
    union: str
    union_code: str
    policy: Policy
    policy_reason: str
    opens: datetime
    closes: datetime
    result_at: datetime | None
    choices: int = Field(description="How many pools one application may rank.")
    party_most: int = Field(description="How many people may come by one application; each takes a unit.")
    chances: int = Field(description="The most chances that a ticket has by earlier losses; 1: all are alike.")
    accept_hours: int = Field(description="For how long an offer stands; 0: a place is given at once.")
    by_lane: bool = Field(description="Entered on its release page alone.")
    pools: list[PoolOut]


class CallsOut(Schema):
    calls: list[CallOut]
    page: int
    more: bool


class WishOut(Schema):
    """One pool that is wished for. `place`: in its line, 1 is next; `got`: a place of it is held or offered."""

    pool: str
    name: str
    rank: int
    place: int | None
    got: bool


class ApplicationOut(Schema):
    """One's own. `lead`: entered by the asker, who answers for the whole party; `accept_by`: until when an offer stands."""

    id: str
    call: str
    kind: str
    union: str
    policy: Policy
    state: ApplicationState
    at: datetime
    ticket: str | None
    weight: int
    size: int
    lead: bool
    accept_by: datetime | None
    reviewer: str | None
    result_at: datetime | None
    wishes: list[WishOut]


class ApplicationsOut(Schema):
    applications: list[ApplicationOut]
    page: int
    more: bool


class EnteredOut(Schema):
    """One line of a call's list, for its staff; names are masked."""

    id: str
    people: list[str]
    size: int
    state: ApplicationState
    at: datetime
    ticket: str | None
    weight: int
    groups: list[str]
    wishes: list[WishOut]


class EntriesOut(Schema):
    applications: list[EnteredOut]
    page: int
    more: bool


class EnterIn(Strict):
    """`key` is yours: sent again with the same key, the same answer comes back. `people` only when acting for others: who
    is named first answers for the party.
    """

    key: str = Field(min_length=8, max_length=64, pattern=r"^[0-9A-Za-z_.-]+$")
    wishes: list[Id] = Field(min_length=1, max_length=3, description="Public ids of pools, the best first.")
    people: list[Id] = Field(default=[], max_length=20, description="Public ids of persons; yourself if left out.")


class WithdrawIn(Strict):
    why: str = Field(
        default="", max_length=200, pattern=r"^[^\x00]*$", description="Asked of staff; the worker reads it."
    )
