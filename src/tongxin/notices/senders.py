"""Who sends text messages: a setting (SMS_SENDER). A gateway of a province is one more class with the same `send`."""

from datetime import datetime
from functools import cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from tongxin.kernel.refused import Refused
from tongxin.notices.actions import texts


class Sender(Protocol):
    def send(self, phone: str, text: str, *, at: datetime) -> None:
        """`phone` in E.164. Raises Refused when it cannot be sent."""


class DemoInbox:
    """Sends nothing: the demo's page shows what would have been sent."""

    def send(self, phone: str, text: str, *, at: datetime) -> None:
        texts.keep(phone=phone, text=text, at=at)


class NoSender:
    """Where no gateway is set up. Staff sign in without a text message; workers cannot."""

    def send(self, phone: str, text: str, *, at: datetime) -> None:  # noqa: ARG002 - it sends nothing
        raise Refused("no-sender", "这里还没有接通短信，暂时收不到验证码。请到工会窗口办理，或请管理员接通短信。")


def sender() -> Sender:
    return _sender(settings.SMS_SENDER)


@cache
def _sender(path: str) -> Sender:
    return cast("Sender", import_string(path)())
