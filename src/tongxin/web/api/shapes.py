"""What goes in and comes out. Every answer, refusals included, has a declared shape."""

from datetime import date, datetime, time
from typing import Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from tongxin.activities.states import Standing
from tongxin.calls.states import ApplicationState
from tongxin.people.models.joining import JoinBasis
from tongxin.people.models.persons import GigGroup
from tongxin.people.states import JoinState
from tongxin.unions.models import Kind

PublicId = Field(pattern=r"^[0-9a-z]{12}$", description="A public id, 12 characters.")


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class RefusalOut(Schema):
    """A refusal: `code` is stable, `words` are for a person, in the language of the request."""

    code: str
    words: str


class PlaceOut(Schema):
    id: str
    name: str
    address: str


class ClassOut(Schema):
    """One cohort (班次) as the asker meets it. Times are Beijing's; moments carry their offset."""

    id: str
    title: str
    course: str
    topic: str
    programme: str
    term: int
    union: str
    union_code: str
    site: PlaceOut
    room: str
    teacher: str
    weekday: int
    starts_at: time
    ends_at: time
    first_day: date
    last_day: date
    sessions: int
    fee_yuan: str
    state: Standing
    units: int
    left: int
    waiting: int
    place: int | None
    opens: datetime | None
    closes: datetime | None
    assurance: int = Field(
        description="How surely you must be known: 1 declared, 2 on a roster, 3 seen at a window, 4 confirmed outside."
    )
    synthetic: str


class ClassesOut(Schema):
    classes: list[ClassOut]
    page: int
    more: bool


class SignUpIn(Strict):
    """`key` is yours: sent again with the same key, the same answer comes back. `person` only when acting for someone."""

    key: str = Field(min_length=8, max_length=64, pattern=r"^[0-9A-Za-z_.-]+$")
    person: str | None = Field(
        default=None, pattern=r"^[0-9a-z]{12}$", description="A person's public id; yourself if left out."
    )


class SignUpOut(Schema):
    application: str
    state: ApplicationState
    place: int | None
    at: datetime


class FigureOut(Schema):
    name: str
    value: int
    unit: str
    definition: str
    version: int


class FiguresOut(Schema):
    programme: str
    union: str | None
    as_of: date
    figures: list[FigureOut]


class UnionOut(Schema):
    id: str
    code: str
    name: str
    kind: Kind
    synthetic: bool


class UnionsOut(Schema):
    unions: list[UnionOut]


class JoinIn(Strict):
    """`key` is yours, as for a sign-up. Area and trade suffice; a name is asked of who has no record yet."""

    key: str = Field(min_length=8, max_length=64, pattern=r"^[0-9A-Za-z_.-]+$")
    basis: JoinBasis
    name: str = Field(default="", max_length=40, pattern=r"^[^\x00]*$")
    gig_group: GigGroup | Literal[""] = ""
    occupation: str = Field(default="", max_length=60, pattern=r"^[^\x00]*$")
    document: str = Field(default="", max_length=40, pattern=r"^[^\x00]*$", description="A resident ID number.")
    consents: bool = Field(default=False, description="That another province's union gets what is known of the person.")
    person: str | None = Field(
        default=None, pattern=r"^[0-9a-z]{12}$", description="Someone at your window; yourself if left out."
    )


class JoiningOut(Schema):
    """Who answers until when; after a no: why, and where else to ask."""

    application: str
    state: JoinState
    union: UnionOut
    reviewer: str
    at: datetime
    due_at: datetime
    why: str
    elsewhere: list[UnionOut]
