"""What goes to a gateway and what comes back, the same for all of them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Filled:
    """A gateway's template with its places filled, in order."""

    number: str
    signature: str
    values: dict[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """`serial` is ours and never used twice: by it a gateway is asked what became of the parcel."""

    serial: str
    address: str = field(repr=False)  # a phone in E.164, an e-mail address, an identity at the official account
    title: str
    body: str
    link: str
    template: Filled | None = None
    scene: int = 0


class Verdict(StrEnum):
    ACCEPTED = "accepted"  # it will be sent on; not yet delivered
    REFUSED = "refused"  # it was not and will not be sent
    LATER = "later"  # it was certainly not sent; worth another try
    DOUBT = "doubt"  # no answer, or one that says nothing: it may have been sent


class Fate(StrEnum):
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    UNDER_WAY = "under_way"  # the gateway has it
    NEVER_CAME = "never_came"  # the gateway answers and does not know it
    UNKNOWN = "unknown"  # the gateway does not answer, or cannot be asked


class Answer(NamedTuple):
    verdict: Verdict
    receipt_id: str = ""
    code: str = ""


class Trace(NamedTuple):
    fate: Fate
    receipt_id: str = ""
    code: str = ""


class Gateway(Protocol):
    name: str
    batch: int  # how many are taken at once; 1 where the gateway cannot be asked afterwards
    asks: bool  # can be asked what became of a serial
    by_template: bool

    def send(self, parcel: Parcel, *, at: datetime) -> Answer: ...

    def trace(self, serial: str, address: str, *, sent: datetime) -> Trace: ...
