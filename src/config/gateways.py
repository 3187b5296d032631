"""Ways out of the house, from the environment. Nothing is connected unless its variables are set; a demo sends to nobody."""

import os
from typing import Final

PATIENCE: Final = 8.0  # seconds for one answer


def gateways(*, demo: bool) -> dict[str, str]:
    """Channel → gateway. In a demo the demo's own, whatever the environment says."""
    if demo:
        names = {"sms": "DemoSms", "official": "DemoQuiet", "email": "DemoMail"}
        return {channel: f"tongxin.notices.gateways.demo.{name}" for channel, name in names.items()}
    return {
        "sms": "tongxin.notices.gateways.aliyun.AliyunSms" if os.environ.get("TONGXIN_ALIYUN_KEY") else "",
        "official": "tongxin.notices.gateways.official.OfficialAccount" if os.environ.get("TONGXIN_WECHAT_APP") else "",
        "email": "tongxin.notices.gateways.mail.Mail" if os.environ.get("TONGXIN_SMTP_HOST") else "",
    }


def aliyun() -> dict[str, object]:
    return {
        "key": os.environ.get("TONGXIN_ALIYUN_KEY", ""),
        "secret": os.environ.get("TONGXIN_ALIYUN_SECRET", ""),
        "url": os.environ.get("TONGXIN_ALIYUN_URL", "https://dysmsapi.aliyuncs.com"),
        "hook": os.environ.get("TONGXIN_SMS_HOOK_KEY", ""),  # signs the address at which receipts are taken
        "patience": PATIENCE,
    }


def official() -> dict[str, object]:
    return {
        "app": os.environ.get("TONGXIN_WECHAT_APP", ""),
        "secret": os.environ.get("TONGXIN_WECHAT_SECRET", ""),
        "url": os.environ.get("TONGXIN_WECHAT_URL", "https://api.weixin.qq.com"),
        "asking": "https://mp.weixin.qq.com/mp/subscribemsg",
        "patience": PATIENCE,
    }


def mail() -> dict[str, object]:
    """Django's own names."""
    return {
        "EMAIL_HOST": os.environ.get("TONGXIN_SMTP_HOST", "localhost"),
        "EMAIL_PORT": int(os.environ.get("TONGXIN_SMTP_PORT", "587")),
        "EMAIL_HOST_USER": os.environ.get("TONGXIN_SMTP_USER", ""),
        "EMAIL_HOST_PASSWORD": os.environ.get("TONGXIN_SMTP_PASSWORD", ""),
        "EMAIL_USE_TLS": os.environ.get("TONGXIN_SMTP_TLS", "1") == "1",
        "EMAIL_TIMEOUT": PATIENCE,
        "DEFAULT_FROM_EMAIL": os.environ.get("TONGXIN_SMTP_FROM", "tongxin@localhost"),
    }
