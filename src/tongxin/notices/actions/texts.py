"""The demo's text messages."""

from datetime import datetime
from typing import Final

from tongxin.notices.models import DemoSms
from tongxin.store.atomic import atomic

LONGEST: Final = 300


@atomic
def keep(*, phone: str, text: str, at: datetime) -> DemoSms:
    """Kept, and sent to nobody."""
    return DemoSms.make(phone=phone, text=text[:LONGEST], at=at)
