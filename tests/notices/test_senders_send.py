"""Who sends text messages."""

from typing import Any

import pytest
from tests.cast import NOW

from tongxin.kernel.refused import Refused
from tongxin.notices.models import DemoSms
from tongxin.notices.senders import sender


@pytest.mark.django_db
def test_demo_inbox_keeps_what_would_have_been_sent_and_seals_the_phone(settings: Any) -> None:
    settings.SMS_SENDER = "tongxin.notices.senders.DemoInbox"
    sender().send("+8619900000001", "验证码123456", at=NOW)
    row = DemoSms.objects.get()
    assert (row.phone.open(), row.text, row.at) == ("+8619900000001", "验证码123456", NOW)
    assert b"19900000001" not in row.phone.raw


def test_no_sender_says_what_to_do(settings: Any) -> None:
    settings.SMS_SENDER = "tongxin.notices.senders.NoSender"
    with pytest.raises(Refused) as refusal:
        sender().send("+8619900000001", "x", at=NOW)
    assert refusal.value.code == "no-sender"
    assert "请到工会窗口办理" in str(refusal.value)
