"""What a union must have brought to an end before it ends itself: afterwards nobody could stop it, or pay what is due.

Listed in settings.UNION_ENDINGS; people.union_endings asks under the lock on the unions' rows.
"""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q, QuerySet

from tongxin.benefits.counter_states import PAID
from tongxin.benefits.models import Partner, Redemption, Reversal, Scheme, Settlement
from tongxin.benefits.states import SchemeState
from tongxin.kernel.refused import Refused
from tongxin.unions.models import Union


def refuse_unfinished(unions: Sequence[Union], on: date) -> None:
    """Refused: "union-has-benefits", "union-has-partners", "union-has-unsettled". Vouchers that are out stay good."""
    if running := Scheme.objects.filter(union__in=unions, state=SchemeState.PUBLISHED).count():
        raise Refused(
            "union-has-benefits",
            "这个工会还有%(n)s项福利在发放。请先在“福利”里停发，已经发出的照常用到最后一天。",
            n=running,
        )
    partners = Partner.objects.filter(union__in=unions)
    if going_on := partners.filter(Q(ends=None) | Q(ends__gt=on)).count():
        raise Refused(
            "union-has-partners",
            "这个工会还有%(n)s家合作商户。请先停止合作；职工的券要用的，由上级工会另签。",
            n=going_on,
        )
    if unsettled := sorted(set(_unsettled(partners))):
        raise Refused(
            "union-has-unsettled",
            "这些商户的账还没有结清：%(names)s。请先做结算单，双方签字。",
            names="、".join(unsettled),
        )


def _unsettled(partners: QuerySet[Partner]) -> list[str]:
    """Names of those who are owed something, or whose settlement somebody has not signed."""
    unsigned = Q(union_signed_at=None) | Q(partner_signed_at=None)
    found = (
        Redemption.objects.filter(partner__in=partners, settlement=None, outcome__in=PAID),
        Reversal.objects.filter(partner__in=partners, settlement=None),
        Settlement.objects.filter(unsigned, partner__in=partners),
    )
    return [name for rows in found for name in rows.order_by().values_list("partner__name", flat=True).distinct()]
