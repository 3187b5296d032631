"""A courier in a process of its own, for tests that kill it: `python -m tests.notices.carrying SETTINGS AT`."""

import json
import os
import sys
from datetime import datetime


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.conf import settings

    from tongxin.notices import courier
    from tongxin.notices.states import Channel

    settings.ALIYUN_SMS = json.loads(sys.argv[1])
    settings.NOTICE_GATEWAYS = {"sms": "tongxin.notices.gateways.aliyun.AliyunSms"}
    at = datetime.fromisoformat(sys.argv[2])
    while courier.carry(Channel.SMS, lambda: at).looked_at:
        pass


if __name__ == "__main__":
    main()
