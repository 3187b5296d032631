"""States of a founding that is asked for."""

from django.db import models

from tongxin.kernel.transitions import Table


class FoundingState(models.TextChoices):
    WAITING = "waiting", "等批复"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "没有批准"
    WITHDRAWN = "withdrawn", "已撤回"


FOUNDING_MOVES = Table(
    ("approve", [FoundingState.WAITING], FoundingState.APPROVED),
    ("refuse", [FoundingState.WAITING], FoundingState.REFUSED),
    ("withdraw", [FoundingState.WAITING], FoundingState.WITHDRAWN),
)
