"""Shapes of what is offered and of one's own vouchers. Money goes as text, exactly."""

from datetime import date, datetime

from ninja import Field, Schema

from tongxin.benefits.queries.offers import Stand
from tongxin.benefits.states import SchemeKind, Theme, VoucherState
from tongxin.calls.states import ApplicationState, Policy
from tongxin.web.api.shapes import Strict


class BenefitOut(Schema):
    """One scheme as it stands to whoever asks; `place` with waiting: 1 is next."""

    id: str
    name: str
    brand: str = Field(description="The brand's name, or empty.")
    theme: Theme
    kind: SchemeKind
    item: str
    value_yuan: str
    least_spend_yuan: str | None
    union: str
    union_code: str
    universal: bool = Field(description="Open to members of another federation where an agreement recognises them.")
    line: str = Field(description="The code of the catalogue line that it names.")
    line_joint: bool = Field(description="Both federations have signed that line and it is in force.")
    starts: date
    last_day: date
    where: str
    policy: Policy
    policy_reason: str
    opens: datetime
    closes: datetime
    result_at: datetime | None
    units: int
    left: int
    stand: Stand
    place: int | None


class BenefitsOut(Schema):
    benefits: list[BenefitOut]
    page: int
    more: bool


class ClaimIn(Strict):
    key: str = Field(min_length=8, max_length=64, description="Yours; the same key again is the same claim.")


class ClaimOut(Schema):
    application: str
    state: ApplicationState
    voucher: str | None = Field(description="The voucher's id, where it was given at once.")


class VoucherOut(Schema):
    """One's own. Digits and signed text are shown on a page alone, for minutes, when its owner opens it."""

    id: str
    benefit: str
    name: str
    value_yuan: str
    paid_yuan: str | None
    last_day: date
    state: VoucherState
    at: datetime


class VouchersOut(Schema):
    vouchers: list[VoucherOut]
